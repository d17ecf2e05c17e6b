/** Who gets a message, against a walk over all subscriptions with the plain matcher. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listOf } from "../../../src/mqtt/recipients.js";
import type { SubscriptionHandler } from "../../../src/mqtt/subscriptions.js";
import { Subscriptions } from "../../../src/mqtt/subscriptions.js";
import { topicMatches } from "../../../src/mqtt/topic.js";
import { topicFilter, topicName } from "./support/arbitraries.js";

const CASES = 2000;

/** Few different levels, so that filters and names meet. */
const LEVELS = ["", "a", "b", "$", "$a", "\u{1f600}", "é"];
const names = fc.oneof(
  { weight: 4, arbitrary: levels(LEVELS, 4).map((name) => name || "a") },
  { weight: 1, arbitrary: topicName(6) },
);
const filters = fc.oneof(
  { weight: 4, arbitrary: levels([...LEVELS, "+", "+", "+"], 4).map((filter) => filter || "+") },
  { weight: 4, arbitrary: levels([...LEVELS, "+", "+"], 3).map((filter) => `${filter}/#`) },
  { weight: 1, arbitrary: fc.constantFrom("#", "+/#") },
  { weight: 1, arbitrary: topicFilter },
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add"), filter: filters, chosen: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove"), filter: filters, chosen: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear"), filter: filters, chosen: fc.nat(9) }) },
);

function levels(of: readonly string[], most: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...of), { minLength: 1, maxLength: most })
    .map((chosen) => chosen.join("/"));
}

interface Subscribed {
  readonly filter: string;
  readonly handler: SubscriptionHandler;
}

const HANDLERS: readonly SubscriptionHandler[] = [0, 1, 2].map(() => ({ onMessage() {} }));

/** So often each of the handlers is among them. */
function counts(handlers: readonly SubscriptionHandler[]): readonly number[] {
  return HANDLERS.map((handler) => handlers.filter((other) => other === handler).length);
}

describe("subscriptions", () => {
  test(`find each handler as often as the plain matcher does, in ${CASES} sequences of coming and going`, () => {
    let matches = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: "max" }), fc.array(names), (steps, topicNames) => {
        const subscriptions = new Subscriptions();
        let model: readonly Subscribed[] = [];
        for (const { kind, filter: any, chosen } of steps) {
          const handler = HANDLERS[chosen % HANDLERS.length] as SubscriptionHandler;
          // Something that is there, most of the time.
          const filter = model[chosen * 2]?.filter ?? any;
          if (kind === "add") {
            subscriptions.add(filter, handler, 1);
            model = [...model, { filter, handler }];
          } else {
            const isGone = (one: Subscribed) =>
              one.filter === filter && (kind === "clear" || one.handler === handler);
            subscriptions.remove(filter, kind === "clear" ? undefined : handler);
            model = model.filter((one) => !isGone(one));
          }
          const routes = new Map();
          subscriptions.routes = routes;
          for (const name of topicNames) {
            const expected = model.filter((one) => topicMatches(one.filter, name));
            matches += expected.length;
            expect(counts(listOf(subscriptions.matching(name)))).toEqual(
              counts(expected.map((one) => one.handler)),
            );
          }
          expect(subscriptions.routes).toBe(routes);
        }
        for (const { filter } of model) subscriptions.remove(filter);
        expect(subscriptions.length).toBe(0);
      }),
      { numRuns: CASES },
    );
    expect(matches).toBeGreaterThan(CASES * 20);
  });
});
