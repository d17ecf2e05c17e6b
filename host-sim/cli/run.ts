/** `reed-sim run`: one device against any broker, driven by keys, by a list, or by nothing but its clock. */

import { dirname } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import pc from "picocolors";
import type { Log } from "../../firmware/apps/io.js";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Flash } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { FileFlash } from "../io/file-flash.js";
import { FileFolder } from "../io/file-folder.js";
import type { Meter, RunningDevice } from "../xs/running-device.js";
import { runOnNode } from "../xs/running-device.js";
import type { XsDeviceListener } from "../xs/xs-device.js";
import { readConfigLayers } from "./config-file.js";
import type { Action, Step } from "./do-list.js";
import { parseDoList } from "./do-list.js";
import { BAD_USAGE, CommandError, DONE, FAILED } from "./exit.js";
import type { SimulatorEvent } from "./json-events.js";
import { jsonLine } from "./json-events.js";
import { KEYS_HELP, listenToKeys } from "./keys.js";
import { onStopSignal } from "./stop-signals.js";
import { Timeline } from "./timeline.js";

interface RunOptions {
  readonly app?: string;
  readonly config?: string;
  readonly set?: string[];
  readonly do?: string;
  readonly flash?: string;
  readonly json?: true;
  readonly engine: string;
}

const HELP = `
The config is that of a device (docs/config.md), except that mqtt.enable is on unless the file says otherwise.
Certificates and keys that it names are looked for beside the file, or in the working directory without one.
A device without device.id is called sim-door-sensor, sim-alarm or sim-climate-sensor.

On a terminal, keys act on the device: ${KEYS_HELP}.
--do acts at times counted from the start: "1s open, 2s close, 500ms arm, 4s exit". Actions:
  open, close, toggle   the door
  arm, disarm           the alarm, by its own panel
  exit                  disconnect cleanly and end, as Ctrl-C and SIGTERM do
  crash                 cut the connection without DISCONNECT and end: the server publishes the will

Examples:
  reed-sim run --app door-sensor --set mqtt.server=localhost
  reed-sim run --app alarm --set mqtt.server=localhost --set alarm.doors=sim-door-sensor/door/state
  reed-sim run --config door.json --do "1s open, 2s close, 4s exit" --json
  reed-sim run --app door-sensor --set mqtt.server=localhost --engine xs
  reed-sim run --app door-sensor --set mqtt.server=mqtts://localhost --set mqtt.ssl_ca_cert=ca.pem

Exit status: 0 done, 1 it never connected, or ended with messages no server has; 2 bad usage or config.
`;

export function addRun(program: Command): void {
  program
    .command("run")
    .description("run one device on this machine, against any broker")
    .option("--app <app>", "door-sensor, alarm or climate-sensor (default: what the config says)")
    .option("--config <file>", "device config, JSON with // comments")
    .option(
      "--set <key=value>",
      "set a key of the config, such as mqtt.server=localhost; may be given several times",
      (assignment: string, before: string[] | undefined) => [...(before ?? []), assignment],
    )
    .option("--do <list>", 'what to do and when, such as "1s open, 2s close, 4s exit"')
    .option(
      "--flash <file>",
      "keep what has to survive a loss of power in this file, as a board does in its flash",
    )
    .option("--json", "print each event as a line of JSON on standard output, and the log on standard error")
    .addOption(
      new Option("--engine <engine>", "what runs the firmware: Node, or XS as on the device")
        .choices(["node", "xs"])
        .default("node"),
    )
    .addHelpText("after", HELP)
    .action(async (options: RunOptions) => {
      const steps = parseDoList(options.do ?? "");
      const config = loadConfig([
        { name: "run", values: { mqtt: { enable: true } } },
        ...readConfigLayers(options.config, [
          ...(options.app === undefined ? [] : [`app=${options.app}`]),
          ...(options.set ?? []),
        ]),
      ]);
      const make = options.engine === "xs" ? await onXs(config) : runOnNode;
      // What a config names is beside it.
      const files = new FileFolder(options.config === undefined ? "." : dirname(options.config));
      const flash = options.flash === undefined ? undefined : openFlash(options.flash);
      const makeHere: MakeHere = (log, listener) => make(config, log, listener, files, flash);
      await new Run(config.app, makeHere, steps, options.json === true).finished;
    });
}

type MakeDevice = (
  config: Config,
  log: Log,
  listener: XsDeviceListener,
  files: FileStore,
  flash?: Flash,
) => RunningDevice;

/** What is left of it for one run. */
type MakeHere = (log: Log, listener: XsDeviceListener) => RunningDevice;

/** @throws CommandError when the file cannot be opened */
function openFlash(path: string): Flash {
  try {
    return new FileFlash(path);
  } catch (error) {
    throw new CommandError(`cannot open the flash: ${(error as Error).message}`, BAD_USAGE);
  }
}

/** @throws CommandError that says what is missing */
async function onXs(config: Config): Promise<MakeDevice> {
  // Nothing is started for a config that makes no device.
  if (config.app === "") return runOnNode;
  // Only now, since it brings a bundler with it.
  const { LoadedProgram } = await import("../xs/xs-host.js");
  const { XsDevice } = await import("../xs/xs-device.js");
  const program = await LoadedProgram.load().catch((error: Error) => {
    throw new CommandError(error.message);
  });
  return (...world) => new XsDevice(program, ...world);
}

/** One run of one device, from its start to its end. */
class Run {
  readonly finished: Promise<void>;
  readonly #json: boolean;
  readonly #timeline: Timeline;
  readonly #device: RunningDevice;
  readonly #removeHandlers: (() => void)[] = [];
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #door: "open" | "closed" = "closed";
  #everConnected = false;
  #ending = false;

  constructor(app: string, make: MakeHere, steps: readonly Step[], json: boolean) {
    const { promise, resolve, reject } = withResolvers();
    this.finished = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#json = json;
    this.#timeline = new Timeline(json ? process.stderr : process.stdout);
    const log = this.#timeline.log(app, pc.cyan);
    const listener: XsDeviceListener = {
      onEvent: (event) => this.#onEvent(event),
      onSiren: (sounding) => this.#onSiren(sounding),
      onFailed: (error) => this.#abort(error.message, FAILED),
      onRefused: (problems) => this.#abort(problems, BAD_USAGE),
    };
    this.#device = make(log, listener);
    this.#tell({ type: "started", app, deviceId: this.#device.id });
    for (const { time, action } of steps) {
      const timer = setTimeout(() => this.#act(action), time);
      this.#removeHandlers.push(() => clearTimeout(timer));
    }
    this.#removeHandlers.push(onStopSignal(() => this.#act("exit")));
    if (process.stdin.isTTY && steps.length === 0) {
      this.#timeline.note(`keys: ${KEYS_HELP}`);
      this.#removeHandlers.push(listenToKeys((action) => this.#act(action)));
    }
    this.#device.start();
  }

  #act(action: Action): void {
    if (this.#ending) return;
    this.#tell({ type: "action", action });
    switch (action) {
      case "open":
        this.#setDoor("open");
        break;
      case "close":
        this.#setDoor("closed");
        break;
      case "toggle":
        this.#setDoor(this.#door === "open" ? "closed" : "open");
        break;
      case "exit":
        this.#ending = true;
        this.#device.stop((undelivered, meter) => this.#end(undelivered, meter));
        break;
      case "crash":
        this.#ending = true;
        this.#device.crash((undelivered, meter) => this.#end(undelivered, meter));
        break;
      default:
        if (!this.#device.pressPanel(action)) {
          this.#timeline.note(`${action}: this device is no alarm`);
        }
    }
  }

  #setDoor(state: "open" | "closed"): void {
    this.#door = state;
    this.#device.setDoor(state);
  }

  #end(undelivered: number, meter?: Meter): void {
    for (const remove of this.#removeHandlers) remove();
    if (meter !== undefined) {
      this.#timeline.note(meterText(meter));
      this.#tell({ type: "meter", ...meter });
    }
    const failure = !this.#everConnected
      ? "the device never connected"
      : undelivered > 0
        ? `${undelivered} messages were not delivered`
        : undefined;
    this.#tell({ type: "stopped", status: failure === undefined ? DONE : FAILED, undelivered });
    if (failure === undefined) this.#resolve();
    else this.#reject(new CommandError(failure));
  }

  #abort(message: string, status: number): void {
    for (const remove of this.#removeHandlers) remove();
    this.#reject(new CommandError(message, status));
  }

  #onEvent(event: ClientEvent): void {
    if (event.type === "connected") this.#everConnected = true;
    this.#tell(event);
  }

  #onSiren(sounding: boolean): void {
    this.#timeline.note(sounding ? pc.bold(pc.red("          SIREN ON")) : pc.dim("          siren off"));
    this.#tell({ type: "siren", sounding });
  }

  #tell(event: ClientEvent | SimulatorEvent): void {
    if (this.#json) process.stdout.write(jsonLine(this.#timeline.time, event));
  }
}

function meterText({ compute, slots, chunkBytes, heapBytes }: Meter): string {
  const [units, count, chunks, heap] = [compute, slots, chunkBytes, heapBytes].map((n) =>
    n.toLocaleString("en"),
  );
  return `XS: ${units} compute units; at the end ${heap} bytes of heap above the code: ${count} slots, ${chunks} in chunks`;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}
