/** How many inputs each fuzzer of this folder gets: so many times what `REED_FUZZ_RUNS` says. */

import { FUZZ_RUNS, fuzz } from "../../transport/node/support/fuzz.js";

/** Cheap ones get more. */
export const SHARES = Object.freeze({ stream: 30, connection: 24, journal: 15, config: 4, chain: 1 });

export type Target = keyof typeof SHARES;

/** Inputs of one target in this run. */
export function inputsOf(target: Target): number {
  return FUZZ_RUNS * SHARES[target];
}

/** Tests of that many inputs may take this long, in ms. */
export function timeoutOf(target: Target): number {
  return 60_000 + 5 * inputsOf(target);
}

/** Runs `run` with a seed for each input of the target; what fails names its seed. */
export function fuzzTarget(target: Target, run: (seed: number) => void): void {
  fuzz(run, inputsOf(target));
}
