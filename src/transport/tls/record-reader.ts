/**
 * Takes the stream apart into records, each into a buffer that is as long as it must be, and opens them.
 *
 * Never more than one record is taken, so that there is nothing behind it to be moved or kept.
 */

import { readUint16 } from "../../mqtt/string.js";
import { BAD_RECORD_MAC, PROTOCOL_VERSION, RECORD_OVERFLOW, UNEXPECTED_MESSAGE } from "./alert.js";
import { PlainOpener } from "./plain-records.js";
import type { RecordOpener } from "./record.js";
import {
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  EXPANSION_LIMIT,
  FRAGMENT_LIMIT,
  HEADER_LENGTH,
  VERSION,
} from "./record.js";
import { TlsError } from "./tls-error.js";

/** A buffer that is longer than this is let go after its record; in bytes. */
const KEPT_LENGTH = 2_560;

export class RecordReader {
  /** Of the record that is complete. */
  type = 0;
  /** Its plaintext; valid until the next `space`. */
  plaintext: Uint8Array = new Uint8Array(0);
  readonly #header = new Uint8Array(HEADER_LENGTH);
  #headerLength = 0;
  #buffer = new Uint8Array(0);
  #filled = 0;
  /** Of the record's fragment. */
  #length = 0;
  #opener: RecordOpener = new PlainOpener();
  #isProtected = false;
  #fragmentLimit = FRAGMENT_LIMIT;
  #isVersionAgreed = false;

  /** Records under the present keys. */
  get count(): number {
    return this.#opener.count;
  }

  /** Whether a record has begun and is not complete. */
  get isInside(): boolean {
    return this.#headerLength > 0;
  }

  /** From the next record on, the version must be exactly ours. */
  agreeOnVersion(): void {
    this.#isVersionAgreed = true;
  }

  /** From the next record on, there may not be more than `byteLength` bytes of plaintext. */
  limitFragments(byteLength: number): void {
    this.#fragmentLimit = byteLength;
  }

  /** The records that follow are protected so. */
  protect(opener: RecordOpener): void {
    this.#opener.wipe();
    this.#opener = opener;
    this.#isProtected = true;
  }

  /** Where to put what arrives: at most `available` bytes, at least one. */
  space(available: number): Uint8Array {
    const { length } = this.#header;
    if (this.#headerLength < length) {
      return this.#header.subarray(this.#headerLength, Math.min(this.#headerLength + available, length));
    }
    return this.#buffer.subarray(this.#filled, Math.min(this.#filled + available, this.#length));
  }

  /**
   * The first `byteLength` bytes of what `space` returned have been filled.
   * @returns whether a record is complete
   * @throws TlsError
   */
  received(byteLength: number): boolean {
    if (this.#headerLength < HEADER_LENGTH) {
      this.#headerLength += byteLength;
      if (this.#headerLength < HEADER_LENGTH) return false;
      this.#startRecord();
    } else {
      this.#filled += byteLength;
    }
    if (this.#filled < this.#length) return false;
    this.#finishRecord();
    return true;
  }

  /** Nothing more is read. */
  end(): void {
    this.#opener.wipe();
    this.#opener = new PlainOpener();
    this.#buffer = new Uint8Array(0);
  }

  #startRecord(): void {
    const header = this.#header;
    this.type = header[0] as number;
    const version = readUint16(header, 1);
    this.#length = readUint16(header, 3);
    this.#filled = 0;
    if (this.type < CHANGE_CIPHER_SPEC || this.type > APPLICATION_DATA || version >> 8 !== VERSION >> 8) {
      throw this.#isVersionAgreed ? unexpected(this.type) : notTls();
    }
    // Until then, a server that wants another version may say so in a record of that version.
    if (this.#isVersionAgreed && version !== VERSION) {
      throw new TlsError(PROTOCOL_VERSION, "version-changed", "the server changed to another version of TLS");
    }
    if (this.#length > this.#fragmentLimit + (this.#isProtected ? EXPANSION_LIMIT : 0)) throw tooLong();
    if (this.#length > this.#buffer.length) this.#buffer = new Uint8Array(this.#length);
  }

  #finishRecord(): void {
    this.#headerLength = 0;
    const plaintext = this.#opener.open(this.type, this.#buffer.subarray(0, this.#length));
    if (plaintext === undefined) {
      throw new TlsError(BAD_RECORD_MAC, "bad-record", "a record from the server was changed on its way");
    }
    if (plaintext.length > this.#fragmentLimit) throw tooLong();
    this.plaintext = plaintext;
    if (this.#buffer.length > KEPT_LENGTH) this.#buffer = new Uint8Array(0);
  }
}

function tooLong(): TlsError {
  return new TlsError(RECORD_OVERFLOW, "record-too-long", "a record from the server is longer than agreed");
}

function unexpected(type: number): TlsError {
  return new TlsError(UNEXPECTED_MESSAGE, "unexpected-record", `there is no type ${type} of records`);
}

function notTls(): TlsError {
  const message = "what the server sends is not TLS: is this the port for it?";
  return new TlsError(UNEXPECTED_MESSAGE, "not-tls", message, "server");
}
