/**
 * The fast path of the client, for one packet that arrives by itself and one message that leaves by itself, against the
 * long way: two clients are taken through the same, and the second is kept off the fast path.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Run } from "./support/fast-path-run.js";
import { Side } from "./support/fast-path-side.js";
import { SETTING, STEP } from "./support/fast-path-steps.js";

const CASES = 250;

describe("a packet by itself", () => {
  test(`is dealt with as all packets are, in ${CASES} random conversations`, () => {
    let alone = 0;
    const steps = fc.array(STEP, { minLength: 20, maxLength: 80, size: "max" });
    fc.assert(
      fc.property(SETTING, steps, (one, all) => {
        const run = new Run(one, new Side(false, one), new Side(true, one));
        const answer = { kind: "answer", qos: 0, what: 0, length: 0, name: 0, cut: 1 } as const;
        run.step({ ...answer, kind: "wait" });
        run.step(answer);
        run.step(answer);
        for (const next of all) run.step(next);
        alone += run.alone;
      }),
      { numRuns: CASES },
    );
    // It would prove nothing if it were not taken.
    expect(alone).toBeGreaterThan(CASES);
  });
});
