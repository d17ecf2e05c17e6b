/** The nonces of ECDSA as RFC 6979 section 3.2 derives them from the key and the digest. */

import { bigintOf, bytesOf } from "./big-endian.js";
import type { HashName } from "./crypto.js";
import type { Curve } from "./curve.js";

/** As `Crypto.hmac`. */
export type Hmac = (hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;

/**
 * A digest as a number modulo the order: its first bits, as many as the order has (FIPS 186-4 section 6.4). Both orders
 * are of whole bytes.
 */
export function truncatedDigest(curve: Curve, digest: Uint8Array): bigint {
  return bigintOf(digest.subarray(0, curve.byteLength)) % curve.order;
}

/** One nonce after the other, each between 0 and the order, for one signature. */
export class DeterministicNonces {
  readonly #curve: Curve;
  readonly #hash: HashName;
  readonly #hmac: Hmac;
  /** K and V of section 3.2. */
  #key: Uint8Array;
  #value: Uint8Array;
  #isFirst = true;

  /** @param hash that `digest` was made with */
  constructor(curve: Curve, secret: bigint, hash: HashName, digest: Uint8Array, hmac: Hmac) {
    this.#curve = curve;
    this.#hash = hash;
    this.#hmac = hmac;
    const { byteLength } = curve;
    const { length } = digest;
    const seed = [bytesOf(secret, byteLength), bytesOf(truncatedDigest(curve, digest), byteLength)];
    this.#value = new Uint8Array(length).fill(0x01);
    this.#key = hmac(hash, new Uint8Array(length), this.#value, Uint8Array.of(0x00), ...seed);
    this.#value = hmac(hash, this.#key, this.#value);
    this.#key = hmac(hash, this.#key, this.#value, Uint8Array.of(0x01), ...seed);
    this.#value = hmac(hash, this.#key, this.#value);
  }

  next(): bigint {
    const { byteLength, order } = this.#curve;
    for (;;) {
      if (!this.#isFirst) {
        this.#key = this.#hmac(this.#hash, this.#key, this.#value, Uint8Array.of(0x00));
        this.#value = this.#hmac(this.#hash, this.#key, this.#value);
      }
      this.#isFirst = false;
      const bytes = new Uint8Array(byteLength);
      for (let length = 0; length < byteLength; length += this.#value.length) {
        this.#value = this.#hmac(this.#hash, this.#key, this.#value);
        bytes.set(this.#value.subarray(0, byteLength - length), length);
      }
      const nonce = bigintOf(bytes);
      if (nonce > 0n && nonce < order) return nonce;
    }
  }
}
