/** Numbers, lists and messages as TLS has them, for tests. */

import { joined } from "../../../mqtt/support/hex.js";

export function message(type: number, body: Uint8Array): Uint8Array {
  return joined([Uint8Array.of(type), uint24(body.length), body]);
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

export function uint24(value: number): Uint8Array {
  return Uint8Array.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
}

export function vector16(content: Uint8Array): Uint8Array {
  return joined([uint16(content.length), content]);
}

/** The items of a list of lists with lengths of three bytes. */
export function vectors24(body: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let start = 3; start < body.length; ) {
    const [a = 0, b = 0, c = 0] = body.subarray(start);
    const end = start + 3 + ((a << 16) | (b << 8) | c);
    items.push(body.slice(start + 3, end));
    start = end;
  }
  return items;
}
