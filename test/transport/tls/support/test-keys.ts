/** Protects and opens records on the server's side of tests; written from the RFCs, apart from the client's code. */

import type { Crypto } from "../../../../src/transport/crypto/crypto.js";
import { joined } from "../../../mqtt/support/hex.js";

export type TestMode = "gcm" | "cbc" | "etm";

/** P_SHA256 of RFC 5246 section 5. */
export function testPrf(
  crypto: Crypto,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  byteLength: number,
): Uint8Array {
  const start = joined([Uint8Array.from(label, (character) => character.charCodeAt(0)), seed]);
  const parts: Uint8Array[] = [];
  for (
    let a = crypto.hmac("SHA256", secret, start), n = 0;
    n < byteLength;
    n += 32, a = crypto.hmac("SHA256", secret, a)
  ) {
    parts.push(crypto.hmac("SHA256", secret, a, start));
  }
  return joined(parts).slice(0, byteLength);
}

/** The keys of one direction. */
export class TestKeys {
  readonly #crypto: Crypto;
  readonly #mode: TestMode;
  readonly #macKey: Uint8Array;
  readonly #key: Uint8Array;
  readonly #salt: Uint8Array;
  sequence = 0;

  constructor(crypto: Crypto, mode: TestMode, macKey: Uint8Array, key: Uint8Array, salt: Uint8Array) {
    this.#crypto = crypto;
    this.#mode = mode;
    this.#macKey = macKey;
    this.#key = key;
    this.#salt = salt;
  }

  /** What stands after the record's header. */
  seal(type: number, plaintext: Uint8Array): Uint8Array {
    if (this.#mode === "gcm") {
      // Not the sequence number: a server may take what it likes.
      const explicit = this.#crypto.random(8);
      const header = this.#header(type, plaintext.length);
      const nonce = joined([this.#salt, explicit]);
      return joined([explicit, this.#crypto.aesGcm(this.#key).seal(nonce, header, plaintext)]);
    }
    if (this.#mode === "etm") return this.sealPadded(type, withPadding(plaintext));
    return this.sealPadded(type, withPadding(joined([plaintext, this.code(type, plaintext)])));
  }

  /** The same in a CBC mode, with everything that is to be encrypted in the caller's hands. */
  sealPadded(type: number, padded: Uint8Array): Uint8Array {
    const iv = this.#crypto.random(16);
    const encrypted = joined([iv, this.#crypto.aesCbc(this.#key).encrypt(iv, padded)]);
    if (this.#mode === "cbc") {
      this.sequence += 1;
      return encrypted;
    }
    const code = this.code(type, encrypted);
    this.sequence += 1;
    return joined([encrypted, code]);
  }

  /** The authentication code of the next record. */
  code(type: number, content: Uint8Array): Uint8Array {
    return this.#crypto.hmac("SHA256", this.#macKey, this.#bareHeader(type, content.length), content);
  }

  /** Undefined when the record is not genuine. */
  open(type: number, body: Uint8Array): Uint8Array | undefined {
    if (this.#mode === "gcm") {
      const nonce = joined([this.#salt, body.subarray(0, 8)]);
      const header = this.#header(type, body.length - 24);
      return this.#crypto.aesGcm(this.#key).open(nonce, header, body.subarray(8));
    }
    const isEtm = this.#mode === "etm";
    const encrypted = isEtm ? body.subarray(0, -32) : body;
    if (isEtm && !this.#isGenuine(type, encrypted, body.subarray(-32))) return undefined;
    const opened = this.#crypto.aesCbc(this.#key).decrypt(encrypted.subarray(0, 16), encrypted.subarray(16));
    const padding = opened.at(-1) as number;
    const content = opened.subarray(0, opened.length - 1 - padding);
    if (opened.subarray(content.length).some((byte) => byte !== padding)) return undefined;
    if (isEtm) return content;
    const plaintext = content.subarray(0, -32);
    return this.#isGenuine(type, plaintext, content.subarray(-32)) ? plaintext : undefined;
  }

  #isGenuine(type: number, content: Uint8Array, code: Uint8Array): boolean {
    const expected = this.code(type, content);
    this.sequence += 1;
    return expected.every((byte, i) => byte === code[i]);
  }

  #header(type: number, byteLength: number): Uint8Array {
    const header = this.#bareHeader(type, byteLength);
    this.sequence += 1;
    return header;
  }

  #bareHeader(type: number, byteLength: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(13));
    view.setUint32(4, this.sequence);
    view.setUint8(8, type);
    view.setUint16(9, 0x0303);
    view.setUint16(11, byteLength);
    return new Uint8Array(view.buffer);
  }
}

/** As little padding as can be, or `more` blocks of 16 bytes of it in addition. */
export function withPadding(content: Uint8Array, more = 0): Uint8Array {
  const byteLength = 16 - (content.length % 16) + 16 * more;
  return joined([content, new Uint8Array(byteLength).fill(byteLength - 1)]);
}
