/** A simulated device whose firmware runs inside XS; its network, pins, clocks and log are Node's. */

import type { Level, Log } from "../../firmware/apps/io.js";
import type { Config } from "../../src/config/schema.js";
import type { Flash } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { DeviceListener } from "../device/simulated-device.js";
import { SimulatedPins } from "../device/simulated-pins.js";
import { FileFolder } from "../io/file-folder.js";
import { MemoryStore } from "../io/memory-store.js";
import { NodeClock } from "../io/node-clock.js";
import { NodeCrypto } from "../io/node-crypto.js";
import { NodeTimers } from "../io/node-timers.js";
import { NodeTransportProvider } from "../io/node-transport.js";
import type { HeapFigures } from "./heap-snapshot.js";
import { heapBytes, heapGrowth } from "./heap-snapshot.js";
import type { DeviceCommand } from "./message.js";
import type { OnEnded, RunningDevice } from "./running-device.js";
import type { LoadedProgram } from "./xs-host.js";
import { XsHost } from "./xs-host.js";

export interface XsDeviceListener extends DeviceListener {
  /** The worker broke down, or the firmware threw where nothing catches; it is over. */
  onFailed(error: Error): void;
  /** The config, which is good by itself, makes no device. */
  onRefused(problems: string): void;
}

export class XsDevice implements RunningDevice {
  readonly id: string;
  readonly #program: LoadedProgram;
  readonly #config: Config;
  readonly #pins: SimulatedPins;
  readonly #transport = new NodeTransportProvider();
  readonly #timers = new NodeTimers();
  readonly #host: XsHost<DeviceCommand>;
  #heapAtEnd: HeapFigures | undefined;
  #onEnded: OnEnded | undefined;

  /**
   * The door is closed at the start.
   * @param files where certificates and keys are that the config names
   * @param flash where events and sessions survive its end
   */
  constructor(
    program: LoadedProgram,
    config: Config,
    log: Log,
    listener: XsDeviceListener,
    files: FileStore = new FileFolder("."),
    flash?: Flash,
  ) {
    const { siren_pin: sirenPin, siren_active_low: sirenActiveLow } = config.alarm;
    const deviceId = `sim-${config.app}`;
    this.id = config.device.id || deviceId;
    this.#program = program;
    this.#config = config;
    this.#pins = new SimulatedPins({
      onOutput(pin: number, level: Level) {
        if (pin === sirenPin) listener.onSiren((level === 1) !== sirenActiveLow);
      },
    });
    this.setDoor("closed");
    const ports = {
      transport: this.#transport,
      timers: this.#timers,
      clock: new NodeClock(),
      wallClock: { now: () => Date.now() },
      random: Math.random,
      pins: this.#pins,
      log,
      store: new MemoryStore(),
      files,
      flash,
      crypto: new NodeCrypto(),
      observer: listener,
      onStopped: () => this.#end(),
    };
    this.#host = new XsHost<DeviceCommand>(program, ports, (error) => {
      this.#powerOff();
      listener.onFailed(error);
    });
    // Line by line, as people write it and the parser likes it.
    const text = JSON.stringify(config, undefined, 1);
    const like = flash && { blockLength: flash.blockLength, blockCount: flash.blockCount };
    const make = {
      type: "make",
      config: text,
      deviceId,
      ...(like === undefined ? {} : { flash: like }),
    } as const;
    this.#host.post(make, (problems) => {
      if (problems === undefined) return;
      this.#powerOff();
      listener.onRefused(problems as string);
    });
  }

  start(): void {
    this.#host.post({ type: "start" });
  }

  stop(onEnded: OnEnded): void {
    this.#onEnded = onEnded;
    this.#weigh();
    this.#host.post({ type: "stop" });
  }

  crash(onEnded: OnEnded): void {
    this.#onEnded = onEnded;
    this.#host.cutOff();
    this.#timers.powerOff();
    this.#transport.destroyAll();
    this.#weigh();
    this.#end();
  }

  setDoor(state: "open" | "closed"): void {
    const { pin, active_low: activeLow } = this.#config.door;
    this.#pins.setInput(pin, (state === "closed") === activeLow ? 0 : 1);
  }

  pressPanel(command: "arm" | "disarm"): boolean {
    if (this.#config.app !== "alarm") return false;
    this.#host.post({ type: "press", command });
    return true;
  }

  #weigh(): void {
    this.#host.weigh((heap) => {
      this.#heapAtEnd = heapGrowth(this.#program.heap, heap);
    });
  }

  #end(): void {
    this.#host.inquire({ type: "count" }, (count) => {
      this.#powerOff();
      const { chunkBytes, slots } = this.#heapAtEnd ?? { chunkBytes: 0, slots: 0 };
      const heap = heapBytes({ chunkBytes, slots, codeBytes: 0 });
      const { compute } = this.#host;
      this.#onEnded?.(Number(count), { engine: "xs", compute, slots, chunkBytes, heapBytes: heap });
    });
  }

  #powerOff(): void {
    this.#timers.powerOff();
    this.#transport.destroyAll();
    this.#host.end();
  }
}
