/** What records are made of (RFC 5246 section 6.2), and what protects them, as types. */

import { writeUint16 } from "../../mqtt/string.js";
import { writeUint32 } from "./bytes.js";

export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

/** TLS 1.2. */
export const VERSION = 0x0303;

export const HEADER_LENGTH = 5;
/** Most plaintext in a record (section 6.2.1), in bytes. */
export const FRAGMENT_LIMIT = 16_384;
/** By how much a record may be longer than its plaintext (section 6.2.3), in bytes. */
export const EXPANSION_LIMIT = 2_048;

/** Protects the records of one direction, each with the next sequence number. */
export interface RecordSealer {
  /** Records so far. */
  readonly count: number;
  /** The length of the record, with its header, that `byteLength` bytes of plaintext make. */
  sealedLength(byteLength: number): number;
  /** The most plaintext whose record is not longer than `room`; below 0 when there is none. */
  plaintextLength(room: number): number;
  /** The whole record. */
  seal(type: number, plaintext: Uint8Array): Uint8Array;
  /** Overwrites the keys; nothing else is done with it afterwards. */
  wipe(): void;
}

/** The counterpart. */
export interface RecordOpener {
  readonly count: number;
  /** The plaintext of the next record; undefined when it is not genuine. */
  open(type: number, fragment: Uint8Array): Uint8Array | undefined;
  wipe(): void;
}

/** A record of `byteLength` bytes after the header, which is filled in. */
export function newRecord(type: number, byteLength: number): Uint8Array {
  const record = new Uint8Array(HEADER_LENGTH + byteLength);
  record[0] = type;
  writeUint16(VERSION, record, 1);
  writeUint16(byteLength, record, 3);
  return record;
}

/**
 * What is authenticated along with `byteLength` bytes (sections 6.2.3.1 and 6.2.3.3): the sequence number in 8 bytes,
 * then what looks like the record's header.
 */
export function authenticatedHeader(sequence: number, type: number, byteLength: number): Uint8Array {
  const header = new Uint8Array(8 + HEADER_LENGTH);
  // The layer ends the connection long before sequence numbers outgrow four bytes.
  writeUint32(sequence, header, 4);
  header[8] = type;
  writeUint16(VERSION, header, 9);
  writeUint16(byteLength, header, 11);
  return header;
}
