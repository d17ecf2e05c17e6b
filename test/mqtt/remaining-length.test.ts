/** The remaining length: the borders of table 2.4, and what is not one. */

import { describe, expect, test } from "vitest";
import {
  MAXIMUM_REMAINING_LENGTH,
  readRemainingLength,
  remainingLengthEnd,
  remainingLengthSize,
  writeRemainingLength,
} from "../../src/mqtt/remaining-length.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { violationOf } from "./support/thrown.js";

const TABLE: readonly (readonly [number, string])[] = [
  [0, "00"],
  [1, "01"],
  [64, "40"],
  [127, "7f"],
  [128, "80 01"],
  [321, "c1 02"],
  [16_383, "ff 7f"],
  [16_384, "80 80 01"],
  [2_097_151, "ff ff 7f"],
  [2_097_152, "80 80 80 01"],
  [268_435_455, "ff ff ff 7f"],
];

describe("a remaining length", () => {
  for (const [value, hex] of TABLE) {
    test(`of ${value} is ${hex} (table 2.4)`, () => {
      const bytes = bytesFromHex(hex);
      const target = new Uint8Array(6).fill(0xee);
      const end = writeRemainingLength(value, target, 1);
      expect(hexFromBytes(target.subarray(1, end))).toBe(hex);
      expect(target[end]).toBe(0xee);
      expect(remainingLengthSize(value)).toBe(bytes.length);
      expect(remainingLengthEnd(target, 1, 6)).toBe(end);
      expect(readRemainingLength(target, 1, end)).toBe(value);
    });
  }

  test("is at most 268,435,455", () => {
    expect(MAXIMUM_REMAINING_LENGTH).toBe(268_435_455);
  });

  test("is waited for while it is not complete", () => {
    for (const hex of ["", "80", "ff ff", "80 80 80"]) {
      const bytes = bytesFromHex(hex);
      expect(remainingLengthEnd(bytes, 0, bytes.length)).toBe(-1);
    }
    expect(remainingLengthEnd(bytesFromHex("80 01"), 0, 1)).toBe(-1);
  });

  test("of more than four bytes is rejected, as soon as the fourth says that another follows", () => {
    expect(violationOf(() => remainingLengthEnd(bytesFromHex("80 80 80 80"), 0, 4))).toBe("MQTT-4.8.0-1");
    expect(violationOf(() => remainingLengthEnd(bytesFromHex("ff ff ff ff 00"), 0, 5))).toBe("MQTT-4.8.0-1");
  });

  test("in more bytes than it needs is taken, since version 3.1.1 does not forbid it", () => {
    const bytes = bytesFromHex("82 80 80 00");
    expect(remainingLengthEnd(bytes, 0, 4)).toBe(4);
    expect(readRemainingLength(bytes, 0, 4)).toBe(2);
  });
});
