/** UTF-8, its borders and everything that is not it. */

import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, isWellFormed, utf8Length, writeUtf8 } from "../../src/mqtt/utf8.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { refusalOf } from "./support/thrown.js";
import { ILL_FORMED, WELL_FORMED } from "./support/utf8-cases.js";

describe("well-formed text", () => {
  for (const { name, text, hex } of WELL_FORMED) {
    test(`encodes, measures and decodes ${name}`, () => {
      const bytes = bytesFromHex(hex);
      expect(hexFromBytes(encodeUtf8(text))).toBe(hex);
      expect(utf8Length(text)).toBe(bytes.length);
      expect(decodeUtf8(bytes)).toBe(text);
      expect(isWellFormed(text)).toBe(true);
    });
  }

  test("passes through in pieces of every length around the chunk size, in one to four bytes", () => {
    for (const character of ["a", "\u00fc", "\u20ac", "\u{1f600}"]) {
      for (const count of [511, 512, 513, 1023, 1024, 1025, 5000]) {
        const text = `a${character.repeat(count)}`;
        expect(decodeUtf8(encodeUtf8(text)) === text).toBe(true);
      }
    }
  });

  test("passes through for code points all over Unicode", () => {
    for (let code = 1; code <= 0x10ffff; code += 61) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = String.fromCodePoint(code);
      const bytes = encodeUtf8(text);
      expect(bytes.length).toBe(code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
      expect(decodeUtf8(bytes)).toBe(text);
    }
  });

  test("is written at an offset, and nothing else is touched", () => {
    const target = new Uint8Array(6).fill(0xee);
    expect(writeUtf8("\u20ac", target, 2)).toBe(5);
    expect(hexFromBytes(target)).toBe("ee ee e2 82 ac ee");
  });

  test("is read from the middle of a buffer", () => {
    expect(decodeUtf8(bytesFromHex('"ab" e2 82 ac "cd"'), 1, 6)).toBe("b\u20acc");
    expect(decodeUtf8(bytesFromHex('"abcd"'), 1, 3)).toBe("bc");
    expect(decodeUtf8(bytesFromHex("ff ff"), 1, 1)).toBe("");
  });
});

describe("lone surrogates", () => {
  const texts = {
    "high alone": "\ud800",
    "high at the end": "a\udbff",
    "high before a letter": "\ud83da",
    "high before a high": "\ud83d\ud83d",
    "high before U+E000": "\ud83d\ue000",
    "low alone": "\udc00",
    "low before the first low": "\udc00\udc00",
    "low before the last low": "\udc00\udfff",
    "low before a letter": "\udfffa",
    "low before a high": "\ude00\ud83d",
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`are refused: ${name} [MQTT-1.5.3-1]`, () => {
      expect(refusalOf(() => utf8Length(text))).toBe("invalid-string");
      expect(refusalOf(() => encodeUtf8(text))).toBe("invalid-string");
      expect([isWellFormed(text), isWellFormed(`\u{1f600}${text}`)]).toEqual([false, false]);
    });
  }
});

describe("ill-formed bytes are not decoded", () => {
  for (const { name, hex } of ILL_FORMED) {
    test(`${name} (${hex})`, () => {
      expect(decodeUtf8(bytesFromHex(hex))).toBe(undefined);
      expect(decodeUtf8(bytesFromHex(`"a" ${hex} "b"`))).toBe(undefined);
      expect(decodeUtf8(bytesFromHex(`e2 82 ac ${hex} e2 82 ac`))).toBe(undefined);
    });
  }

  test("every encoded surrogate, ED A0 80 to ED BF BF [MQTT-1.5.3-1]", () => {
    for (let second = 0xa0; second <= 0xbf; second += 1) {
      for (let third = 0x80; third <= 0xbf; third += 1) {
        expect(decodeUtf8(Uint8Array.of(0xed, second, third))).toBe(undefined);
      }
    }
  });

  test("a character that goes on past the end, though its bytes are there", () => {
    const bytes = bytesFromHex("f0 9f 98 80");
    expect([1, 2, 3].map((end) => decodeUtf8(bytes, 0, end))).toEqual([undefined, undefined, undefined]);
    expect(decodeUtf8(bytes, 1, 4)).toBe(undefined);
  });

  test("behind a long text too", () => {
    const bytes = new Uint8Array(2000).fill(0x61);
    bytes[1999] = 0xff;
    expect(decodeUtf8(bytes)).toBe(undefined);
    expect(decodeUtf8(bytes, 0, 1999)).toBe("a".repeat(1999));
  });
});
