import { describe, expect, test } from "vitest";
import { bigintOf, bitLength, bytesOf } from "../../../src/transport/crypto/big-endian.js";
import { randomNumber } from "../../../src/transport/crypto/random-number.js";
import { bytesFromHex as unhex } from "../../mqtt/support/hex.js";

describe("big-endian numbers", () => {
  test.each([
    ["", 0n],
    ["00", 0n],
    ["01", 1n],
    ["ff", 255n],
    ["00 ff", 255n],
    ["01 00", 256n],
    ["80 00 00 00", 0x80000000n],
    ["ff ff ff ff", 0xffffffffn],
    ["01 00 00 00 00", 0x100000000n],
    ["01 02 03 04 05 06 07 08 09", 0x010203040506070809n],
    ["00 00 00 00 00 00 00 00 0a", 10n],
  ])("%j", (hex, value) => {
    const bytes = unhex(hex);
    expect(bigintOf(bytes)).toBe(value);
    expect(bytesOf(value, bytes.length)).toEqual(bytes);
  });

  test("of every length there and back", () => {
    for (let length = 1; length < 70; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 73 + length * 11) & 0xff);
      let expected = 0n;
      for (const byte of bytes) expected = expected * 256n + BigInt(byte);
      expect(bigintOf(bytes)).toBe(expected);
      expect(bytesOf(expected, length)).toEqual(bytes);
    }
  });

  test("of 512 bytes", () => {
    const bytes = new Uint8Array(512).fill(0xff);
    expect(bigintOf(bytes)).toBe((1n << 4096n) - 1n);
    expect(bytesOf(1n << 4095n, 512)).toEqual(Uint8Array.from([0x80, ...new Uint8Array(511)]));
  });

  test("have a length in bits", () => {
    const cases = [0n, 1n, 2n, 3n, 4n, 7n, 8n, 15n, 16n, 255n, 256n, (1n << 256n) - 1n, 1n << 256n];
    expect(cases.map(bitLength)).toEqual([0, 1, 2, 2, 3, 3, 4, 4, 5, 8, 9, 256, 257]);
  });

  test("are drawn from 1 to below the limit, from 8 more bytes than it has", () => {
    const asked: number[] = [];
    const drawn = (limit: bigint, fill: number): bigint =>
      randomNumber((byteLength) => {
        asked.push(byteLength);
        return new Uint8Array(byteLength).fill(fill);
      }, limit);
    expect([drawn(257n, 0), drawn(2n, 0xff), drawn(256n, 0xff)]).toEqual([1n, 1n, 1n]);
    expect(asked).toEqual([10, 9, 10]);
    const seen = new Set<bigint>();
    for (let fill = 0; fill < 200; fill += 1) seen.add(drawn(5n, fill));
    expect([...seen].sort()).toEqual([1n, 2n, 3n, 4n]);
  });
});
