/** Keep alive under random traffic: no gap too long, no half-open link unnoticed, no healthy one given up. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeepAlivePlan } from "../support/keep-alive-run.js";
import { runKeepAlive } from "../support/keep-alive-run.js";

const CASES = 2000;

/** Times in order, from distances. */
function times(maximumDistance: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: 1, max: maximumDistance }), { maxLength: 60, size: "max" })
    .map((distances) => {
      let time = 0;
      return distances.map((distance) => {
        time += distance;
        return time;
      });
    });
}

const plan: fc.Arbitrary<KeepAlivePlan> = fc
  .record({
    keepAlive: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constantFrom(1, 2, 60, 65_535)),
    responseTimeout: fc.integer({ min: 100, max: 20_000 }),
    lateness: fc.double({ min: 0, max: 0.5, noNaN: true }),
    latency: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    sends: times(5000),
    receives: times(8000),
    silentFrom: fc.integer({ min: 0, max: 300_000 }),
  })
  .map((fields) => ({
    ...fields,
    // PINGREQ and the end of the wait for its answer may both be late, together by no more than the margin.
    lateness: fields.lateness * Math.min(fields.keepAlive * 100, 1000),
    latency: fields.latency * fields.responseTimeout,
    until: 400_000 + 5 * (fields.keepAlive * 1000 + fields.responseTimeout),
  }));

describe("keep alive", () => {
  test(`finds every half-open link in time and leaves no gap, in ${CASES} random connections`, () => {
    fc.assert(
      fc.property(plan, (half) => {
        const { dead, lastReceived, longestGap } = runKeepAlive(half);
        expect(dead).toBeDefined();
        expect(dead).toBeLessThanOrEqual(lastReceived + half.keepAlive * 1000 + half.responseTimeout);
        expect(longestGap).toBeLessThanOrEqual(half.keepAlive * 1000 + half.lateness);
      }),
      { numRuns: CASES },
    );
  });

  test(`never gives up a server that answers in time, in ${CASES} random connections`, () => {
    fc.assert(
      fc.property(plan, (healthy) => {
        const report = runKeepAlive({ ...healthy, silentFrom: Number.POSITIVE_INFINITY });
        expect(report.dead).toBe(undefined);
        expect(report.longestGap).toBeLessThanOrEqual(healthy.keepAlive * 1000);
      }),
      { numRuns: CASES },
    );
  });
});
