/** The remaining length of the fixed header: one to four bytes of seven bits, lowest first (section 2.2.3). */

import { ProtocolError } from "./errors.js";

/** The largest remaining length: 256 MiB - 1. */
export const MAXIMUM_REMAINING_LENGTH = 268_435_455;

/** How many bytes `value` takes. */
export function remainingLengthSize(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}

/** Bytes of a control packet with this remaining length; infinite when there can be none. */
export function packetLength(remaining: number): number {
  if (remaining > MAXIMUM_REMAINING_LENGTH) return Number.POSITIVE_INFINITY;
  return 1 + remainingLengthSize(remaining) + remaining;
}

export function writeRemainingLength(value: number, target: Uint8Array, offset: number): number {
  let end = offset;
  let rest = value;
  while (rest > 127) {
    target[end++] = (rest & 127) | 128;
    rest >>= 7;
  }
  target[end++] = rest;
  return end;
}

/**
 * Where the remaining length that starts at `start` ends, or -1 when it goes on past `end`.
 * @throws ProtocolError when it has more than four bytes
 */
export function remainingLengthEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < start + 4; i += 1) {
    if (i >= end) return -1;
    if ((bytes[i] as number) < 128) return i + 1;
  }
  throw new ProtocolError("MQTT-4.8.0-1", "malformed remaining length: more than four bytes");
}

/** The value of the remaining length between `start` and `end`. */
export function readRemainingLength(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= start; i -= 1) value = value * 128 + ((bytes[i] as number) & 127);
  return value;
}

/** Where the control packet that begins at `start`, and is known to be whole, ends. */
export function packetEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1] as number;
  if (first < 128) return start + 2 + first;
  const body = remainingLengthEnd(bytes, start + 1, bytes.length);
  return body + readRemainingLength(bytes, start + 1, body);
}
