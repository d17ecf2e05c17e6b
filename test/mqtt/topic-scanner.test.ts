/** A topic name in parts is judged as a whole one is. */

import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../src/mqtt/errors.js";
import { TopicScanner } from "../../src/mqtt/topic-scanner.js";
import { decodeUtf8 } from "../../src/mqtt/utf8.js";
import { RandomSource } from "./support/random.js";

/** The statement that the bytes break, given in parts of `size`; undefined when they are good. */
function scan(bytes: Uint8Array, size: number): string | undefined {
  const scanner = new TopicScanner();
  try {
    for (let i = 0; i < bytes.length; i += size) scanner.take(bytes, i, Math.min(i + size, bytes.length));
    scanner.finish();
  } catch (error) {
    if (error instanceof ProtocolError) return error.statement;
    throw error;
  }
  return undefined;
}

describe("a topic name in parts", () => {
  test.each<[string, readonly number[], string | undefined]>([
    ["ASCII", [0x61, 0x2f, 0x62], undefined],
    [
      "two, three and four bytes a character",
      [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80],
      undefined,
    ],
    ["the last before the surrogates, and the first after", [0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80], undefined],
    ["an encoded surrogate", [0xed, 0xa0, 0x80], "MQTT-1.5.3-1"],
    ["an overlong form of two", [0xc0, 0x80], "MQTT-1.5.3-1"],
    ["an overlong form of three", [0xe0, 0x9f, 0xbf], "MQTT-1.5.3-1"],
    ["past U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "MQTT-1.5.3-1"],
    ["a continuation byte first", [0x80], "MQTT-1.5.3-1"],
    ["a character that is cut off", [0x61, 0xe2, 0x82], "MQTT-1.5.3-1"],
    ["U+0000", [0x61, 0x00], "MQTT-1.5.3-2"],
    ["a +", [0x61, 0x2b], "MQTT-3.3.2-2"],
    ["a #", [0x23], "MQTT-3.3.2-2"],
  ])("%s, however it is divided", (_, bytes, expected) => {
    for (let size = 1; size <= bytes.length; size += 1) {
      expect(scan(Uint8Array.from(bytes), size)).toBe(expected);
    }
  });

  test("is well-formed exactly when the decoder of whole strings says so", () => {
    const random = new RandomSource(7);
    const interesting = [0x61, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5];
    for (let i = 0; i < 3000; i += 1) {
      const bytes = new Uint8Array(1 + random.below(6));
      for (let k = 0; k < bytes.length; k += 1) {
        bytes[k] = interesting[random.below(interesting.length)] as number;
      }
      const isWellFormed = decodeUtf8(bytes) !== undefined;
      expect(scan(bytes, 1 + (i % 3)) === undefined).toBe(isWellFormed);
    }
  });
});
