/** Hexadecimal as tests write it, and differences as people read them. */

import { describe, expect, test } from "vitest";
import { bytesFromHex, firstDifference, hexDifference, hexFromBytes, parseHexPattern } from "./hex.js";

describe("hexadecimal", () => {
  test("is read with or without spaces, in either case, with texts in between", () => {
    expect([...bytesFromHex('100C 00 04 "MQTT"\n0fFf "é"')]).toEqual([
      0x10, 0x0c, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x0f, 0xff, 0xc3, 0xa9,
    ]);
    expect(bytesFromHex("")).toHaveLength(0);
  });

  test("is refused when it is not", () => {
    expect(() => bytesFromHex("1")).toThrow(new SyntaxError('cannot read "1" in "1" as hexadecimal'));
    expect(() => bytesFromHex("0g")).toThrow(SyntaxError);
    expect(() => bytesFromHex("00 … 01")).toThrow(SyntaxError);
    expect(() => bytesFromHex("00 ??")).toThrow("no wildcards in bytes to send");
  });

  test("is written in pairs", () => {
    expect(hexFromBytes(Uint8Array.of(0, 15, 255))).toBe("00 0f ff");
  });

  test("may have wildcards as a pattern", () => {
    expect(firstDifference(parseHexPattern("10 ?? 02"), Uint8Array.of(0x10, 9, 2))).toBe(-1);
    expect(firstDifference(parseHexPattern("10 …"), Uint8Array.of(0x10, 9, 2))).toBe(-1);
    expect(firstDifference(parseHexPattern("10 ..."), Uint8Array.of(0x10))).toBe(-1);
    expect(firstDifference(parseHexPattern("10 09"), Uint8Array.of(0x10, 9, 2))).toBe(2);
    expect(firstDifference(parseHexPattern("10 09 02"), Uint8Array.of(0x10, 8))).toBe(1);
    expect(firstDifference(parseHexPattern("10 09 02"), Uint8Array.of(0x10, 9))).toBe(2);
  });

  test("shows a difference row by row, with marks under the bytes that differ", () => {
    const actual = bytesFromHex('"ABCDEFGHIJKLMNOP" 01 02 03');
    expect(hexDifference(parseHexPattern('"ABCDEFGHIJKLMNOP" 01 ff'), actual).split("\n")).toEqual([
      "0000      both  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP",
      "0010  expected  01 ff                                            ..",
      "      received  01 02 03                                         ...",
      "                   ^^ ^^",
    ]);
  });
});
