/** The firmware's memory on XS against the budget, and against what was recorded. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODE_ROOT } from "../../host-sim/xs/bundle.js";
import type { FootprintRecord } from "../../host-sim/xs/footprint/budget.js";
import { BUDGET, compareWithBudget, recordOf } from "../../host-sim/xs/footprint/budget.js";
import type { Footprint } from "../../host-sim/xs/footprint/measure.js";
import { LONG_PAYLOAD, measureFootprint } from "../../host-sim/xs/footprint/measure.js";
import { heapBytes } from "../../host-sim/xs/heap-snapshot.js";
import { describeOnXs } from "./support/engine-there.js";

await describeOnXs("the memory footprint", async () => {
  const record = JSON.parse(
    readFileSync(join(CODE_ROOT, "scripts/footprint-budget.json"), "utf8"),
  ) as FootprintRecord;
  const footprint = await measureFootprint();

  test("is within the budget, and has not grown by more than 5 % over the record", () => {
    expect(compareWithBudget(footprint, record)).toEqual([]);
  });

  test("adds up: each state has what the one before had, and more", () => {
    const states = [
      footprint.config,
      footprint.deviceIdle,
      footprint.deviceConnected,
      footprint.deviceSubscribed,
      footprint.messageArriving,
    ].map(heapBytes);
    expect(states).toEqual([...states].sort((a, b) => a - b));
    expect(heapBytes(footprint.clientConnected)).toBeGreaterThan(heapBytes(footprint.clientIdle));
  });

  test("a long message is held once", () => {
    const { messageArriving, messageHandled } = footprint;
    const connected = heapBytes(footprint.deviceSubscribed);
    for (const state of [messageArriving, messageHandled]) {
      expect(heapBytes(state) - connected).toBeGreaterThan(LONG_PAYLOAD);
      expect(heapBytes(state) - connected).toBeLessThan(1.2 * LONG_PAYLOAD);
    }
  });
});

/** A footprint whose connected device has `slots`, and nothing else. */
function footprintOf(slots: number): Footprint {
  const nothing = { slots: 0, chunkBytes: 0, codeBytes: 0 };
  return {
    engine: nothing,
    code: nothing,
    clientIdle: nothing,
    clientConnected: nothing,
    subscription: nothing,
    queuedMessage: nothing,
    config: nothing,
    deviceIdle: nothing,
    deviceConnected: nothing,
    deviceSubscribed: { ...nothing, slots },
    messageArriving: nothing,
    messageHandled: { ...nothing, slots },
  };
}

test("growth up to 5 % passes, beyond it is told, with what to do", () => {
  const record = recordOf(footprintOf(1000));
  expect(compareWithBudget(footprintOf(1050), record)).toEqual([]);
  const [problem] = compareWithBudget(footprintOf(1051), record);
  expect(problem).toContain("16816 bytes of heap, 5.1 % more than the recorded 16000");
  expect(problem).toContain("npm run footprint -- --record");
});

test("a device over the budget is told, whatever is recorded", () => {
  const over = footprintOf(BUDGET / 16 + 1);
  expect(compareWithBudget(over, recordOf(over))).toEqual([
    "a connected device takes 24592 bytes of heap, 16 over the budget of 24576",
  ]);
});
