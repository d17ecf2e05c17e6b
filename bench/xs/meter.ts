/**
 * Meters a work on XS. What the driver and the stubs of the ports take is metered too, and subtracted: the driver with
 * nobody to do the work, each stub by itself, times the number of its calls.
 */

import type { XsReply } from "../../host-sim/xs/worker.js";
import { chunkBytesOf } from "./chunk-room.js";
import { checkDone } from "./expected.js";
import type { BenchBundle, BenchProgram } from "./program.js";
import type { ConnectWork, Done, ReceiveWork, SendWork, StubCalls, StubCosts, Work } from "./work.js";

/** Of one message or, for what is not a single message, of one operation. */
export interface Figures {
  /** Units of XS's meter, the harness subtracted. */
  readonly units: number;
  /** Slots allocated, garbage included. */
  readonly slots: number;
  /** Bytes of chunks allocated, garbage included; a chunk's header is 16 bytes here, 8 on a 32-bit device. */
  readonly chunkBytes: number | undefined;
  /** Writes to the transport. */
  readonly writes: number;
  /** Units of driver and stubs, which are not in `units`. */
  readonly harness: number;
}

interface Raw {
  readonly units: number;
  readonly slots: number;
  /** How many it was metered with. */
  readonly operations: number;
}

/** Before anything is metered: what grows once has grown. */
const WARM_UP = 64;
const OPERATIONS = 128;
/** For the calls of the stubs, which are the same each time. */
const COUNTED = 2;
/** Well below what the engine starts with (262,144), so that the garbage is not collected while it is counted. */
const SLOT_LIMIT = 100_000;
const CALLS = ["writes", "written", "reads", "read", "byteReads", "clock", "timer", "handler"] as const;

/**
 * @param withChunks finds out `chunkBytes` too, which takes several times as long as all the rest
 * @throws Error when the work was not done as it should, or the garbage was collected in between
 */
export async function meter(bundle: BenchBundle, work: Work, withChunks: boolean): Promise<Figures> {
  return work.type === "connect"
    ? await meterConnect(bundle, work)
    : await meterMessages(bundle, work, withChunks);
}

/** Units that the engine takes for copying a byte. */
export async function unitsPerByteCopied(bundle: BenchBundle): Promise<number> {
  const program = await bundle.start();
  try {
    await program.setUp({ type: "send", qos: 0, payloadLength: 1, burst: 1 }, "nobody");
    return (await program.stubCosts()).written;
  } finally {
    program.end();
  }
}

async function meterMessages(
  bundle: BenchBundle,
  work: SendWork | ReceiveWork,
  withChunks: boolean,
): Promise<Figures> {
  const program = await bundle.start();
  try {
    await program.setUp(work);
    await program.run(isLong(work) ? 1 : WARM_UP);
    await program.collect();
    const raw = await meterRun(program, OPERATIONS);
    const before = await program.done();
    await program.run(COUNTED);
    const done = await program.done();
    checkDone(work, done);
    const chunkBytes = withChunks ? await chunkBytesOf(program, raw.slots, isLong(work) ? 1 : 2) : undefined;
    const calls = callsPerOperation(before, done, COUNTED);
    const driver = await meterDriver(bundle, work, raw.operations);
    const harness = driver.units + stubUnits(calls, await program.stubCosts());
    const { burst } = work;
    return {
      units: (raw.units - harness) / burst,
      slots: (raw.slots - driver.slots) / burst,
      chunkBytes: chunkBytes === undefined ? undefined : chunkBytes / burst,
      writes: calls.writes / burst,
      harness: harness / burst,
    };
  } finally {
    program.end();
  }
}

function isLong(work: SendWork | ReceiveWork): boolean {
  return work.payloadLength > 100_000;
}

/** The driver alone. */
async function meterDriver(bundle: BenchBundle, work: Work, operations: number): Promise<Raw> {
  const program = await bundle.start();
  try {
    await program.setUp(work, "nobody");
    await program.run(2);
    return await meterRun(program, operations);
  } finally {
    program.end();
  }
}

/**
 * Does one operation right after a collection, and then as many as their garbage fits, twice. A collection takes away
 * the garbage that was made until then, so that one half would leave less than it should: then fewer are metered.
 */
async function meterRun(program: BenchProgram, most: number): Promise<Raw> {
  await program.collect();
  const idle = await program.run(0);
  const start = await program.run(0);
  // The command itself takes a few.
  const idleSlots = start.heapCount - idle.heapCount;
  const one = await program.run(1);
  const slotsOfOne = one.heapCount - start.heapCount - idleSlots;
  const operations = Math.max(1, Math.min(most, Math.floor(SLOT_LIMIT / (2 * slotsOfOne + 1))));
  const first = await program.run(operations);
  const second = await program.run(operations);
  const slots = [first.heapCount - one.heapCount, second.heapCount - first.heapCount].map(
    (count) => (count - idleSlots) / operations,
  );
  if (slots.some((count) => Math.abs(count - slotsOfOne) > 1 + 0.02 * slotsOfOne)) {
    if (operations > 1) return await meterRun(program, Math.floor(operations / 2));
    throw new Error(
      `the garbage was collected while it was counted: ${slotsOfOne}, ${slots.join(", ")} slots`,
    );
  }
  return {
    units: (first.compute + second.compute - 2 * idle.compute) / (2 * operations),
    slots: ((slots[0] ?? 0) + (slots[1] ?? 0)) / 2,
    operations,
  };
}

function callsPerOperation(before: Done, after: Done, operations: number): StubCalls {
  const calls: Record<string, number> = {};
  for (const key of CALLS) calls[key] = (after[key] - before[key]) / operations;
  return calls as unknown as StubCalls;
}

function stubUnits(calls: StubCalls, costs: StubCosts): number {
  return CALLS.reduce((units, key) => units + calls[key] * costs[key], 0);
}

/** Step by step, since the server's answers are made in between, which is not to be metered. */
async function meterConnect(bundle: BenchBundle, work: ConnectWork): Promise<Figures> {
  const program = await bundle.start();
  try {
    await program.setUp(work);
    await program.collect();
    let units = 0;
    let slots = 0;
    do {
      const idle = await program.run(0);
      const start: XsReply = await program.run(0);
      const end = await program.run(1);
      units += end.compute - idle.compute;
      slots += end.heapCount - start.heapCount - (start.heapCount - idle.heapCount);
    } while (await program.tell({ type: "more" }));
    const done = await program.done();
    checkDone(work, done);
    const harness = stubUnits(done, await program.stubCosts());
    return { units: units - harness, slots, chunkBytes: undefined, writes: done.writes, harness };
  } finally {
    program.end();
  }
}
