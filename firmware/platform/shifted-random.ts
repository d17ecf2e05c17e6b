/** Random numbers that differ from start to start, also where the engine's own do not. */

import type { Random } from "../../src/mqtt/ports.js";

/** Fractional part of the golden ratio: times that are close to each other give offsets that are not. */
const GOLDEN = 0.618_033_988_749_895;

/**
 * `random`, shifted by an offset made of the time of the start. On an ESP32 it is the chip's own noise, which needs no
 * help; in the simulator `Math.random` gives the same numbers at every start, and each run would have the same name.
 * @param startTime in ms, from any origin
 */
export function shiftedRandom(random: Random, startTime: number): Random {
  const offset = (startTime * GOLDEN) % 1;
  return () => (random() + offset) % 1;
}
