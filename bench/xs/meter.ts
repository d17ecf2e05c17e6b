/** Meters a work on XS: compute units and slots of one operation. */

import { moduleFile } from "../../host-sim/xs/bundle.js";
import { startXs } from "../../host-sim/xs/engine.js";
import type { Answer } from "../../host-sim/xs/message.js";
import { pack, unpack } from "../../host-sim/xs/message.js";
import type { XsReply, XsWorker } from "../../host-sim/xs/worker.js";
import type { BenchCommand, Done, Work, Worker } from "./work.js";
import { runCommand } from "./work.js";

/** Of one operation, on average. */
export interface Figures {
  /** Units of XS's meter. */
  readonly units: number;
  /** Slots allocated, garbage included. */
  readonly slots: number;
}

export interface Metered extends Figures {
  readonly done: Done;
}

/** Before anything is metered: what grows once has grown. */
const WARM_UP = 64;
const OPERATIONS = 128;

/** @throws Error when the garbage was collected in between, or when the work was not done */
export async function meter(work: Work, worker: Worker): Promise<Metered> {
  const xs = await startXs({ files: [moduleFile("bench/xs/guest/bench-main.js")] });
  try {
    await tell(xs, { type: "set-up", work, worker });
    await xs.command(runCommand(WARM_UP));
    const none = await meterRun(xs, 0);
    const many = await meterRun(xs, OPERATIONS);
    const done = (await tell(xs, { type: "check" })) as Done;
    return {
      units: (many.units - none.units) / OPERATIONS,
      slots: (many.slots - none.slots) / OPERATIONS,
      done,
    };
  } finally {
    xs.kill();
  }
}

async function meterRun(xs: XsWorker, operations: number): Promise<Figures> {
  await tell(xs, { type: "collect" });
  const before = await xs.command(runCommand(0));
  const after: XsReply = await xs.command(runCommand(operations));
  if (await tell(xs, { type: "was-collected" }))
    throw new Error("the garbage was collected while it was counted");
  return { units: after.compute, slots: after.heapCount - before.heapCount };
}

export async function tell(xs: XsWorker, command: BenchCommand): Promise<unknown> {
  const { bytes } = await xs.command(pack(command));
  const { failure, value } = unpack<Answer>(bytes).message;
  if (failure !== undefined) throw new Error(failure);
  return value;
}
