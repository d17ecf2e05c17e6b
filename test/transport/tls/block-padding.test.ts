/** Padding to blocks of 16 bytes, and what is wrong with some. */

import { describe, expect, test } from "vitest";
import { padded, paddedLength, paddingFault, wholeBlocks } from "../../../src/transport/tls/block-padding.js";

/** `length` bytes that all say `last`. */
function filled(length: number, last: number): Uint8Array {
  return new Uint8Array(length).fill(last);
}

describe("padding", () => {
  test("is at least one byte, and makes whole blocks", () => {
    for (let length = 0; length < 50; length += 1) {
      const bytes = padded(filled(length, 0x55));
      expect(bytes.length).toBe(paddedLength(length));
      expect(bytes.length % 16).toBe(0);
      expect(bytes.length - length).toBeGreaterThan(0);
      expect(bytes.length - length).toBeLessThanOrEqual(16);
      expect(bytes.at(-1)).toBe(bytes.length - length - 1);
      expect(paddingFault(bytes, length)).toBe(0);
    }
    expect([wholeBlocks(0), wholeBlocks(15), wholeBlocks(16), wholeBlocks(33)]).toEqual([0, 0, 16, 32]);
  });

  test("may take all the room that there is, and no more", () => {
    for (const [length, macLength] of [
      [64, 32],
      [64, 0],
      [512, 32],
    ] as const) {
      for (let last = 0; last < 256; last += 1) {
        const isRight = last + 1 + macLength <= length;
        expect([last, paddingFault(filled(length, last), macLength)]).toEqual([last, isRight ? 0 : -1]);
      }
    }
  });

  test("is wrong when any of its bytes is, and nothing before it matters", () => {
    for (const last of [1, 7, 15, 31, 255]) {
      const bytes = filled(512, 0xaa);
      bytes.fill(last, 511 - last);
      expect(paddingFault(bytes, 32)).toBe(0);
      for (let bit = 1; bit < 256; bit *= 2) {
        const changed = bytes.slice();
        changed[511 - last] = last ^ bit;
        expect(paddingFault(changed, 32)).toBe(-1);
      }
    }
  });
});
