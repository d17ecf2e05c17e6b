/** Topic names and filters: every example of section 4.7, and what lies between them. */

import { describe, expect, test } from "vitest";
import { checkTopicFilter, checkTopicName, hasWildcard, topicMatches } from "../../src/mqtt/topic.js";
import { refusalOf } from "./support/thrown.js";

/** Filter, name, whether they match, and where the specification says so. */
const MATCHES: readonly (readonly [string, string, boolean, string])[] = [
  ["sport/tennis/player1/#", "sport/tennis/player1", true, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis/player1/", true, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis/player10", false, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis/player", false, "4.7.1.2"],
  ["sport/tennis/player1/#", "sport/tennis", false, "4.7.1.2"],
  ["sport/#", "sport", true, "4.7.1.2: # includes the parent level"],
  ["sport/#", "sports", false, "4.7.1.2"],
  ["sport/#", "/sport", false, "4.7.1.2"],
  ["#", "sport", true, "4.7.1.2"],
  ["#", "sport/tennis/player1", true, "4.7.1.2"],
  ["#", "/", true, "4.7.1.2"],
  ["sport/tennis/#", "sport/tennis", true, "4.7.1.2"],
  ["sport/tennis/+", "sport/tennis/player1", true, "4.7.1.3"],
  ["sport/tennis/+", "sport/tennis/player2", true, "4.7.1.3"],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false, "4.7.1.3"],
  ["sport/tennis/+", "sport/tennis", false, "4.7.1.3"],
  ["sport/+", "sport", false, "4.7.1.3: + is one level"],
  ["sport/+", "sport/", true, "4.7.1.3: an empty level is a level"],
  ["+", "sport", true, "4.7.1.3"],
  ["+", "sport/tennis", false, "4.7.1.3"],
  ["+", "/", false, "4.7.1.3"],
  ["+/tennis/#", "sport/tennis", true, "4.7.1.3"],
  ["+/tennis/#", "sport/tennis/player1", true, "4.7.1.3"],
  ["+/tennis/#", "/tennis", true, "4.7.1.3"],
  ["+/tennis/#", "sport/golf", false, "4.7.1.3"],
  ["sport/+/player1", "sport/tennis/player1", true, "4.7.1.3"],
  ["sport/+/player1", "sport//player1", true, "4.7.1.3"],
  ["sport/+/player1", "sport/player1", false, "4.7.1.3"],
  ["sport/+/player1", "sport/tennis/player12", false, "4.7.1.3"],
  ["sport/+/player1", "sport/a/b/player1", false, "4.7.1.3"],
  ["+/+", "/finance", true, "4.7.1.3"],
  ["/+", "/finance", true, "4.7.1.3"],
  ["+", "/finance", false, "4.7.1.3"],
  ["+/+", "finance", false, "4.7.1.3"],
  ["+/+", "/", true, "4.7.1.3"],
  ["/+", "/", true, "4.7.1.3"],
  ["/+", "finance", false, "4.7.1.3"],
  ["+/#", "a", true, "4.7.1.3"],
  ["+/+/#", "a", false, "4.7.1.3"],
  ["+/+/#", "a/b", true, "4.7.1.3"],
  ["/#", "/", true, "4.7.1.2"],
  ["/#", "/a/b", true, "4.7.1.2"],
  ["/#", "a", false, "4.7.1.2"],
  ["#", "$SYS/monitor/Clients", false, "MQTT-4.7.2-1"],
  ["+/monitor/Clients", "$SYS/monitor/Clients", false, "MQTT-4.7.2-1"],
  ["+/#", "$SYS", false, "MQTT-4.7.2-1"],
  ["+", "$SYS", false, "MQTT-4.7.2-1"],
  ["$SYS/#", "$SYS/monitor/Clients", true, "4.7.2"],
  ["$SYS/#", "$SYS", true, "4.7.2"],
  ["$SYS/#", "$SYSTEM", false, "4.7.2"],
  ["$SYS/monitor/+", "$SYS/monitor/Clients", true, "4.7.2"],
  ["$SYS/monitor/+", "$SYS/monitor", false, "4.7.2"],
  ["#", "a/$SYS", true, "4.7.2: only at the start"],
  ["+/$SYS", "a/$SYS", true, "4.7.2: only at the start"],
  ["a/+", "a/$b", true, "4.7.2: only at the start"],
  ["ACCOUNTS", "ACCOUNTS", true, "4.7.3"],
  ["ACCOUNTS", "Accounts", false, "4.7.3: case matters"],
  ["Accounts payable", "Accounts payable", true, "4.7.3: spaces are characters"],
  ["finance", "/finance", false, "4.7.3: a leading / makes another topic"],
  ["/finance", "finance", false, "4.7.3: a leading / makes another topic"],
  ["finance", "finance/", false, "4.7.3: a trailing / makes another topic"],
  ["finance/", "finance", false, "4.7.3: a trailing / makes another topic"],
  ["/", "/", true, "4.7.3"],
  ["/", "//", false, "4.7.3"],
  ["a//b", "a//b", true, "4.7.3"],
  ["a//b", "a/b", false, "4.7.3"],
  ["\u00fc", "u\u0308", false, "MQTT-4.7.3-4: no normalization"],
  ["\ufeffa", "a", false, "MQTT-1.5.3-3"],
  ["a/+/\u{1f600}", "a/\u{1f600}/\u{1f600}", true, "beyond the BMP"],
  ["a/+/\u{1f600}", "a/\u{1f600}/\u{1f601}", false, "beyond the BMP"],
];

describe("a topic filter", () => {
  for (const [filter, name, matches, why] of MATCHES) {
    test(`${filter} ${matches ? "matches" : "does not match"} ${name} (${why})`, () => {
      expect(topicMatches(filter, name)).toBe(matches);
      expect(checkTopicFilter(filter) > 0).toBe(true);
      expect(checkTopicName(name) > 0).toBe(true);
    });
  }

  for (const filter of [
    "#",
    "+",
    "/",
    "/#",
    "/+",
    "+/+",
    "+/#",
    "a",
    "a/#",
    "a/+",
    "a/+/b",
    "a//b",
    "/a/",
    " ",
    "$SYS/#",
    "sport/tennis/#",
    "+/tennis/#",
    "+/+/+/#",
  ]) {
    test(`"${filter}" is valid, and measured in bytes`, () => {
      expect(checkTopicFilter(filter)).toBe(filter.length);
    });
  }

  for (const filter of [
    "sport/tennis#",
    "sport/tennis/#/ranking",
    "a#",
    "#a",
    "a/#/b",
    "##",
    "#/",
    "#/#",
    "+#",
  ]) {
    test(`"${filter}" is refused: # is the last character and a level of its own [MQTT-4.7.1-2]`, () => {
      expect(refusalOf(() => checkTopicFilter(filter))).toBe("invalid-topic-filter [MQTT-4.7.1-2]");
    });
  }

  for (const filter of ["sport+", "+a", "a+", "+a/b", "a/b+", "a/+b", "a/b+/c", "++", "+/++", "a+/#"]) {
    test(`"${filter}" is refused: + fills a whole level [MQTT-4.7.1-3]`, () => {
      expect(refusalOf(() => checkTopicFilter(filter))).toBe("invalid-topic-filter [MQTT-4.7.1-3]");
    });
  }

  test("is refused when empty [MQTT-4.7.3-1], with U+0000 [MQTT-1.5.3-2] or a lone surrogate [MQTT-1.5.3-1]", () => {
    expect(refusalOf(() => checkTopicFilter(""))).toBe("invalid-topic-filter [MQTT-4.7.3-1]");
    expect(refusalOf(() => checkTopicFilter("a/\0/+"))).toBe("invalid-string [MQTT-1.5.3-2]");
    expect(refusalOf(() => checkTopicFilter("a/\ud800/#"))).toBe("invalid-string [MQTT-1.5.3-1]");
  });

  test("has at most 65,535 bytes [MQTT-4.7.3-3]", () => {
    expect(checkTopicFilter(`${"\u00fc".repeat(32_766)}a/#`)).toBe(65_535);
    expect(refusalOf(() => checkTopicFilter(`${"\u00fc".repeat(32_766)}ab/#`))).toBe(
      "invalid-string [MQTT-4.7.3-3]",
    );
  });

  test("of a thousand levels is matched to its end", () => {
    const levels = "a/".repeat(1000);
    expect(topicMatches(`${"+/".repeat(1000)}#`, `${levels}b`)).toBe(true);
    expect(topicMatches(`${"+/".repeat(1000)}c`, `${levels}b`)).toBe(false);
  });
});

describe("a topic name", () => {
  for (const name of ["a", "/", "//", "a/b", "/a/", " ", "$SYS/x", "a b", "$"]) {
    test(`"${name}" is valid, and measured in bytes`, () => {
      expect(checkTopicName(name)).toBe(name.length);
      expect(hasWildcard(name)).toBe(false);
    });
  }

  for (const name of ["#", "+", "a/#", "a/+", "a+b", "a#b", "+/a", "/+/"]) {
    test(`"${name}" is refused for its wildcard [MQTT-3.3.2-2]`, () => {
      expect(refusalOf(() => checkTopicName(name))).toBe("invalid-topic-name [MQTT-3.3.2-2]");
      expect(hasWildcard(name)).toBe(true);
    });
  }

  test("is refused when empty [MQTT-4.7.3-1], with U+0000 [MQTT-1.5.3-2] or a lone surrogate [MQTT-1.5.3-1]", () => {
    expect(refusalOf(() => checkTopicName(""))).toBe("invalid-topic-name [MQTT-4.7.3-1]");
    expect(refusalOf(() => checkTopicName("a\0"))).toBe("invalid-string [MQTT-1.5.3-2]");
    expect(refusalOf(() => checkTopicName("\udc00/a"))).toBe("invalid-string [MQTT-1.5.3-1]");
  });

  test("has at most 65,535 bytes, not characters [MQTT-4.7.3-3]", () => {
    expect(checkTopicName("\u20ac".repeat(21_845))).toBe(65_535);
    expect(refusalOf(() => checkTopicName(`${"\u20ac".repeat(21_845)}a`))).toBe(
      "invalid-string [MQTT-4.7.3-3]",
    );
  });
});
