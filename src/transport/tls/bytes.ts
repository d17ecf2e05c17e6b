/** Building and comparing byte strings as TLS has them (RFC 5246 section 4). */

import { writeUint16 } from "../../mqtt/string.js";

/** All `parts` one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let byteLength = 0;
  for (const part of parts) byteLength += part.length;
  const bytes = new Uint8Array(byteLength);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** Each in two bytes. */
export function uint16s(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  values.forEach((value, index) => {
    writeUint16(value, bytes, 2 * index);
  });
  return bytes;
}

/** `parts` with their common length before them, in `lengthBytes` bytes, which must be enough for it. */
export function vector(lengthBytes: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(...parts);
  if (content.length >= 256 ** lengthBytes) {
    throw new RangeError(`${content.length} bytes are too many for a length of ${lengthBytes} bytes`);
  }
  const bytes = new Uint8Array(lengthBytes + content.length);
  for (let i = 0; i < lengthBytes; i += 1) bytes[i] = content.length >>> (8 * (lengthBytes - 1 - i));
  bytes.set(content, lengthBytes);
  return bytes;
}

export function writeUint32(value: number, target: Uint8Array, offset: number): void {
  writeUint16(value >>> 16, target, offset);
  writeUint16(value & 0xffff, target, offset + 2);
}

/** Looks at every byte, whatever differs: how long it takes says nothing about where. */
export function equalInConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i += 1) difference |= (one[i] as number) ^ (other[i] as number);
  return difference === 0;
}
