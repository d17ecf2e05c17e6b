/** A program under measurement: does the work it is told, and keeps out of the way of the meter. */

import "../../../host-sim/xs/guest/globals.js";
import { onCommand } from "../../../host-sim/xs/guest/globals.js";
import type { Answer } from "../../../host-sim/xs/message.js";
import { pack, unpack } from "../../../host-sim/xs/message.js";
import type { BenchCommand, Done, Work } from "../work.js";
import { PROBE, PROBE_LENGTH, RUN } from "../work.js";
import type { Client, Driver } from "./driver.js";
import { ConnectDriver, ReceiveDriver, SendDriver } from "./driver.js";
import type { Profiler } from "./profiler.js";
import { stubCosts } from "./stub-costs.js";
import type { MakeStubs, Stubs } from "./stubs.js";
import { makeStubs } from "./stubs.js";

/** A client that is measured, and how it fares. */
export interface Contestant {
  readonly client: Client;
  /** Messages completed, or given to the handler. */
  readonly messages: number;
  readonly pending: number;
}

export type MakeContestant = (stubs: Stubs, work: Work) => Contestant;

const CHUNK_HEADER = 16;
const NOBODY: Client = { publish() {} };
const NOBODY_HEARS = { onReadable() {}, onWritable() {}, onError() {} };

function makeNobody({ transport }: Stubs): Contestant {
  transport.open({ host: "", port: 1 }, NOBODY_HEARS);
  return { client: NOBODY, messages: 0, pending: 0 };
}

function driverFor(work: Work, stubs: Stubs): Driver {
  if (work.type === "send") return new SendDriver(stubs, work);
  return work.type === "receive" ? new ReceiveDriver(stubs, work) : new ConnectDriver(stubs);
}

class Bench {
  readonly #stubs: Stubs;
  readonly #driver: Driver;
  readonly #contestant: Contestant;
  readonly #client: Client;
  readonly #setUp: Done;

  constructor(work: Work, make: MakeContestant, stubs: Stubs) {
    this.#stubs = stubs;
    this.#driver = driverFor(work, this.#stubs);
    this.#contestant = make(this.#stubs, work);
    this.#client = this.#contestant.client;
    this.#setUp = this.#now;
  }

  run(count: number): void {
    const client = this.#client;
    const driver = this.#driver;
    for (let i = 0; i < count; i += 1) driver.operate(client);
  }

  more(): boolean {
    return this.#driver instanceof ConnectDriver && this.#driver.more();
  }

  get done(): Done {
    const now: Record<string, number> = { ...this.#now };
    for (const [key, before] of Object.entries(this.#setUp)) {
      if (key !== "pending" && key !== "unread") now[key] = (now[key] as number) - before;
    }
    return now as unknown as Done;
  }

  get #now(): Done {
    const { clock, counter, timer, transport } = this.#stubs;
    const { announced, byteReads, bytesRead, reads, writes, written } = transport;
    return {
      writes,
      written,
      reads,
      read: bytesRead,
      byteReads,
      clock: clock.calls,
      timer: timer.calls,
      handler: counter.calls,
      messages: this.#contestant.messages,
      pending: this.#contestant.pending,
      unread: announced - bytesRead - byteReads,
    };
  }

  stubCosts() {
    return stubCosts(this.#stubs);
  }
}

/** There when the bundle has a profiler; the functions' numbers are those of the bundle. */
const { profiler } = globalThis as { profiler?: Profiler };

function profiled(bench: Bench, count: number, by: Profiler): void {
  by.begin();
  try {
    bench.run(count);
  } catch (error) {
    if (by.stoppedIn === undefined) throw error;
  } finally {
    by.end();
  }
}

function probe(count: number): void {
  for (let i = 0; i < count; i += 1) new ArrayBuffer(PROBE_LENGTH - CHUNK_HEADER);
}

class BenchProgram {
  readonly #make: MakeContestant;
  readonly #makeStubs: MakeStubs;
  #bench: Bench | undefined;
  /** Taken for good. */
  readonly #held: unknown[] = [];

  constructor(make: MakeContestant, stubs: MakeStubs) {
    this.#make = make;
    this.#makeStubs = stubs;
  }

  /** True when `bytes` are a command that is not packed JSON. */
  handleBare(bytes: Uint8Array): boolean {
    const count = ((bytes[1] as number) << 8) | (bytes[2] as number);
    if (bytes[0] === RUN) {
      const bench = this.#bench as Bench;
      if (profiler === undefined) bench.run(count);
      else profiled(bench, count, profiler);
      return true;
    }
    if (bytes[0] !== PROBE) return false;
    probe(count);
    return true;
  }

  handle(command: BenchCommand): unknown {
    switch (command.type) {
      case "set-up":
        this.#bench = new Bench(
          command.work,
          command.worker === "client" ? this.#make : makeNobody,
          this.#makeStubs(),
        );
        return undefined;
      case "more":
        return this.#bench?.more();
      case "collect":
        xs.collectGarbage();
        return undefined;
      case "hold": {
        const stubs = this.#makeStubs();
        const { client } = (command.worker === "client" ? this.#make : makeNobody)(stubs, command.work);
        this.#held.push(stubs, client);
        return undefined;
      }
      case "done":
        return this.#bench?.done;
      case "stub-costs":
        return this.#bench?.stubCosts();
      case "fill":
        this.#held.push(new ArrayBuffer(command.byteLength));
        return undefined;
      case "profile":
        return profiler?.result();
      case "stop-at":
        if (profiler !== undefined) profiler.place = command.place;
        if (profiler !== undefined) profiler.stoppedIn = undefined;
        return undefined;
      case "stopped-in":
        return profiler?.stoppedIn;
    }
  }
}

/** Serves the host from now on, with the client that `make` makes. */
export function serve(make: MakeContestant, stubs: MakeStubs = makeStubs): void {
  const program = new BenchProgram(make, stubs);
  onCommand((question) => {
    const bytes = new Uint8Array(question);
    if (program.handleBare(bytes)) return undefined;
    let answer: Answer;
    try {
      answer = { value: program.handle(unpack<BenchCommand>(bytes).message) };
    } catch (error) {
      answer = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    return pack(answer).buffer as ArrayBuffer;
  });
}
