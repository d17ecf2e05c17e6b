/** How long the random tests go on: those of the transports, and all in test/fuzz. */

import { appendFileSync } from "node:fs";
import { expect } from "vitest";

/** Unless something else is said. */
export const DEFAULT_RUNS = 3_000;

/** Runs of each; `REED_FUZZ_RUNS` says otherwise, for a night or for a hurry. */
export const FUZZ_RUNS = Number(process.env["REED_FUZZ_RUNS"] ?? DEFAULT_RUNS);

/** Whether that is enough to come by everything that a random test should come by. */
export const IS_THOROUGH = FUZZ_RUNS >= DEFAULT_RUNS;

/** The first seed; `REED_FUZZ_SEED` says otherwise, to go on where another run has ended, or to see one seed again. */
const FIRST_SEED = Number(process.env["REED_FUZZ_SEED"] ?? 1);

/** Where to note how many inputs there were; for `scripts/fuzz.mjs`, which adds them up. */
const REPORT = process.env["REED_FUZZ_REPORT"];

/** Runs `run` with as many seeds; what fails names its seed. */
export function fuzz(run: (seed: number) => void, runs = FUZZ_RUNS): void {
  let count = 0;
  for (let seed = FIRST_SEED; count < runs; seed += 1) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    count += 1;
  }
  if (REPORT !== undefined) appendFileSync(REPORT, `${count} ${expect.getState().currentTestName}\n`);
}
