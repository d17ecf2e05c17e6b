/**
 * UTF-8 in plain ECMAScript, the same on every engine (section 1.5.3).
 *
 * XS and Node differ where it matters: XS has no TextEncoder, its `String.fromArrayBuffer` accepts encoded surrogates,
 * and its strings count a character outside the BMP as one element where Node's count two. Walking a string by
 * iteration is the same on both; and it is linear, where an index is not: XS keeps strings as UTF-8, and finds the
 * element at an index by counting from the start.
 */

import { UsageError } from "./errors.js";
import type { TextPort } from "./ports.js";

/** Arguments in one `String.fromCharCode.apply`; engines limit it. */
const CHUNK = 512;

/**
 * The bytes `text` takes.
 * @throws UsageError `invalid-string` for a lone surrogate [MQTT-1.5.3-1].
 */
export function utf8Length(text: string): number {
  let byteLength = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (isSurrogate(code)) {
      throw new UsageError("invalid-string", `lone surrogate U+${code.toString(16)}: not encodable as UTF-8`);
    }
    byteLength += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return byteLength;
}

/** Whether `text` has no lone surrogate. (`String.prototype.isWellFormed` is missing in older XS.) */
export function isWellFormed(text: string): boolean {
  for (const character of text) {
    if (isSurrogate(character.codePointAt(0) as number)) return false;
  }
  return true;
}

/** Writes `text` at `offset`; returns the end. `text` must have passed `utf8Length`. */
export function writeUtf8(text: string, target: Uint8Array, offset: number): number {
  let end = offset;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) {
      target[end++] = code;
      continue;
    }
    if (code < 0x800) {
      target[end++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        target[end++] = 0xe0 | (code >> 12);
      } else {
        target[end++] = 0xf0 | (code >> 18);
        target[end++] = 0x80 | ((code >> 12) & 0x3f);
      }
      target[end++] = 0x80 | ((code >> 6) & 0x3f);
    }
    target[end++] = 0x80 | (code & 0x3f);
  }
  return end;
}

/**
 * `text` as UTF-8.
 * @throws UsageError `invalid-string` for a lone surrogate.
 */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/**
 * The same by the engine's own means, if it has some that are right.
 * @throws UsageError `invalid-string` for a lone surrogate.
 */
export function encodeText(text: string, port: TextPort | undefined): Uint8Array {
  const bytes = port?.encode(text);
  // A byte for each element: ASCII.
  return bytes !== undefined && bytes.length === text.length ? bytes : encodeUtf8(text);
}

/**
 * The text that the bytes from `start` to `end` encode, or undefined when they are not well-formed UTF-8 (overlong
 * forms, encoded surrogates, code points past U+10FFFF, truncation). A byte order mark is kept [MQTT-1.5.3-3].
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string | undefined {
  let i = start;
  while (i < end && (bytes[i] as number) < 0x80) i += 1;
  const ascii = asciiText(bytes, start, i);
  return i === end ? ascii : decodeBeyondAscii(bytes, i, end, ascii);
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i += CHUNK) {
    const part = bytes.subarray(i, Math.min(i + CHUNK, end));
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}

function decodeBeyondAscii(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: string,
): string | undefined {
  let text = prefix;
  let codes: number[] = [];
  let i = start;
  while (i < end) {
    const lead = bytes[i] as number;
    if (lead < 0x80) {
      codes.push(lead);
      i += 1;
    } else {
      const count = continuationCount(lead);
      if (count === 0 || i + count >= end) return undefined;
      // The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF (Unicode table 3-7).
      const second = bytes[i + 1] as number;
      const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (second < low || second > high) return undefined;
      let code = (lead & (0x3f >> count)) * 64 + (second & 0x3f);
      for (let k = 2; k <= count; k += 1) {
        const byte = bytes[i + k] as number;
        if ((byte & 0xc0) !== 0x80) return undefined;
        code = code * 64 + (byte & 0x3f);
      }
      codes.push(code);
      i += count + 1;
    }
    if (codes.length === CHUNK) {
      text += String.fromCodePoint.apply(null, codes);
      codes = [];
    }
  }
  return text + String.fromCodePoint.apply(null, codes);
}

/** How many bytes follow a lead byte; 0 when it cannot lead. */
function continuationCount(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
