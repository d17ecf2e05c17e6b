/** The set of packet identifiers against the language's own, and how much memory it takes. */

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { IdentifierSet } from "../../../src/mqtt/identifier-set.js";
import { PacketIdentifiers } from "../../../src/mqtt/packet-identifiers.js";

const CASES = 400;

const identifier = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 1000, max: 1050 }));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add"), identifier }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("delete"), identifier }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear"), identifier }) },
);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a set of packet identifiers", () => {
  test(`behaves as a Set in ${CASES} random sequences of operations`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const set = new IdentifierSet();
        const model = new Set<number>();
        for (const { kind, identifier: member } of steps) {
          if (kind === "add") {
            set.add(member);
            model.add(member);
          } else if (kind === "delete") {
            // Something that is there, most of the time.
            const other = [...model][member % 7] ?? member;
            set.delete(other);
            model.delete(other);
          } else {
            set.clear();
            model.clear();
          }
          expect(set.size).toBe(model.size);
          expect([member, member ^ 1, member ^ 1024].map((one) => set.has(one))).toEqual(
            [member, member ^ 1, member ^ 1024].map((one) => model.has(one)),
          );
        }
      }),
      { numRuns: CASES },
    );
  });

  test("takes at most 64 segments of 128 bytes, 8 KiB in all, while some identifiers stay in use for ever", () => {
    const lengths = countAllocations();
    const identifiers = new PacketIdentifiers();
    for (let i = 1; i <= 200_000; i += 1) {
      const taken = identifiers.take();
      if (i % 60_000 !== 1) identifiers.release(taken);
    }
    expect(identifiers.inUse).toBe(4);
    expect(new Set(lengths)).toEqual(new Set([128]));
    expect(lengths.length).toBeLessThanOrEqual(64);
  });

  test("does without segments while no two in use are far from each other", () => {
    const lengths = countAllocations();
    const identifiers = new PacketIdentifiers();
    for (let i = 1; i <= 2 * 65_535; i += 1) identifiers.release(identifiers.take());
    identifiers.continueAfter(0);
    const window = Array.from({ length: 32 }, () => identifiers.take());
    for (let i = 1; i <= 60_000; i += 1) {
      identifiers.release(window.shift() as number);
      window.push(identifiers.take());
    }
    expect(lengths).toEqual([]);
  });

  test("lets go of all segments once nothing is in use", () => {
    const lengths = countAllocations();
    const set = new IdentifierSet();
    for (let round = 1; round <= 3; round += 1) {
      for (let identifier = 0; identifier <= 65_535; identifier += 1) set.add(identifier);
      for (let identifier = 0; identifier <= 65_535; identifier += 1) set.delete(identifier);
      // Those that had been let go were made anew.
      expect(lengths.length).toBe(64 * round);
    }
  });
});

/** The lengths of all byte arrays made from here on. */
function countAllocations(): readonly number[] {
  const lengths: number[] = [];
  const Original = Uint8Array;
  vi.stubGlobal(
    "Uint8Array",
    class extends Original {
      constructor(length: number) {
        super(length);
        lengths.push(length);
      }
    },
  );
  return lengths;
}
