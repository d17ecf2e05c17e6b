import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../src/transport/crypto/big-endian.js";
import type { Curve } from "../../../src/transport/crypto/curve.js";
import { curveOf, encodePoint } from "../../../src/transport/crypto/curve.js";
import { signEcdsa, verifyEcdsa } from "../../../src/transport/crypto/strict-ecdsa.js";
import { bytesFromHex } from "../../mqtt/support/hex.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";
import { der, sequence } from "../x509/support/der-writer.js";
import type { CurveVectors, SignatureVector } from "./support/rfc6979-vectors.js";
import { DIGESTS, VECTORS } from "./support/rfc6979-vectors.js";

const arithmetic = new BigArithmetic();

function digestOf({ hash, text }: SignatureVector): Uint8Array {
  return bytesFromHex(DIGESTS[text][hash] as string);
}

/** A number as an INTEGER in DER, which is shortest and has a sign. */
function integer(value: bigint): Uint8Array {
  const byteLength = Math.ceil((value.toString(2).length + 1) / 8);
  return der(0x02, bytesOf(value, byteLength));
}

function signatureOf(r: bigint, s: bigint): Uint8Array {
  return sequence(integer(r), integer(s));
}

describe.each(VECTORS)("ECDSA on $curve", (vectors) => {
  const curve = curveOf(vectors.curve);
  const { order, prime } = curve;
  const key = { type: "ec", curve: vectors.curve, point: encodePoint(curve, vectors) } as const;
  const [first] = vectors.signatures as [SignatureVector];
  const { r, s } = first;
  const digest = digestOf(first);

  const verifies = (signature: Uint8Array, of = digest, point = key.point): boolean =>
    verifyEcdsa(arithmetic, { ...key, point }, of, signature);

  test.each(vectors.signatures)("verifies $text with $hash (RFC 6979 appendix A.2)", (vector) => {
    const signature = signatureOf(vector.r, vector.s);
    expect(verifies(signature, digestOf(vector))).toBe(true);
    const other = digestOf(vector);
    other[0] = (other[0] as number) ^ 1;
    expect(verifies(signature, other)).toBe(false);
  });

  test("does not verify by another key", () => {
    expect(verifies(signatureOf(r, s), digest, encodePoint(curve, curve.generator))).toBe(false);
  });

  test.each([
    ["r = 0", 0n, s],
    ["s = 0", r, 0n],
    ["r = s = 0", 0n, 0n],
    ["r = n", order, s],
    ["s = n", r, order],
    ["r = s = n", order, order],
    ["r + n", r + order, s],
    ["s + n", r, s + order],
    ["r = p", prime, s],
    ["r = 1, s = 1", 1n, 1n],
    ["r = n - 1, s = 1", order - 1n, 1n],
    ["r and s exchanged", s, r],
    ["n - r", order - r, s],
    ["r = 2^521", 1n << 521n, s],
  ])("refuses %s", (_name, badR, badS) => {
    expect(verifies(signatureOf(badR, badS))).toBe(false);
  });

  test("accepts n - s, which anybody can make of s (FIPS 186-4 section 6.4 does not forbid it)", () => {
    expect(verifies(signatureOf(r, order - s))).toBe(true);
  });

  const good = signatureOf(r, s);
  const content = [...integer(r), ...integer(s)];
  test.each([
    ["nothing", new Uint8Array(0)],
    ["r and s without DER", Uint8Array.of(...bytesOf(r, curve.byteLength), ...bytesOf(s, curve.byteLength))],
    ["an end that is cut off", good.subarray(0, -1)],
    ["a byte after it", Uint8Array.of(...good, 0)],
    ["a byte after s", sequence(content, [0])],
    ["a third number", sequence(content, integer(1n))],
    ["only r", sequence(integer(r))],
    ["an empty s", sequence(integer(r), [0x02, 0x00])],
    ["a superfluous zero", sequence(der(2, [0, 0], bytesOf(r, curve.byteLength)), integer(s))],
    ["a negative r", sequence(der(2, bytesOf((1n << 383n) | r, 48)), integer(s))],
    ["a length in BER", Uint8Array.of(0x30, 0x82, 0, content.length, ...content)],
    ["an indefinite length (BER)", Uint8Array.of(0x30, 0x80, ...content, 0, 0)],
    ["a SET", Uint8Array.of(0x31, ...good.subarray(1))],
    ["a BIT STRING for r", sequence(der(3, bytesOf(r, curve.byteLength)), integer(s))],
  ])("refuses %s", (_name, signature) => {
    expect(verifies(signature)).toBe(false);
  });

  test.each([
    ["a point beside the curve", encodePoint(curve, { x: vectors.x, y: vectors.y + 1n })],
    ["a point whose x is too large", Uint8Array.of(4, ...new Uint8Array(2 * curve.byteLength).fill(0xff))],
    ["infinity", Uint8Array.of(0)],
    ["a compressed point", key.point.slice(0, 1 + curve.byteLength).fill(2, 0, 1)],
    ["a hybrid point", key.point.slice().fill(6, 0, 1)],
    ["no point", new Uint8Array(0)],
  ])("refuses %s as a key", (_name, point) => {
    expect(verifies(good, digest, point)).toBe(false);
  });

  test("takes the first bits of a digest that is longer than the order", () => {
    const longer = Uint8Array.of(...digestOf(vectors.signatures[2] as SignatureVector), 1, 2, 3);
    const { r: r512, s: s512 } = vectors.signatures[2] as SignatureVector;
    expect(verifies(signatureOf(r512, s512), longer)).toBe(true);
  });

  test("does without the double multiplication when the digest is 0, or n", () => {
    // With e = 0, u1 = 0: (r, s) = (x of k·Q, r / k) is valid for it.
    const k = 5n;
    const x = arithmetic.multiply(curve, vectors, k)?.x as bigint;
    const forZero = signatureOf(x % order, ((x % order) * arithmetic.inverse(k, order)) % order);
    expect(verifies(forZero, new Uint8Array(curve.byteLength))).toBe(true);
    expect(verifies(forZero, bytesOf(order, curve.byteLength))).toBe(true);
    expect(verifies(forZero, bytesOf(1n, curve.byteLength))).toBe(false);
  });

  test("refuses a signature whose sum of points is infinity", () => {
    // u1·G + u2·Q = 0 when e = -r · d.
    const e = order - ((7n * vectors.secret) % order);
    expect(verifies(signatureOf(7n, 3n), bytesOf(e, curve.byteLength))).toBe(false);
  });

  test("accepts a point whose x is more than the order, reduced", () => {
    const { x, point } = pointBeyondOrder(curve);
    // For e = 0 and s = r / k as above, with Q = point and k = 1.
    const signature = signatureOf(x - order, x - order);
    expect(verifies(signature, new Uint8Array(curve.byteLength), point)).toBe(true);
    expect(verifies(signatureOf(x, x - order), new Uint8Array(curve.byteLength), point)).toBe(false);
  });

  test("signs with no key that is out of range", () => {
    const unused = (): never => {
      throw new Error("it was used");
    };
    for (const secret of [0n, order, order + 1n]) {
      const bad = { type: "ec", curve: vectors.curve, scalar: bytesOf(secret, curve.byteLength) } as const;
      expect(() => signEcdsa(arithmetic, bad, "SHA256", digest, unused, unused)).toThrow("out of range");
    }
  });
});

test("the vectors' keys belong together", () => {
  for (const { curve: name, secret, x, y } of VECTORS as readonly CurveVectors[]) {
    const curve = curveOf(name);
    expect(arithmetic.multiply(curve, curve.generator, secret)).toEqual({ x, y });
  }
});

/** A point whose x is between the order and the prime: there are such, and few. */
function pointBeyondOrder(curve: Curve): { x: bigint; point: Uint8Array } {
  const { a, b, order, prime } = curve;
  for (let x = order + 1n; ; x += 1n) {
    const square = (((x * x + a) % prime) * x + b) % prime;
    const y = arithmetic.power(square, (prime + 1n) / 4n, prime);
    if ((y * y) % prime === square) return { x, point: encodePoint(curve, { x, y }) };
  }
}
