/** What both directions have under AES-128-CBC with HMAC-SHA256, wherever the authentication code stands. */

import type { AesCbc, Crypto } from "../crypto/crypto.js";
import { authenticatedHeader } from "./record.js";

export class CbcDirection {
  protected readonly crypto: Crypto;
  protected readonly cbc: AesCbc;
  readonly #key: Uint8Array;
  readonly #macKey: Uint8Array;
  #count = 0;

  /** Keeps the keys, and overwrites them in the end. */
  constructor(crypto: Crypto, key: Uint8Array, macKey: Uint8Array) {
    this.crypto = crypto;
    this.cbc = crypto.aesCbc(key);
    this.#key = key;
    this.#macKey = macKey;
  }

  /** Records so far. */
  get count(): number {
    return this.#count;
  }

  wipe(): void {
    this.#key.fill(0);
    this.#macKey.fill(0);
  }

  /** The code of the next record, which it counts. */
  protected authenticate(type: number, content: Uint8Array): Uint8Array {
    const header = authenticatedHeader(this.#count, type, content.length);
    this.#count += 1;
    return this.crypto.hmac("SHA256", this.#macKey, header, content);
  }
}
