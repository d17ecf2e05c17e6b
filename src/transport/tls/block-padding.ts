/** Padding to whole blocks of AES, as TLS has it: one byte at least, each telling how many others there are. */

import { joined } from "./bytes.js";

/** Of AES, and so of an initialization vector. */
export const BLOCK_LENGTH = 16;
/** Most bytes of padding, its length included. */
export const PADDING_LIMIT = 256;

/** -1 when the padding behind `macLength` bytes is wrong, else 0; without a branch on what was decrypted. */
export function paddingFault(opened: Uint8Array, macLength: number): number {
  const last = opened.length - 1;
  const padding = opened[last] as number;
  const most = Math.min(PADDING_LIMIT - 1, last - macLength);
  // Bit 31 tells that there is not so much room.
  let fault = most - padding;
  for (let i = 1; i <= most; i += 1) {
    const isInside = (i - padding - 1) >> 31;
    fault |= -(isInside & ((opened[last - i] as number) ^ padding));
  }
  return fault >> 31;
}

/** `parts`, and as little padding as can be. */
export function padded(...parts: readonly Uint8Array[]): Uint8Array {
  let byteLength = 0;
  for (const part of parts) byteLength += part.length;
  const padding = new Uint8Array(paddedLength(byteLength) - byteLength);
  return joined(...parts, padding.fill(padding.length - 1));
}

/** With at least one byte of padding. */
export function paddedLength(byteLength: number): number {
  return wholeBlocks(byteLength + BLOCK_LENGTH);
}

export function wholeBlocks(byteLength: number): number {
  return byteLength - (byteLength % BLOCK_LENGTH);
}
