/** Topic names in their wire form: what is remembered, and that it is right. */

import { describe, expect, test } from "vitest";
import type { TextPort } from "../../src/mqtt/ports.js";
import { TopicNames } from "../../src/mqtt/topic-names.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";
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

  /** As `encode` of a port: right where a port must be. */
  const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

  test("is taken from a port where that must be right, and nowhere else", () => {
    const asked: string[] = [];
    const encode = (text: string): Uint8Array => {
      asked.push(text);
      return ascii(text);
    };
    const text: TextPort = { encode, decode: () => undefined };
    const all = ["t", "a/b", "\u00fc", "\ufeff\u00e9", "a\ufeff", "\u{1f600}"];
    const names = new TopicNames();
    for (const topicName of all) {
      const alone = new TopicNames().encoded(topicName);
      expect(hexFromBytes(names.encoded(topicName, text))).toBe(hexFromBytes(alone));
    }
    expect(asked).toEqual(["t", "a/b"]);
    expect(names.encoded("x".repeat(65_535), text).length).toBe(65_537);
    for (const [topicName, refusal] of [
      ["\ud800", "invalid-string [MQTT-1.5.3-1]"],
      ["\udc00\ud800", "invalid-string [MQTT-1.5.3-1]"],
      ["a\0", "invalid-string [MQTT-1.5.3-2]"],
      ["x".repeat(65_536), "invalid-string [MQTT-4.7.3-3]"],
    ] as const) {
      expect(refusalOf(() => names.encoded(topicName, text))).toBe(refusal);
    }
  });

  test("is right as well with a port that leaves out what is not ASCII, though as many bytes are left", () => {
    const encode = (text: string): Uint8Array => encodeUtf8(text.split("\ufeff").join(""));
    const names = new TopicNames();
    const text: TextPort = { encode, decode: () => undefined };
    expect(hexFromBytes(names.encoded("\ufeff\u00e9", text))).toBe("00 05 ef bb bf c3 a9");
  });

  test("is a copy of its own: what a port gives may be its own, or a part of something large", () => {
    const shared = new Uint8Array(8192);
    const encode = (text: string): Uint8Array => {
      shared.set(ascii(text));
      return shared.subarray(0, text.length);
    };
    const names = new TopicNames();
    const text: TextPort = { encode, decode: () => undefined };
    const one = names.encoded("abc", text);
    const other = names.encoded("xyz", text);
    expect([one, other].map(hexFromBytes)).toEqual(["00 03 61 62 63", "00 03 78 79 7a"]);
    expect([one, other].map(({ buffer }) => buffer.byteLength)).toEqual([5, 5]);
    expect(hexFromBytes(shared.subarray(0, 3))).toBe("78 79 7a");
  });
});
