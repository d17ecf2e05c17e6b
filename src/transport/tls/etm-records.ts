/**
 * Records under AES-128-CBC with HMAC-SHA256, the authentication code outside (RFC 7366): a random initialization
 * vector, the encryption of plaintext and padding, and the code over both. Nothing is decrypted that is not genuine.
 */

import type { AesCbc, Crypto } from "../crypto/crypto.js";
import { BLOCK_LENGTH, padded, paddedLength, paddingFault, wholeBlocks } from "./block-padding.js";
import { equalInConstantTime, joined } from "./bytes.js";
import { MAC_LENGTH } from "./cbc-records.js";
import type { RecordOpener, RecordSealer } from "./record.js";
import { authenticatedHeader, HEADER_LENGTH, newRecord } from "./record.js";

export class EtmSealer implements RecordSealer {
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;
  readonly #macKey: Uint8Array;
  readonly #cbc: AesCbc;
  #count = 0;

  /** Keeps the keys, and overwrites them in the end. */
  constructor(crypto: Crypto, key: Uint8Array, macKey: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
    this.#macKey = macKey;
    this.#cbc = crypto.aesCbc(key);
  }

  get count(): number {
    return this.#count;
  }

  sealedLength(byteLength: number): number {
    return HEADER_LENGTH + BLOCK_LENGTH + paddedLength(byteLength) + MAC_LENGTH;
  }

  plaintextLength(room: number): number {
    return wholeBlocks(room - HEADER_LENGTH - BLOCK_LENGTH - MAC_LENGTH) - 1;
  }

  seal(type: number, plaintext: Uint8Array): Uint8Array {
    const iv = this.#crypto.random(BLOCK_LENGTH);
    const encrypted = joined(iv, this.#cbc.encrypt(iv, padded(plaintext)));
    const header = authenticatedHeader(this.#count, type, encrypted.length);
    const code = this.#crypto.hmac("SHA256", this.#macKey, header, encrypted);
    const record = newRecord(type, encrypted.length + code.length);
    record.set(encrypted, HEADER_LENGTH);
    record.set(code, HEADER_LENGTH + encrypted.length);
    this.#count += 1;
    return record;
  }

  wipe(): void {
    this.#key.fill(0);
    this.#macKey.fill(0);
  }
}

export class EtmOpener implements RecordOpener {
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;
  readonly #macKey: Uint8Array;
  readonly #cbc: AesCbc;
  #count = 0;

  /** Keeps the keys, and overwrites them in the end. */
  constructor(crypto: Crypto, key: Uint8Array, macKey: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
    this.#macKey = macKey;
    this.#cbc = crypto.aesCbc(key);
  }

  get count(): number {
    return this.#count;
  }

  open(type: number, fragment: Uint8Array): Uint8Array | undefined {
    const byteLength = fragment.length - MAC_LENGTH;
    if (byteLength < 2 * BLOCK_LENGTH || byteLength % BLOCK_LENGTH !== 0) return undefined;
    const encrypted = fragment.subarray(0, byteLength);
    const header = authenticatedHeader(this.#count, type, byteLength);
    const code = this.#crypto.hmac("SHA256", this.#macKey, header, encrypted);
    this.#count += 1;
    if (!equalInConstantTime(code, fragment.subarray(byteLength))) return undefined;
    const iv = encrypted.subarray(0, BLOCK_LENGTH);
    const opened = this.#cbc.decrypt(iv, encrypted.subarray(BLOCK_LENGTH));
    if (paddingFault(opened, 0) < 0) return undefined;
    const last = opened.length - 1;
    return opened.subarray(0, last - (opened[last] as number));
  }

  wipe(): void {
    this.#key.fill(0);
    this.#macKey.fill(0);
  }
}
