import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../src/transport/crypto/big-endian.js";
import { curveOf, decodePoint, encodePoint, evenedScalar } from "../../../src/transport/crypto/curve.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const arithmetic = new BigArithmetic();

describe.each(["P-256", "P-384"] as const)("%s", (name) => {
  const curve = curveOf(name);
  const { byteLength, generator, order, prime } = curve;
  const encoded = encodePoint(curve, generator);

  test("has a generator that is on the curve, of the order that is said", () => {
    expect(decodePoint(curve, encoded)).toEqual(generator);
    expect(arithmetic.multiply(curve, generator, order)).toBe(undefined);
    expect(arithmetic.multiply(curve, generator, order + 1n)).toEqual(generator);
    expect(arithmetic.multiply(curve, generator, order - 1n)).toEqual({
      x: generator.x,
      y: prime - generator.y,
    });
  });

  test("decodes no point that is not on the curve, or not in the one form", () => {
    const changed = (index: number, value: number): Uint8Array => {
      const bytes = encoded.slice();
      bytes[index] = value;
      return bytes;
    };
    const bad = [
      new Uint8Array(0),
      Uint8Array.of(0),
      Uint8Array.of(4),
      new Uint8Array(encoded.length),
      changed(0, 0x00),
      changed(0, 0x02),
      changed(0, 0x06),
      changed(encoded.length - 1, 0),
      changed(1, 0),
      encoded.subarray(0, -1),
      Uint8Array.of(...encoded, 0),
      encoded.subarray(0, byteLength + 1),
    ];
    for (const bytes of bad) expect(decodePoint(curve, bytes)).toBe(undefined);
  });

  test("decodes no coordinate that is not less than the prime", () => {
    const withCoordinates = (x: bigint, y: bigint): Uint8Array =>
      Uint8Array.of(4, ...bytesOf(x, byteLength), ...bytesOf(y, byteLength));
    // The points with x = 0 have y² = b; x = prime says the same, and must not pass.
    const root = arithmetic.power(curve.b, (prime + 1n) / 4n, prime);
    expect((root * root) % prime).toBe(curve.b);
    expect(decodePoint(curve, withCoordinates(0n, root))).toEqual({ x: 0n, y: root });
    expect(decodePoint(curve, withCoordinates(prime, root))).toBe(undefined);
    expect(decodePoint(curve, withCoordinates(0n, prime + 1n))).toBe(undefined);
  });

  test("scalars have one length, and give the same point", () => {
    for (const scalar of [1n, 2n, 12_345n, order >> 1n, order - 1n]) {
      const evened = evenedScalar(curve, scalar);
      expect(evened % order).toBe(scalar);
      expect(evened >> BigInt(8 * byteLength)).toBe(1n);
      expect(evened < 3n * order).toBe(true);
    }
    const scalar = order >> 3n;
    const direct = arithmetic.multiply(curve, generator, scalar);
    expect(arithmetic.multiply(curve, generator, evenedScalar(curve, scalar))).toEqual(direct);
  });
});
