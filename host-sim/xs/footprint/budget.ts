/** What the firmware's memory is held to: the budget itself, and the recorded figures that it may not drift from. */

import { heapBytes } from "../heap-snapshot.js";
import type { Footprint } from "./measure.js";

/** Heap of a connected door sensor with two subscriptions, above an engine with the code loaded, in bytes. */
export const BUDGET = 24 * 1024;
/** Growth over the record that passes without a word. */
export const TOLERANCE = 0.05;

/** Heap in bytes, as recorded in scripts/footprint-budget.json. */
export interface FootprintRecord {
  /** A connected door sensor with two subscriptions. */
  readonly connected: number;
  /** The same at the worst moment of a message of 3 KB. */
  readonly peak: number;
}

export function recordOf(footprint: Footprint): FootprintRecord {
  const { deviceSubscribed, messageArriving, messageHandled } = footprint;
  return {
    connected: heapBytes(deviceSubscribed),
    peak: Math.max(heapBytes(messageArriving), heapBytes(messageHandled)),
  };
}

/** What is wrong, a sentence each; nothing when all is well. */
export function compareWithBudget(footprint: Footprint, record: FootprintRecord): string[] {
  const { connected, peak } = recordOf(footprint);
  const problems: string[] = [];
  if (connected > BUDGET) {
    problems.push(
      `a connected device takes ${connected} bytes of heap, ${connected - BUDGET} over the budget of ${BUDGET}`,
    );
  }
  const pairs = [
    ["a connected device", connected, record.connected],
    ["a message of 3 KB at its peak", peak, record.peak],
  ] as const;
  for (const [what, now, before] of pairs) {
    if (now <= before * (1 + TOLERANCE)) continue;
    const growth = ((now / before - 1) * 100).toFixed(1);
    problems.push(
      `${what} takes ${now} bytes of heap, ${growth} % more than the recorded ${before}: ` +
        "`npm run footprint` shows where; if it is worth it, `npm run footprint -- --record` records it",
    );
  }
  return problems;
}
