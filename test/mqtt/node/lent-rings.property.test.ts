/**
 * Clients that lend one another the ring for their packets, each against one that has its own and is taken through the
 * same: both write and tell the same, and none holds a ring in which it has nothing.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketRings } from "../../../host-sim/io/packet-rings.js";
import { Run } from "./support/fast-path-run.js";
import type { Setting } from "./support/fast-path-side.js";
import { Side } from "./support/fast-path-side.js";
import { SETTING, STEP } from "./support/fast-path-steps.js";

const CASES = 60;
const CLIENTS = 3;
const ANSWER = { kind: "answer", qos: 0, what: 0, length: 0, name: 0, cut: 1 } as const;
const ALL_ANSWERS = { ...ANSWER, kind: "answers" } as const;
const WAIT = { ...ANSWER, kind: "wait" } as const;

/** Also with so little room that messages are evicted and refused, and with messages that are stored. */
const ROUGH_SETTING = fc
  .tuple(SETTING, fc.constantFrom(16_384, 900, 200), fc.constantFrom(false, false, true))
  .map(([one, maximumQueueBytes, hasFlash]) => ({ ...one, maximumQueueBytes, hasFlash }));

/** Says what is wrong with who holds which ring, if anything is. */
function faultOf(runs: readonly Run[]): string | undefined {
  const rings = new Set<unknown>();
  for (const { sides } of runs) {
    const { outbox } = sides[1];
    const { ring } = outbox;
    if (ring === undefined) continue;
    if (rings.has(ring)) return "two clients have one ring";
    rings.add(ring);
    if (ring.holder !== outbox) return "a ring takes another client for its holder";
    if (ring.count === 0) return "a client holds a ring in which it has nothing";
  }
  return undefined;
}

/** Clients in pairs of one with its own ring and one that is lent them; each tells the next one of its kind. */
function runsOf(settings: readonly Setting[]): readonly Run[] {
  const rings = new PacketRings();
  const runs = settings.map((one) => new Run(one, new Side(false, one), new Side(false, one, rings)));
  for (const [i, { sides }] of runs.entries()) {
    const next = runs[(i + 1) % runs.length] as Run;
    sides[0].neighbour = next.sides[0];
    sides[1].neighbour = next.sides[1];
  }
  return runs;
}

/** Takes everything to its end, as far as the server may be asked to; returns whether nothing is left. */
function complete(runs: readonly Run[]): boolean {
  for (let round = 0; round < 20; round += 1) {
    for (const run of runs) {
      run.step({ ...WAIT, what: 1 });
      while (run.owed > 0) run.step(ALL_ANSWERS);
    }
  }
  return runs.every(({ sides }) => sides.every(({ client }) => client.pending === 0));
}

describe("lent rings", () => {
  test(`change nothing that ${CLIENTS} clients do, in ${CASES} random conversations`, () => {
    let alone = 0;
    let completed = 0;
    const steps = fc.array(fc.tuple(fc.nat(CLIENTS - 1), STEP), {
      minLength: 30,
      maxLength: 150,
      size: "max",
    });
    fc.assert(
      fc.property(
        fc.array(ROUGH_SETTING, { minLength: CLIENTS, maxLength: CLIENTS }),
        steps,
        (settings, all) => {
          const runs = runsOf(settings);
          for (const run of runs) for (const step of [WAIT, ANSWER, ANSWER]) run.step(step);
          for (const [who, step] of all) {
            (runs[who] as Run).step(step);
            expect(faultOf(runs)).toBe(undefined);
          }
          if (complete(runs)) {
            completed += 1;
            expect(runs.map(({ sides }) => sides[1].outbox.ring)).toEqual([undefined, undefined, undefined]);
          }
          for (const run of runs) alone += run.alone;
        },
      ),
      { numRuns: CASES },
    );
    // It would prove nothing if the fast path were not taken, or much were left.
    expect([alone > CASES, completed > CASES / 2]).toEqual([true, true]);
  });
});
