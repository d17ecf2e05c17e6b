/** Reproducible random numbers for simulators and tests. */

import { randomInt } from "node:crypto";
import type { Random } from "../../src/mqtt/ports.js";

/**
 * The mulberry32 generator (Tommy Ettinger, public domain): the same 32-bit `seed` gives the same numbers. Good for
 * jitter, useless for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed nobody chose, to be shown so that the run can be repeated. */
export function freshSeed(): number {
  return randomInt(2 ** 32);
}
