/** A secret number from random bytes. */

import { bigintOf, bitLength } from "./big-endian.js";

/** Random bytes, as `Crypto.random`. */
export type RandomBytes = (byteLength: number) => Uint8Array;

/** From 1 to `limit` - 1, by 64 bits more than it has (FIPS 186-4 appendix B.4.1): even, but for one part in 2^64. */
export function randomNumber(random: RandomBytes, limit: bigint): bigint {
  const bytes = random(Math.ceil(bitLength(limit) / 8) + 8);
  return (bigintOf(bytes) % (limit - 1n)) + 1n;
}
