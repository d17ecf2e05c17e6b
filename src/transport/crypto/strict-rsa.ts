/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2). What a signature decrypts to is compared with the whole of what it must be
 * (section 9.2), never parsed: so there is no garbage, no short padding and no other form of the same hash to accept.
 */

import type { Arithmetic } from "./arithmetic.js";
import { bigintOf, bytesOf } from "./big-endian.js";
import type { HashName, PrivateKey, PublicKey } from "./crypto.js";
import type { RandomBytes } from "./random-number.js";
import { randomNumber } from "./random-number.js";

export type RsaPublicKey = Extract<PublicKey, { readonly type: "rsa" }>;
export type RsaPrivateKey = Extract<PrivateKey, { readonly type: "rsa" }>;

export const MINIMUM_MODULUS_BITS = 2048;
export const MAXIMUM_MODULUS_BITS = 4096;
/** Nearly all public exponents are 65,537. */
const MAXIMUM_EXPONENT_BITS = 32;

/** What comes before the digest: its DigestInfo (RFC 8017 section 9.2, note 1). There is none for SHA-1. */
const DIGEST_INFO: Readonly<Record<Exclude<HashName, "SHA1">, readonly number[]>> = Object.freeze({
  SHA256: digestInfo(0x01, 32),
  SHA384: digestInfo(0x02, 48),
  SHA512: digestInfo(0x03, 64),
});

/** The three differ in the last byte of the object identifier, 2.16.840.1.101.3.4.2.x, and in the lengths. */
function digestInfo(lastArc: number, byteLength: number): readonly number[] {
  const identifier = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, lastArc];
  return Object.freeze([0x30, 17 + byteLength, 0x30, 0x0d, ...identifier, 0x05, 0x00, 0x04, byteLength]);
}

/** Whether `signature` is the key's of the data that has this digest. */
export function verifyRsa(
  arithmetic: Arithmetic,
  key: RsaPublicKey,
  hash: HashName,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const byteLength = key.modulus.length;
  if (!isAcceptable(key) || signature.length !== byteLength) return false;
  const expected = encodedMessage(hash, digest, byteLength);
  if (expected === undefined) return false;
  const modulus = bigintOf(key.modulus);
  const number = bigintOf(signature);
  if (number >= modulus) return false;
  return arithmetic.power(number, bigintOf(key.exponent), modulus) === bigintOf(expected);
}

/**
 * Signs by the Chinese remainder theorem (RFC 8017 section 5.1.2), blinded by a random factor so that the time it takes
 * says nothing about the key, and checks the result: one from a faulty calculation would give the primes away.
 * @throws Error when the key contradicts itself, or for SHA-1
 */
export function signRsa(
  arithmetic: Arithmetic,
  key: RsaPrivateKey,
  hash: HashName,
  digest: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const byteLength = key.modulus.length;
  const encoded = encodedMessage(hash, digest, byteLength);
  if (encoded === undefined || !isAcceptable(key)) throw new Error(`this RSA key does not sign with ${hash}`);
  if (!isConsistent(key)) throw new Error("the RSA key contradicts itself");
  const message = bigintOf(encoded);
  const modulus = bigintOf(key.modulus);
  const exponent = bigintOf(key.exponent);
  const factor = randomNumber(random, modulus);
  const blinded = (message * arithmetic.power(factor, exponent, modulus)) % modulus;
  const root = privatePower(arithmetic, key, blinded);
  const signature = (root * arithmetic.inverse(factor, modulus)) % modulus;
  if (arithmetic.power(signature, exponent, modulus) !== message)
    throw new Error("the RSA key contradicts itself");
  return bytesOf(signature, byteLength);
}

/** `base` to the power of the private exponent. */
function privatePower(arithmetic: Arithmetic, key: RsaPrivateKey, base: bigint): bigint {
  const prime1 = bigintOf(key.prime1);
  const prime2 = bigintOf(key.prime2);
  const exponent = bigintOf(key.privateExponent);
  const power1 = arithmetic.power(base % prime1, exponent % (prime1 - 1n), prime1);
  const power2 = arithmetic.power(base % prime2, exponent % (prime2 - 1n), prime2);
  const inverse = arithmetic.inverse(prime2 % prime1, prime1);
  const difference = (power1 - (power2 % prime1) + prime1) % prime1;
  return power2 + prime2 * ((difference * inverse) % prime1);
}

/** EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): 00 01 ff … ff 00, DigestInfo. */
function encodedMessage(hash: HashName, digest: Uint8Array, byteLength: number): Uint8Array | undefined {
  if (hash === "SHA1") return undefined;
  const prefix = DIGEST_INFO[hash];
  if (digest.length !== prefix[prefix.length - 1]) return undefined;
  const encoded = new Uint8Array(byteLength).fill(0xff);
  encoded[0] = 0x00;
  encoded[1] = 0x01;
  const start = byteLength - digest.length - prefix.length;
  encoded[start - 1] = 0x00;
  encoded.set(prefix, start);
  encoded.set(digest, start + prefix.length);
  return encoded;
}

/** Whether the numbers are of a size, and odd, as the arithmetic needs them. */
function isAcceptable({ modulus, exponent }: Pick<RsaPublicKey, "modulus" | "exponent">): boolean {
  return isAcceptableModulus(modulus) && isAcceptableExponent(exponent);
}

/** Whether this is a modulus that we use: odd, 2048 to 4096 bits, no leading zeros. */
export function isAcceptableModulus(modulus: Uint8Array): boolean {
  const bits = bitsOf(modulus);
  return bits >= MINIMUM_MODULUS_BITS && bits <= MAXIMUM_MODULUS_BITS && isOdd(modulus);
}

/** Whether this is a public exponent that we use: odd, at least 3, at most 32 bits, no leading zeros. */
export function isAcceptableExponent(exponent: Uint8Array): boolean {
  const bits = bitsOf(exponent);
  return bits >= 2 && bits <= MAXIMUM_EXPONENT_BITS && isOdd(exponent);
}

/** Bits in a number without leading zeros; 0 for one that has them. */
export function bitsOf(bytes: Uint8Array): number {
  const [first = 0] = bytes;
  return first === 0 ? 0 : 8 * bytes.length + 24 - Math.clz32(first);
}

function isOdd(bytes: Uint8Array): boolean {
  return ((bytes[bytes.length - 1] as number) & 1) === 1;
}

/** Whether the numbers of a key fit each other. (That the primes are prime, only a signature shows.) */
export function isConsistent(key: RsaPrivateKey): boolean {
  const prime1 = bigintOf(key.prime1);
  const prime2 = bigintOf(key.prime2);
  if (prime1 <= 1n || prime2 <= 1n || prime1 === prime2) return false;
  const product = bigintOf(key.exponent) * bigintOf(key.privateExponent);
  return (
    prime1 * prime2 === bigintOf(key.modulus) &&
    product % (prime1 - 1n) === 1n &&
    product % (prime2 - 1n) === 1n
  );
}
