/**
 * ECDSA (FIPS 186-4 section 6) with r and s in DER (RFC 3279 section 2.2.3). Checks everything that a big-number library
 * does not: that r and s are in range, that the point is on the curve, and that the DER is the only one possible.
 */

import { DerReader, MalformedError, TAG } from "../der.js";
import type { Arithmetic } from "./arithmetic.js";
import { bigintOf, bytesOf } from "./big-endian.js";
import type { HashName, PrivateKey, PublicKey } from "./crypto.js";
import { curveOf, decodePoint, evenedScalar } from "./curve.js";
import type { Hmac } from "./deterministic-nonce.js";
import { DeterministicNonces, truncatedDigest } from "./deterministic-nonce.js";
import type { RandomBytes } from "./random-number.js";
import { randomNumber } from "./random-number.js";

export type EcPublicKey = Extract<PublicKey, { readonly type: "ec" }>;
export type EcPrivateKey = Extract<PrivateKey, { readonly type: "ec" }>;

/** Whether `signature` is the key's of the data that has this digest. */
export function verifyEcdsa(
  arithmetic: Arithmetic,
  key: EcPublicKey,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const curve = curveOf(key.curve);
  const { order } = curve;
  const point = decodePoint(curve, key.point);
  const numbers = decodeSignature(signature, curve.byteLength);
  if (point === undefined || numbers === undefined) return false;
  const { r, s } = numbers;
  if (r === 0n || r >= order || s === 0n || s >= order) return false;
  const inverse = arithmetic.inverse(s, order);
  const u1 = (truncatedDigest(curve, digest) * inverse) % order;
  const u2 = (r * inverse) % order;
  const sum =
    u1 === 0n ? arithmetic.multiply(curve, point, u2) : arithmetic.multiplyTwo(curve, u1, point, u2);
  return sum !== undefined && sum.x % order === r;
}

/**
 * Signs with a nonce that follows from key and digest (RFC 6979): a poor source of randomness cannot give the key away.
 * `random` only hides from the clock what is calculated; so it may be poor.
 * @param hash that `digest` was made with
 * @throws Error when the key is not between 0 and the order
 */
export function signEcdsa(
  arithmetic: Arithmetic,
  key: EcPrivateKey,
  hash: HashName,
  digest: Uint8Array,
  hmac: Hmac,
  random: RandomBytes,
): Uint8Array {
  const curve = curveOf(key.curve);
  const { order } = curve;
  const secret = bigintOf(key.scalar);
  if (secret === 0n || secret >= order) throw new Error("the EC key is out of range");
  const number = truncatedDigest(curve, digest);
  const nonces = new DeterministicNonces(curve, secret, hash, digest, hmac);
  for (;;) {
    const nonce = nonces.next();
    const point = arithmetic.multiply(curve, curve.generator, evenedScalar(curve, nonce));
    const r = point === undefined ? 0n : point.x % order;
    const factor = randomNumber(random, order);
    // (number + r · secret) / nonce, with nonce and secret multiplied by the factor throughout.
    const inverse = arithmetic.inverse((nonce * factor) % order, order);
    const sum = (number * factor + r * ((secret * factor) % order)) % order;
    const s = (sum * inverse) % order;
    if (r !== 0n && s !== 0n)
      return encodeSignature(bytesOf(r, curve.byteLength), bytesOf(s, curve.byteLength));
  }
}

/** SEQUENCE { r INTEGER, s INTEGER }; undefined when the bytes are something else. */
function decodeSignature(signature: Uint8Array, byteLength: number): { r: bigint; s: bigint } | undefined {
  try {
    const outer = new DerReader(signature);
    const inner = outer.enter(TAG.SEQUENCE);
    outer.finish();
    const r = inner.unsignedInteger();
    const s = inner.unsignedInteger();
    inner.finish();
    return r.length > byteLength || s.length > byteLength ? undefined : { r: bigintOf(r), s: bigintOf(s) };
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function encodeSignature(r: Uint8Array, s: Uint8Array): Uint8Array {
  const length = integerLength(r) + integerLength(s);
  const signature = new Uint8Array(2 + length);
  // Two numbers of 48 bytes are less than the 128 that a length of one byte can say.
  signature[0] = TAG.SEQUENCE;
  signature[1] = length;
  writeInteger(s, signature, writeInteger(r, signature, 2));
  return signature;
}

/** Bytes of an INTEGER in DER, with tag and length. */
function integerLength(bytes: Uint8Array): number {
  const start = firstByte(bytes);
  return 2 + bytes.length - start + ((bytes[start] as number) >= 0x80 ? 1 : 0);
}

function writeInteger(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const length = integerLength(bytes);
  const start = firstByte(bytes);
  target[offset] = TAG.INTEGER;
  target[offset + 1] = length - 2;
  target.set(bytes.subarray(start), offset + length - (bytes.length - start));
  return offset + length;
}

/** The index of the first byte that is not 0, or of the last. */
function firstByte(bytes: Uint8Array): number {
  let index = 0;
  while (index < bytes.length - 1 && bytes[index] === 0) index += 1;
  return index;
}
