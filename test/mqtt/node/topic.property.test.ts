/** Filters against a matcher and a validator that work in another way: by levels and by regular expression. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkTopicFilter, checkTopicName, topicMatches } from "../../../src/mqtt/topic.js";
import { refusalOf } from "../support/thrown.js";
import { topicFilter, topicName } from "./support/arbitraries.js";

const CASES = 6000;

/** The filter as a regular expression: section 4.7 read anew. */
function matchesByPattern(filter: string, name: string): boolean {
  if (/^[+#]/.test(filter) && name.startsWith("$")) return false;
  const pattern = filter
    .split("/")
    .map((level, index) => {
      if (level === "#") return index === 0 ? ".*" : "(?:/.*)?";
      const text = level === "+" ? "[^/]*" : level.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
      return index === 0 ? text : `/${text}`;
    })
    .join("");
  return new RegExp(`^${pattern}$`, "su").test(name);
}

function isValidByLevels(filter: string): boolean {
  const levels = filter.split("/");
  return (
    filter !== "" &&
    levels.every((level, index) => {
      if (level === "#") return index === levels.length - 1;
      return level === "+" || !/[+#]/.test(level);
    })
  );
}

/** Few different levels, so that filters and names meet. */
const names = fc
  .array(fc.constantFrom("", "a", "b", "ab", "$", "$a", "\u{1f600}"), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join("/") || "a");
const filters = fc
  .tuple(
    fc.array(fc.constantFrom("", "a", "b", "ab", "$", "$a", "\u{1f600}", "+", "+"), { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([levels, hasHash]) => (hasHash ? [...levels, "#"] : levels).join("/") || "+");

describe("topic filters", () => {
  test(`match as another matcher does, for ${CASES} filters and names of few levels`, () => {
    let matches = 0;
    fc.assert(
      fc.property(filters, names, (filter, name) => {
        const expected = matchesByPattern(filter, name);
        if (expected) matches += 1;
        expect(topicMatches(filter, name)).toBe(expected);
      }),
      { numRuns: CASES },
    );
    expect(matches).toBeGreaterThan(CASES / 20);
    expect(matches).toBeLessThan(CASES / 2);
  });

  test(`made from a name by putting wildcards into it match it, for ${CASES} names`, () => {
    const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(topicName(20), choices, fc.option(fc.nat(5)), (name, wild, hashAt) => {
        const levels = name.split("/").map((level, i) => (wild[i % wild.length] === true ? "+" : level));
        if (hashAt !== null && hashAt <= levels.length) levels.splice(hashAt, levels.length, "#");
        const filter = levels.join("/");
        checkTopicFilter(filter);
        const isHidden = name.startsWith("$") && /^[+#]/.test(filter);
        expect(topicMatches(filter, name)).toBe(!isHidden);
      }),
      { numRuns: CASES },
    );
  });

  test(`match as another matcher does, for ${CASES} filters and names of any characters`, () => {
    fc.assert(
      fc.property(topicFilter, topicName(6), (filter, name) => {
        expect(topicMatches(filter, name)).toBe(matchesByPattern(filter, name));
      }),
      { numRuns: CASES },
    );
  });

  test(`are valid exactly when another validator says so, for ${CASES} texts`, () => {
    const texts = fc
      .array(fc.constantFrom("a", "/", "/", "+", "#", "$"), { maxLength: 6 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        expect(refusalOf(() => checkTopicFilter(text)) === undefined).toBe(isValidByLevels(text));
        expect(refusalOf(() => checkTopicName(text)) === undefined).toBe(text !== "" && !/[+#]/.test(text));
      }),
      { numRuns: CASES },
    );
  });
});
