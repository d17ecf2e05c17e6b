/** Finds the blocks of a PEM file (RFC 7468), with any text around them, and decodes their base64. */

import { decodeUtf8 } from "../mqtt/utf8.js";
import { MalformedError } from "./der.js";

export interface PemBlock {
  /** Such as "CERTIFICATE". */
  readonly label: string;
  /** Whether headers of RFC 1421 say that it is encrypted: `content` is then of no use. */
  readonly encrypted: boolean;
  readonly content: Uint8Array;
}

/** Bytes in a label; the longest that is registered has 26. */
const MAXIMUM_LABEL_LENGTH = 64;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const COLON = 0x3a;
const EQUALS = 0x3d;

/** "-----BEGIN ", "-----END " and "-----" */
const BEGIN = Object.freeze([0x2d, 0x2d, 0x2d, 0x2d, 0x2d, 0x42, 0x45, 0x47, 0x49, 0x4e, 0x20]);
const END = Object.freeze([0x2d, 0x2d, 0x2d, 0x2d, 0x2d, 0x45, 0x4e, 0x44, 0x20]);
const DASHES = Object.freeze([0x2d, 0x2d, 0x2d, 0x2d, 0x2d]);
/** The values of base64's digits by their ASCII code (RFC 4648 table 1). */
const NO_DIGIT = 64;
const DIGITS: readonly number[] = Object.freeze([
  64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
  64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63, 52, 53, 54, 55, 56, 57,
  58, 59, 60, 61, 64, 64, 64, 64, 64, 64, 64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
  18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64, 64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
  39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
]);
/** What some editors put at the start of a file. */
const BYTE_ORDER_MARK = Object.freeze([0xef, 0xbb, 0xbf]);
/** "ENCRYPTED", in "Proc-Type: 4,ENCRYPTED" (RFC 1421 section 4.6.1.1). */
const ENCRYPTED = Object.freeze([0x45, 0x4e, 0x43, 0x52, 0x59, 0x50, 0x54, 0x45, 0x44]);

/**
 * The blocks of a file, in order; none when it is not PEM.
 * @throws MalformedError for a block without an end, or with something else than base64 in it
 */
export function pemBlocks(bytes: Uint8Array): PemBlock[] {
  const blocks: PemBlock[] = [];
  let start = startsWith(bytes, 0, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  while (start < bytes.length) {
    const end = lineEnd(bytes, start);
    if (!startsWith(bytes, start, BEGIN)) {
      start = end + 1;
      continue;
    }
    const label = labelOf(bytes, start + BEGIN.length, end);
    const bodyStart = end + 1;
    let bodyEnd = bodyStart;
    while (!startsWith(bytes, bodyEnd, END)) {
      if (bodyEnd >= bytes.length) throw new MalformedError(`the PEM block ${label} has no end`);
      bodyEnd = lineEnd(bytes, bodyEnd) + 1;
    }
    const last = lineEnd(bytes, bodyEnd);
    if (labelOf(bytes, bodyEnd + END.length, last) !== label) {
      throw new MalformedError(`the PEM block ${label} ends with another label`);
    }
    blocks.push(blockOf(label, bytes, bodyStart, Math.min(bodyEnd, bytes.length)));
    start = last + 1;
  }
  return blocks;
}

function blockOf(label: string, bytes: Uint8Array, start: number, end: number): PemBlock {
  let base64Start = start;
  let encrypted = false;
  // Headers, if there are any, end with an empty line.
  for (let line = start; line < end; ) {
    const next = lineEnd(bytes, line) + 1;
    if (!contains(bytes, line, next, COLON)) break;
    for (let i = line; i < next; i += 1) encrypted ||= startsWith(bytes, i, ENCRYPTED);
    line = next;
    base64Start = next;
  }
  const content = encrypted ? new Uint8Array(0) : decodeBase64(bytes, base64Start, end);
  if (content === undefined) throw new MalformedError(`the PEM block ${label} is not base64`);
  return { label, encrypted, content };
}

/** What base64 (RFC 4648 section 4) with white space in it stands for, or undefined when it is something else. */
export function decodeBase64(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Uint8Array | undefined {
  const decoded = new Uint8Array(Math.ceil((end - start) / 4) * 3);
  let length = 0;
  let bits = 0;
  let digits = 0;
  let padding = 0;
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i] as number;
    const digit = DIGITS[byte];
    // First, as nearly all of them are.
    if (digit === undefined || digit === NO_DIGIT) {
      if (isSpace(byte)) continue;
      if (byte !== EQUALS) return undefined;
      padding += 1;
      continue;
    }
    if (padding > 0) return undefined;
    bits = ((bits & 0x3ffff) << 6) | digit;
    digits += 1;
    if ((digits & 3) === 0) {
      decoded[length] = bits >> 16;
      decoded[length + 1] = bits >> 8;
      decoded[length + 2] = bits;
      length += 3;
    }
  }
  const rest = digits % 4;
  if ((rest === 0 && padding > 0) || (rest > 0 && rest + padding !== 4)) return undefined;
  // Digits left over are one or two bytes; their unused bits must be zero (section 3.5).
  if (rest === 1 || (rest === 2 && (bits & 0x0f) !== 0) || (rest === 3 && (bits & 0x03) !== 0))
    return undefined;
  if (rest === 2) decoded[length] = bits >> 4;
  if (rest === 3) {
    decoded[length] = bits >> 10;
    decoded[length + 1] = bits >> 2;
  }
  return decoded.slice(0, length + (rest === 0 ? 0 : rest - 1));
}

/** The label before the dashes at the end of a line. */
function labelOf(bytes: Uint8Array, start: number, lineEndIndex: number): string {
  let end = lineEndIndex;
  while (end > start && isSpace(bytes[end - 1] as number)) end -= 1;
  end -= DASHES.length;
  if (end < start || end - start > MAXIMUM_LABEL_LENGTH || !startsWith(bytes, end, DASHES)) {
    throw new MalformedError("a PEM block has a malformed label");
  }
  const label = bytes.subarray(start, end);
  // Only these are shown in messages: where line feeds are lost, there may be base64 in place of a label.
  if (!label.every(isLabelByte)) throw new MalformedError("a PEM block has a malformed label");
  return decodeUtf8(label) as string;
}

/** A capital, a digit, or a space; labels that are registered have no others. */
function isLabelByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === SPACE;
}

/** The index of the line feed that ends the line, or the end of the bytes. */
function lineEnd(bytes: Uint8Array, start: number): number {
  const index = bytes.indexOf(LINE_FEED, start);
  return index < 0 ? bytes.length : index;
}

function startsWith(bytes: Uint8Array, offset: number, expected: readonly number[]): boolean {
  if (offset + expected.length > bytes.length) return false;
  for (let i = 0; i < expected.length; i += 1) {
    if (bytes[offset + i] !== expected[i]) return false;
  }
  return true;
}

function contains(bytes: Uint8Array, start: number, end: number, byte: number): boolean {
  const index = bytes.indexOf(byte, start);
  return index >= 0 && index < end;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}
