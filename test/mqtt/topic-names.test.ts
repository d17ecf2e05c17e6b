/** Topic names in their wire form: what is remembered, and that it is right. */

import { describe, expect, test } from "vitest";
import { TopicNames } from "../../src/mqtt/topic-names.js";
import { hexFromBytes } from "./support/hex.js";
import { refusalOf } from "./support/thrown.js";

const UTF8 = {
  t: "00 01 74",
  "a/b": "00 03 61 2f 62",
  "\u00fc": "00 02 c3 bc",
  "\u{1f600}": "00 04 f0 9f 98 80",
};

/** Whether the same bytes come again. */
function isRemembered(names: TopicNames, topicName: string): boolean {
  const before = names.encoded(topicName);
  return names.encoded(topicName) === before;
}

describe("a topic name", () => {
  for (const [topicName, hex] of Object.entries(UTF8)) {
    test(`is UTF-8 with its length before it, each time: ${topicName}`, () => {
      const names = new TopicNames();
      expect(hexFromBytes(names.encoded(topicName))).toBe(hex);
      expect(hexFromBytes(names.encoded(topicName))).toBe(hex);
      expect(isRemembered(names, topicName)).toBe(true);
    });
  }

  test("is remembered while there are four, and right also when a fifth has come", () => {
    const names = new TopicNames();
    const all = ["a", "b", "c", "d"];
    const first = all.map((topicName) => names.encoded(topicName));
    expect(all.map((topicName) => names.encoded(topicName) === first[all.indexOf(topicName)])).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const fifth = names.encoded("e");
    // What was given out stays as it is.
    expect(first.map(hexFromBytes)).toEqual(["00 01 61", "00 01 62", "00 01 63", "00 01 64"]);
    for (let round = 0; round < 3; round += 1) {
      for (const topicName of ["e", "a", "b", "c", "d", "f"]) {
        const code = topicName.charCodeAt(0).toString(16);
        expect(hexFromBytes(names.encoded(topicName))).toBe(`00 01 ${code}`);
      }
    }
    expect(hexFromBytes(fifth)).toBe("00 01 65");
    expect(isRemembered(names, "b")).toBe(true);
  });

  test("of more than 128 bytes is not remembered, and does not push out those that are", () => {
    const names = new TopicNames();
    const short = names.encoded("a");
    for (const [topicName, expected] of [
      ["x".repeat(128), true],
      ["x".repeat(129), false],
      ["\u00fc".repeat(64), true],
      [`\u00fc${"x".repeat(127)}`, false],
    ] as const) {
      expect(isRemembered(names, topicName)).toBe(expected);
    }
    for (let i = 0; i < 10; i += 1) names.encoded("y".repeat(200 + i));
    expect(names.encoded("a") === short).toBe(true);
  });

  test("that looks like a member of every object is a name like others", () => {
    const names = new TopicNames();
    expect(hexFromBytes(names.encoded("__proto__"))).toBe("00 09 5f 5f 70 72 6f 74 6f 5f 5f");
    expect(hexFromBytes(names.encoded("size"))).toBe("00 04 73 69 7a 65");
  });

  for (const value of [undefined, null, 7, {}]) {
    test(`that is ${value === null ? "null" : typeof value} is refused, before any is remembered and after it`, () => {
      const names = new TopicNames();
      for (let round = 0; round < 2; round += 1) {
        expect(refusalOf(() => names.encoded(value as unknown as string))).toBe("invalid-topic-name");
        names.encoded("a");
      }
    });
  }

  test("that cannot be is refused each time, and forgets no other", () => {
    const names = new TopicNames();
    const kept = names.encoded("a");
    for (const [topicName, refusal] of [
      ["", "invalid-topic-name [MQTT-4.7.3-1]"],
      ["a/+", "invalid-topic-name [MQTT-3.3.2-2]"],
      ["#", "invalid-topic-name [MQTT-3.3.2-2]"],
      ["a\0", "invalid-string [MQTT-1.5.3-2]"],
      ["\ud800", "invalid-string [MQTT-1.5.3-1]"],
      ["x".repeat(65_536), "invalid-string [MQTT-4.7.3-3]"],
    ] as const) {
      for (let round = 0; round < 2; round += 1) {
        expect(refusalOf(() => names.encoded(topicName))).toBe(refusal);
      }
    }
    expect(names.encoded("a") === kept).toBe(true);
    expect(names.encoded("x".repeat(65_535)).length).toBe(65_537);
  });
});
