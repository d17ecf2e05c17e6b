/** UTF-8 against Node's own encoder and decoder. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, isWellFormed, utf8Length } from "../../../src/mqtt/utf8.js";
import { bytesFromHex, joined } from "../support/hex.js";
import { refusalOf } from "../support/thrown.js";
import { ILL_FORMED, WELL_FORMED } from "../support/utf8-cases.js";

const CASES = 3000;

/** Without `ignoreBOM` it would eat a leading U+FEFF, against MQTT-1.5.3-3. */
function decodedByNode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

describe("we agree with Node on", () => {
  test("every code point there is", () => {
    const encoder = new TextEncoder();
    for (let first = 0; first <= 0x10ffff; first += 0x400) {
      if (first >= 0xd800 && first <= 0xdfff) continue;
      const text = String.fromCodePoint(...Array.from({ length: 0x400 }, (_, i) => first + i));
      const bytes = encoder.encode(text);
      expect(Buffer.compare(encodeUtf8(text), bytes)).toBe(0);
      expect(utf8Length(text)).toBe(bytes.length);
      expect(decodeUtf8(bytes) === text).toBe(true);
    }
  });

  test("every sequence of three bytes that begins beyond ASCII, and its beginnings", () => {
    const bytes = new Uint8Array(4);
    bytes[3] = 0x61;
    for (let lead = 0x80; lead < 0x100; lead += 1) {
      for (let second = 0x70; second < 0xd0; second += 1) {
        for (const third of [0x61, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
          bytes[0] = lead;
          bytes[1] = second;
          bytes[2] = third;
          if (decodeUtf8(bytes) !== decodedByNode(bytes))
            throw new Error(`they differ on ${bytes.join(" ")}`);
        }
      }
    }
  });

  test(`${CASES} random mixtures of well-formed and ill-formed pieces`, () => {
    const piece = fc.oneof(
      fc.constantFrom(...WELL_FORMED.map(({ hex }) => hex)).map(bytesFromHex),
      fc.constantFrom(...WELL_FORMED.map(({ hex }) => hex)).map(bytesFromHex),
      fc.constantFrom(...ILL_FORMED.map(({ hex }) => hex)).map(bytesFromHex),
      fc.uint8Array({ maxLength: 2 }),
    );
    let wellFormed = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const bytes = joined(pieces);
        const text = decodeUtf8(bytes);
        expect(text).toBe(decodedByNode(bytes));
        if (text === undefined) return;
        wellFormed += 1;
        expect(Buffer.compare(encodeUtf8(text), bytes)).toBe(0);
      }),
      { numRuns: CASES },
    );
    expect(wellFormed).toBeGreaterThan(CASES / 10);
    expect(wellFormed).toBeLessThan(CASES);
  });

  test(`${CASES} random texts, some with lone surrogates, which we refuse and Node would replace`, () => {
    const unit = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff", "a"),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 4 }), (units) => {
        const text = units.join("");
        expect(isWellFormed(text)).toBe(text.isWellFormed());
        if (text.isWellFormed()) {
          expect(Buffer.compare(encodeUtf8(text), Buffer.from(text, "utf8"))).toBe(0);
        } else {
          expect(refusalOf(() => encodeUtf8(text))).toBe("invalid-string");
        }
      }),
      { numRuns: CASES },
    );
  });
});
