/** One handler or a list of several: when which. */

import { describe, expect, test } from "vitest";
import { isList, joined, listOf, NOBODY, withHandler, withoutHandler } from "../../src/mqtt/recipients.js";
import type { SubscriptionHandler } from "../../src/mqtt/subscriptions.js";

function handler(): SubscriptionHandler {
  return { onMessage() {} };
}

const [first, second] = [handler(), handler()];

describe("recipients", () => {
  test("are the handler itself while there is one, and a list of several", () => {
    const one = withHandler(NOBODY, first);
    const two = withHandler(one, second);
    expect(one).toBe(first);
    expect(two).toEqual([first, second]);
    expect([isList(NOBODY), isList(one), isList(two)]).toEqual([true, false, true]);
    expect([listOf(NOBODY), listOf(one), listOf(two)]).toEqual([[], [first], [first, second]]);
    expect(withoutHandler(two, first)).toBe(second);
    expect(two).toEqual([first, second]);
  });

  test("are nobody when the last has gone, however often it was there", () => {
    expect(withoutHandler(withHandler(first, first), first)).toBe(NOBODY);
    expect(withoutHandler(first, second)).toBe(first);
  });

  test("of two filters are those of the first, then those of the second", () => {
    expect(joined(NOBODY, first)).toBe(first);
    expect(joined(first, NOBODY)).toBe(first);
    expect(joined([second, first], first)).toEqual([second, first, first]);
  });

  test("take a handler that is an array for one handler", () => {
    const inbox = Object.assign([first], { onMessage() {} });
    const one = withHandler(NOBODY, inbox);
    expect(isList(one)).toBe(true);
    expect(listOf(one)[0]).toBe(inbox);
    expect(listOf(withoutHandler(withHandler(one, second), second))).toHaveLength(1);
    expect(withoutHandler(one, inbox)).toBe(NOBODY);
  });
});
