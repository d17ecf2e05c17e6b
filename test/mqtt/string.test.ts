/** Strings with their length, and the two bytes of a number. */

import { describe, expect, test } from "vitest";
import {
  MAXIMUM_FIELD_LENGTH,
  readString,
  readUint16,
  stringLength,
  writeString,
  writeUint16,
} from "../../src/mqtt/string.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { refusalOf, violationOf } from "./support/thrown.js";
import { ILL_FORMED, WELL_FORMED } from "./support/utf8-cases.js";

describe("a string to be sent", () => {
  test("is measured in bytes, not in characters", () => {
    expect(stringLength("", "it")).toBe(0);
    expect(stringLength("a\u00fc\u20ac\u{1f600}", "it")).toBe(10);
  });

  test("may have 65,535 bytes, and not one more [MQTT-4.7.3-3]", () => {
    expect(MAXIMUM_FIELD_LENGTH).toBe(65_535);
    expect(stringLength("a".repeat(65_535), "it")).toBe(65_535);
    expect(refusalOf(() => stringLength("a".repeat(65_536), "it"))).toBe("invalid-string [MQTT-4.7.3-3]");
    expect(stringLength("\u20ac".repeat(21_845), "it")).toBe(65_535);
    expect(refusalOf(() => stringLength("\u20ac".repeat(21_846), "it"))).toBe(
      "invalid-string [MQTT-4.7.3-3]",
    );
  });

  test("may not contain U+0000 [MQTT-1.5.3-2]", () => {
    for (const text of ["\0", "\0a", "a\0", "a\0b"]) {
      expect(refusalOf(() => stringLength(text, "it"))).toBe("invalid-string [MQTT-1.5.3-2]");
    }
  });

  test("may not contain a lone surrogate [MQTT-1.5.3-1]", () => {
    expect(refusalOf(() => stringLength("a\ud800b", "it"))).toBe("invalid-string [MQTT-1.5.3-1]");
  });

  test("is named in the error", () => {
    expect(() => stringLength("\0", "user name")).toThrow("user name contains U+0000");
    expect(() => stringLength("\udc00", "user name")).toThrow("user name: lone surrogate U+dc00");
    expect(() => stringLength("\u{1f600}".repeat(16_384), "user name")).toThrow(
      "user name is 65536 bytes long",
    );
  });

  for (const { name, text, hex } of WELL_FORMED) {
    test(`is written behind its length in bytes: ${name}`, () => {
      const target = new Uint8Array(2 + stringLength(text, "it"));
      expect(writeString(text, target, 0)).toBe(target.length);
      expect(readUint16(target, 0)).toBe(target.length - 2);
      expect(hexFromBytes(target.subarray(2))).toBe(hex);
    });
  }

  test("is written at an offset, and nothing else is touched", () => {
    const target = new Uint8Array(6).fill(0xee);
    expect(writeString("\u00fc", target, 1)).toBe(5);
    expect(hexFromBytes(target)).toBe("ee 00 02 c3 bc ee");
  });
});

describe("a string received", () => {
  for (const { name, text, hex } of WELL_FORMED) {
    test(`is read as it is: ${name}`, () => {
      const bytes = bytesFromHex(`ff ${hex} ff`);
      expect(readString(bytes, 1, bytes.length - 1)).toBe(text);
    });
  }

  for (const { name, hex } of ILL_FORMED) {
    test(`is rejected for ${name} [MQTT-1.5.3-1]`, () => {
      const bytes = bytesFromHex(hex);
      expect(violationOf(() => readString(bytes, 0, bytes.length))).toBe("MQTT-1.5.3-1");
    });
  }

  test("is rejected for U+0000 [MQTT-1.5.3-2]", () => {
    for (const hex of ["00", '00 "a"', '"a" 00', '"a" 00 c3 bc', 'c3 bc 00 "a"']) {
      const bytes = bytesFromHex(hex);
      expect(violationOf(() => readString(bytes, 0, bytes.length))).toBe("MQTT-1.5.3-2");
    }
  });
});

describe("a number of two bytes", () => {
  const numbers: readonly (readonly [number, string])[] = [
    [0, "00 00"],
    [1, "00 01"],
    [255, "00 ff"],
    [256, "01 00"],
    [32_768, "80 00"],
    [65_535, "ff ff"],
  ];
  for (const [value, hex] of numbers) {
    test(`${value} is ${hex}, the high byte first`, () => {
      const target = new Uint8Array(4).fill(0xee);
      expect(writeUint16(value, target, 1)).toBe(3);
      expect(hexFromBytes(target)).toBe(`ee ${hex} ee`);
      expect(readUint16(target, 1)).toBe(value);
    });
  }
});
