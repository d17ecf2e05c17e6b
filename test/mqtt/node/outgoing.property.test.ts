/** The linked list of messages against an array. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outgoing, OutgoingList } from "../../../src/mqtt/outgoing.js";

const CASES = 400;

const step = fc.record({
  kind: fc.constantFrom("push", "push", "unshift", "shift", "remove", "prepend", "clear", "remove-stranger"),
  at: fc.nat(10),
  count: fc.nat(3),
});

function members(list: OutgoingList): readonly Outgoing[] {
  const seen: Outgoing[] = [];
  for (let at = list.first; at !== undefined; at = at.next) seen.push(at);
  return seen;
}

describe("a list of messages", () => {
  test(`behaves as an array in ${CASES} random sequences of operations`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const list = new OutgoingList();
        let model: Outgoing[] = [];
        let identifier = 0;
        const fresh = (): Outgoing => {
          const outgoing = new Outgoing();
          identifier += 1;
          outgoing.packetIdentifier = identifier;
          return outgoing;
        };
        for (const { kind, at, count } of steps) {
          if (kind === "push") {
            const outgoing = fresh();
            list.push(outgoing);
            model.push(outgoing);
          } else if (kind === "unshift") {
            const outgoing = fresh();
            list.unshift(outgoing);
            model.unshift(outgoing);
          } else if (kind === "shift") {
            expect(list.shift() === model.shift()).toBe(true);
          } else if (kind === "remove") {
            const outgoing = model[at];
            if (outgoing === undefined) continue;
            list.remove(outgoing);
            model = model.filter((other) => other !== outgoing);
            expect(outgoing.next).toBe(undefined);
          } else if (kind === "prepend") {
            const others = new OutgoingList();
            const added = Array.from({ length: count }, fresh);
            for (const outgoing of added) others.push(outgoing);
            list.prepend(others);
            model.unshift(...added);
            expect([others.first, others.length]).toEqual([undefined, 0]);
          } else if (kind === "clear") {
            list.clear();
            model = [];
          } else {
            list.remove(fresh());
          }
          const seen = members(list);
          expect(list.length).toBe(model.length);
          expect(seen.length === model.length && seen.every((one, i) => one === model[i])).toBe(true);
          expect(list.find(at) === model.find((one) => one.packetIdentifier === at)).toBe(true);
        }
      }),
      { numRuns: CASES },
    );
  });
});
