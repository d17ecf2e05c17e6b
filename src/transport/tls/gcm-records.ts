/**
 * Records under AES-128-GCM (RFC 5288): eight bytes of nonce, the ciphertext, and the tag.
 *
 * The explicit part of the nonce is the sequence number, so that none is ever used twice under a key.
 */

import type { AesGcm, Crypto } from "../crypto/crypto.js";
import { writeUint32 } from "./bytes.js";
import type { RecordOpener, RecordSealer } from "./record.js";
import { authenticatedHeader, HEADER_LENGTH, newRecord } from "./record.js";

/** The part of the nonce that comes from the key block, in bytes. */
export const GCM_SALT_LENGTH = 4;
const EXPLICIT_LENGTH = 8;
const NONCE_LENGTH = GCM_SALT_LENGTH + EXPLICIT_LENGTH;
const TAG_LENGTH = 16;

export class GcmSealer implements RecordSealer {
  readonly #key: Uint8Array;
  readonly #gcm: AesGcm;
  readonly #nonce = new Uint8Array(NONCE_LENGTH);
  #count = 0;

  /** Keeps `key`, and overwrites it in the end. */
  constructor(crypto: Crypto, key: Uint8Array, salt: Uint8Array) {
    this.#key = key;
    this.#gcm = crypto.aesGcm(key);
    this.#nonce.set(salt);
  }

  get count(): number {
    return this.#count;
  }

  sealedLength(byteLength: number): number {
    return HEADER_LENGTH + EXPLICIT_LENGTH + byteLength + TAG_LENGTH;
  }

  plaintextLength(room: number): number {
    return room - HEADER_LENGTH - EXPLICIT_LENGTH - TAG_LENGTH;
  }

  seal(type: number, plaintext: Uint8Array): Uint8Array {
    const nonce = this.#nonce;
    writeUint32(this.#count, nonce, NONCE_LENGTH - 4);
    const header = authenticatedHeader(this.#count, type, plaintext.length);
    const sealed = this.#gcm.seal(nonce, header, plaintext);
    const record = newRecord(type, EXPLICIT_LENGTH + sealed.length);
    record.set(nonce.subarray(GCM_SALT_LENGTH), HEADER_LENGTH);
    record.set(sealed, HEADER_LENGTH + EXPLICIT_LENGTH);
    this.#count += 1;
    return record;
  }

  wipe(): void {
    this.#key.fill(0);
    this.#nonce.fill(0);
  }
}

export class GcmOpener implements RecordOpener {
  readonly #key: Uint8Array;
  readonly #gcm: AesGcm;
  readonly #nonce = new Uint8Array(NONCE_LENGTH);
  #count = 0;

  /** Keeps `key`, and overwrites it in the end. */
  constructor(crypto: Crypto, key: Uint8Array, salt: Uint8Array) {
    this.#key = key;
    this.#gcm = crypto.aesGcm(key);
    this.#nonce.set(salt);
  }

  get count(): number {
    return this.#count;
  }

  open(type: number, fragment: Uint8Array): Uint8Array | undefined {
    const byteLength = fragment.length - EXPLICIT_LENGTH - TAG_LENGTH;
    if (byteLength < 0) return undefined;
    // What the server takes for a nonce is its own affair; the order of records is in the header.
    this.#nonce.set(fragment.subarray(0, EXPLICIT_LENGTH), GCM_SALT_LENGTH);
    const header = authenticatedHeader(this.#count, type, byteLength);
    this.#count += 1;
    return this.#gcm.open(this.#nonce, header, fragment.subarray(EXPLICIT_LENGTH));
  }

  wipe(): void {
    this.#key.fill(0);
    this.#nonce.fill(0);
  }
}
