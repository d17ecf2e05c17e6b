/** How many cases each differential test against mqtt-packet runs: 16,000 in all, and never fewer than 10,000. */

/** Random client packets, encoded by both. */
export const ENCODE_CASES = 4000;
/** Random server packets, encoded by mqtt-packet and decoded by us. */
export const DECODE_CASES = 4000;
/** Mutated packets and random bytes, decoded by both. */
export const MALFORMED_CASES = 8000;
