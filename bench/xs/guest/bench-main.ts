/** The program under measurement: does the work it is told, and keeps out of the way of the meter. */

import { onCommand } from "../../../host-sim/xs/guest/globals.js";
import type { Answer } from "../../../host-sim/xs/message.js";
import { pack, unpack } from "../../../host-sim/xs/message.js";
import type { MqttClient } from "../../../src/mqtt/client.js";
import type { BenchCommand, Done, Profile, Work, Worker } from "../work.js";
import { RUN } from "../work.js";
import type { Client, Driver } from "./driver.js";
import { ReceiveDriver, SendDriver } from "./driver.js";
import { Nobody } from "./nobody.js";
import type { Profiler } from "./profiler.js";
import { Counter, connectedClient } from "./reed.js";
import { StubClock, StubTimer, StubTransport } from "./stub-world.js";

class Bench {
  readonly #stubs = { clock: new StubClock(), timer: new StubTimer(), transport: new StubTransport() };
  readonly #counter = new Counter();
  readonly #driver: Driver;
  readonly #client: Client;
  readonly #reed: MqttClient | undefined;
  readonly #work: Work;
  #operations = 0;

  constructor(work: Work, worker: Worker) {
    const stubs = this.#stubs;
    this.#work = work;
    const driver = work.type === "send" ? new SendDriver(stubs, work) : new ReceiveDriver(stubs, work);
    this.#driver = driver;
    if (worker === "reed") {
      this.#reed = connectedClient(stubs, work, this.#counter);
      this.#client = this.#reed;
    } else {
      const targets = driver.reads.map((bytes) => new Uint8Array(bytes.length));
      this.#client = new Nobody(stubs.transport, stubs.timer, driver.wire, targets, driver.answers);
    }
    stubs.transport.begin();
    stubs.transport.bytes = 0;
    stubs.transport.writes = 0;
  }

  run(count: number): void {
    for (let i = 0; i < count; i += 1) this.#driver.operate(this.#client);
    this.#operations += count;
  }

  get done(): Done {
    const { transport } = this.#stubs;
    transport.begin();
    const { bytes, writes } = transport;
    const counters = this.#reed?.counters;
    return {
      operations: this.#operations,
      messages:
        this.#work.type === "send"
          ? (counters?.acknowledged ?? 0) + (counters?.sent ?? 0)
          : this.#counter.messages,
      pending: this.#reed?.pending ?? 0,
      bytes,
      writes,
    };
  }
}

/** There when the bundle has a profiler; the functions' numbers are those of the bundle. */
const { profiler } = globalThis as { profiler?: Profiler };

function takeProfile(): Profile | undefined {
  const calls = profiler && [...profiler.calls];
  return calls && profiler && { calls, units: profiler.result() };
}

function profiled(work: Bench, count: number, by: Profiler): void {
  by.begin();
  try {
    work.run(count);
  } catch (error) {
    if (by.stoppedIn === undefined) throw error;
  } finally {
    by.end();
  }
}

let bench: Bench | undefined;
/** Dies with the first collection. */
let canary: WeakRef<object> | undefined;

function handle(command: BenchCommand): unknown {
  switch (command.type) {
    case "set-up":
      bench = new Bench(command.work, command.worker);
      return undefined;
    case "collect":
      xs.collectGarbage();
      canary = new WeakRef({});
      return undefined;
    case "was-collected":
      return canary?.deref() === undefined;
    case "check":
      return bench?.done;
    case "profile":
      return takeProfile();
    case "stop-at":
      if (profiler !== undefined) {
        profiler.place = command.place;
        profiler.stoppedIn = undefined;
      }
      return undefined;
    case "stopped-in":
      return profiler?.stoppedIn;
  }
}

onCommand((question) => {
  const bytes = new Uint8Array(question);
  if (bytes[0] === RUN) {
    const count = ((bytes[1] as number) << 8) | (bytes[2] as number);
    if (profiler === undefined) bench?.run(count);
    else if (bench !== undefined) profiled(bench, count, profiler);
    return undefined;
  }
  let answer: Answer;
  try {
    answer = { value: handle(unpack<BenchCommand>(bytes).message) };
  } catch (error) {
    answer = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  return pack(answer).buffer as ArrayBuffer;
});
