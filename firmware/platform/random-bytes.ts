/**
 * Unpredictable bytes: HMAC-DRBG with SHA-256 (NIST SP 800-90A section 10.1.2), reseeded before each use.
 *
 * The SDK (8.2.3) has no generator that is fit for keys: its module `rng` is RC4 that starts anew at every call with the
 * state it has, and is seeded once, with 16 bytes. So what that gives only goes into this one, with whatever else is at
 * hand, see `entropy.ts`.
 */

/** HMAC-SHA256 of the parts, one after the other. */
export type HmacSha256 = (key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;

/** Bytes that are hard to guess, as many as there are at hand. */
export type Entropy = () => Uint8Array;

const HASH_LENGTH = 32;

export class RandomBytes {
  readonly #hmac: HmacSha256;
  readonly #entropy: Entropy;
  #key: Uint8Array = new Uint8Array(HASH_LENGTH);
  #value: Uint8Array = new Uint8Array(HASH_LENGTH).fill(0x01);

  constructor(hmac: HmacSha256, entropy: Entropy) {
    this.#hmac = hmac;
    this.#entropy = entropy;
    this.#update(entropy());
  }

  /** `byteLength` bytes; what was taken before does not follow from the state after it. */
  take(byteLength: number): Uint8Array {
    const fresh = this.#entropy();
    if (fresh.length > 0) this.#update(fresh);
    const bytes = new Uint8Array(byteLength);
    for (let length = 0; length < byteLength; length += HASH_LENGTH) {
      this.#value = this.#hmac(this.#key, this.#value);
      bytes.set(this.#value.subarray(0, byteLength - length), length);
    }
    this.#update();
    return bytes;
  }

  /** HMAC_DRBG_Update. */
  #update(data?: Uint8Array): void {
    this.#mix(0x00, data);
    if (data !== undefined) this.#mix(0x01, data);
  }

  #mix(mark: number, data: Uint8Array = new Uint8Array(0)): void {
    this.#key = this.#hmac(this.#key, this.#value, Uint8Array.of(mark), data);
    this.#value = this.#hmac(this.#key, this.#value);
  }
}
