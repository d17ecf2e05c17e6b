/** The test broker's own topic filters, by the examples of section 4.7. */

import { describe, expect, test } from "vitest";
import { isTopicFilter, matchesTopic } from "./broker-topic.js";

describe("topic filters of the test broker", () => {
  test.each([
    ["a/b", "a/b", true],
    ["a/b", "a/c", false],
    ["a", "a/b", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["+/+", "/a", true],
    ["/+", "/a", true],
    ["+", "/a", false],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["#", "a/b", true],
    ["#", "$SYS/a", false],
    ["+/a", "$SYS/a", false],
    ["$SYS/#", "$SYS/a", true],
    ["a/+/c", "a//c", true],
  ])("%s and %s: %s", (topicFilter, topicName, matches) => {
    expect(matchesTopic(topicFilter, topicName)).toBe(matches);
  });

  test.each([
    ["a/+/#", true],
    ["", false],
    ["a+", false],
    ["#/a", false],
    ["a/b#", false],
    ["/", true],
  ])("%s is one: %s", (topicFilter, isOne) => {
    expect(isTopicFilter(topicFilter)).toBe(isOne);
  });
});
