/** Strings as MQTT carries them: two bytes of length, then UTF-8 (section 1.5.3). */

import { ProtocolError, UsageError } from "./errors.js";
import { decodeUtf8, utf8Length, writeUtf8 } from "./utf8.js";

/** Most bytes in a string or a binary field, since its length has two bytes. */
export const MAXIMUM_FIELD_LENGTH = 65_535;

/**
 * The bytes of `text` on the wire without its length; `what` names it in errors.
 * @throws UsageError `invalid-string`: U+0000, lone surrogate, or over 65,535 bytes.
 */
export function stringLength(text: string, what: string): number {
  if (text.includes("\0")) throw new UsageError("invalid-string", `${what} contains U+0000 [MQTT-1.5.3-2]`);
  let byteLength: number;
  try {
    byteLength = utf8Length(text);
  } catch (error) {
    throw new UsageError("invalid-string", `${what}: ${(error as Error).message} [MQTT-1.5.3-1]`);
  }
  if (byteLength > MAXIMUM_FIELD_LENGTH) {
    throw new UsageError(
      "invalid-string",
      `${what} is ${byteLength} bytes long, more than the 65,535 that MQTT can carry [MQTT-4.7.3-3]`,
    );
  }
  return byteLength;
}

/** Writes length and text at `offset`; returns the end. `text` must have passed `stringLength`. */
export function writeString(text: string, target: Uint8Array, offset: number): number {
  const end = writeUtf8(text, target, offset + 2);
  writeUint16(end - offset - 2, target, offset);
  return end;
}

export function writeUint16(value: number, target: Uint8Array, offset: number): number {
  target[offset] = value >> 8;
  target[offset + 1] = value & 0xff;
  return offset + 2;
}

export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

/**
 * The string whose UTF-8 lies between `start` and `end`.
 * @throws ProtocolError MQTT-1.5.3-1, MQTT-1.5.3-2
 */
export function readString(bytes: Uint8Array, start: number, end: number): string {
  const text = decodeUtf8(bytes, start, end);
  if (text === undefined) throw new ProtocolError("MQTT-1.5.3-1", "string is not well-formed UTF-8");
  if (text.includes("\0")) throw new ProtocolError("MQTT-1.5.3-2", "string contains U+0000");
  return text;
}
