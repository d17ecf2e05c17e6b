/** What tells of the tests on XS tells the truth: failures there are failures here, with their reasons. */

import { expect, test } from "vitest";
import { describeOnXs } from "./support/engine-there.js";
import { equals, matches } from "./support/equality.js";
import { runOnXs } from "./support/test-file.js";

await describeOnXs("tests on XS", () => {
  test("arrive with their names and outcomes", async () => {
    const results = await runOnXs("test/xs/support/outcomes.ts");
    const short = results.map(({ failure, name, skipped }) => [
      name,
      skipped ?? failure?.split("\n")[0] ?? "passed",
    ]);
    expect(short).toEqual([
      ["group > is prepared", "passed"],
      ["group > passes", "passed"],
      ["group > fails by a matcher", "Error: expected { a: [1, 2] } to equal { a: [1, 3] }"],
      ["group > fails by a matcher inside", 'Error: expected ["abc"] to equal [text with "d"]'],
      ["group > fails by a throw", "RangeError: too far"],
      ["group > fails later", 'Error: with a message: expected "later" to be "sooner"'],
      ["group > is a property", "property tests run on Node"],
      ["group > case a is 1", "passed"],
      ["group > case b is 2", 'Error: expected "b" to be "c"'],
      ["for x > is not negated", 'Error: expected "x" not to be "x"'],
    ]);
  });
});

/** Pairs that are not equal, one of every kind. */
const DIFFERENT: readonly (readonly [unknown, unknown])[] = [
  [1, 2],
  [0, -0],
  ["1", 1],
  [null, undefined],
  [{}, []],
  [{ a: 1 }, {}],
  [{}, { a: null }],
  [[1], [1, 2]],
  [
    [1, [2]],
    [1, [3]],
  ],
  [new Uint8Array([1]), new Uint8Array([2])],
  [new Uint8Array([1]), [1]],
  [new Error("a"), new Error("b")],
  [new Error("a"), new TypeError("a")],
  [new Map([[1, 2]]), new Map([[1, 3]])],
  [new Set([1]), new Set([2])],
  [/a/, /b/],
];

test.each(DIFFERENT)("%s and %s are different, to vitest too", (a, b) => {
  expect(equals(a, b)).toBe(false);
  expect(equals(b, a)).toBe(false);
  expect(a).not.toEqual(b);
});

test("a subset matches, to any depth; an array has to be as long", () => {
  expect(matches({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } })).toBe(true);
  expect(matches([{ a: 1, b: 2 }], [{ a: 1 }])).toBe(true);
  expect(matches([1, 2], [1])).toBe(false);
  expect(matches({ a: 1 }, { b: undefined })).toBe(false);
  expect(matches(new RangeError("far"), { message: "far", name: "RangeError" })).toBe(true);
  expect(matches(new RangeError("far"), { message: "near" })).toBe(false);
});
