/** The queue of timers: they stand in a line, a heap or a pile by how soon they are due, and nobody sees a difference. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";

const TIMERS = 6;
/** At once, in the same slice of time as now, in one of the next. */
const DELAYS = [0, 0, 1, 2, 500, 999, 1000, 1001, 2500, 60_000];

test("timers expire by time, then by the order of scheduling, while others come and go", () => {
  const action = fc.oneof(
    fc.record({ timer: fc.nat({ max: TIMERS - 1 }), delay: fc.constantFrom(...DELAYS) }),
    fc.record({ timer: fc.nat({ max: TIMERS - 1 }), delay: fc.constant("cancel" as const) }),
    fc.constant("next" as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const clock = new VirtualClock();
      const expired: string[] = [];
      const timers = Array.from({ length: TIMERS }, (_, index) =>
        clock.create(() => expired.push(`${index} at ${clock.now()}`)),
      );
      let expected: { readonly timer: number; readonly time: number }[] = [];
      for (const step of actions) {
        if (step === "next") {
          // The sort is stable: those of the same time stay in the order of scheduling.
          const next = expected.toSorted((a, b) => a.time - b.time)[0];
          expected = expected.filter((one) => one !== next);
          expect(clock.deadline).toBe(next?.time);
          expect(clock.runNext()).toBe(next !== undefined);
          expect(expired.splice(0)).toEqual(next === undefined ? [] : [`${next.timer} at ${next.time}`]);
        } else {
          const { timer, delay } = step;
          expected = expected.filter((one) => one.timer !== timer);
          if (delay === "cancel") {
            timers[timer]?.cancel();
          } else {
            timers[timer]?.schedule(delay);
            expected.push({ timer, time: clock.now() + delay });
          }
        }
        expect(clock.pending).toBe(expected.length);
      }
    }),
    { numRuns: 1000 },
  );
});
