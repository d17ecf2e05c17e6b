/** How long the random tests of the transports go on. */

const DEFAULT_RUNS = 3_000;

/** Runs of each; `REED_FUZZ_RUNS` says otherwise, for a night or for a hurry. */
export const FUZZ_RUNS = Number(process.env["REED_FUZZ_RUNS"] ?? DEFAULT_RUNS);

/** Whether that is enough to come by everything that a random test should come by. */
export const IS_THOROUGH = FUZZ_RUNS >= DEFAULT_RUNS;

/** Runs `run` with seeds from 1 on; what fails names its seed. */
export function fuzz(run: (seed: number) => void, runs = FUZZ_RUNS): void {
  for (let seed = 1; seed <= runs; seed += 1) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
}
