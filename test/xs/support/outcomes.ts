/** Tests with every outcome, to see that none is lost on the way from XS. */

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";

let prepared = 0;

beforeEach(() => {
  prepared = 1;
});

describe("group", () => {
  beforeEach(() => {
    prepared += 1;
  });

  test("is prepared", () => {
    expect(prepared).toBe(2);
  });

  test("passes", () => {
    expect([1, { a: new Uint8Array([1]) }]).toEqual([1, { a: new Uint8Array([1]), b: undefined }]);
  });

  test("fails by a matcher", () => {
    expect({ a: [1, 2] }).toEqual({ a: [1, 3] });
  });

  test("fails by a matcher inside", () => {
    expect(["abc"]).toEqual([expect.stringContaining("b")]);
    expect(["abc"]).toEqual([expect.stringContaining("d")]);
  });

  test("fails by a throw", () => {
    throw new RangeError("too far");
  });

  test("fails later", async () => {
    await Promise.resolve();
    expect("later", "with a message").toBe("sooner");
  });

  test("is a property", () => {
    fc.assert(fc.property(fc.integer(), (n) => n === n + 1));
  });

  test.each([
    ["a", 1],
    ["b", 2],
  ])("case %s is %i", (letter, number) => {
    expect(letter).toBe(number === 1 ? "a" : "c");
  });
});

describe.each([{ name: "x" }])("for $name", ({ name }) => {
  test("is not negated", () => {
    expect(name).not.toBe("x");
  });
});
