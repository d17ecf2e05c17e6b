/** `npm run soak`: reads the options, runs a soak, prints what it found. */

import { parseArgs } from "node:util";
import { freshSeed } from "../../host-sim/io/random.js";
import { isPassed, reportText } from "../../host-sim/soak/report.js";
import { realSoak, virtualSoak } from "./soaks.js";

const EVENTS_A_DAY = 10_000;

const USAGE = `usage: npm run soak -- --hours N [--events N] [--seed N]   in virtual time; 10,000 events a day by default
       npm run soak -- --minutes N [--seed N]              in real time, against mosquitto`;

/** @returns the exit status: 0 when every promise was kept, 1 when one was not, 2 for a wrong command line */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      hours: { type: "string" },
      minutes: { type: "string" },
      events: { type: "string" },
      seed: { type: "string", default: `${freshSeed()}` },
    },
  });
  const { hours, minutes } = values;
  const seed = Number(values.seed);
  const length = Number(hours ?? minutes);
  // Many more would fill the flash during a fault, and what finds no room there is lost with the power.
  const events = Number(values.events ?? Math.round((length * EVENTS_A_DAY) / 24));
  if (
    (hours === undefined) === (minutes === undefined) ||
    !(length > 0) ||
    !(events > 0) ||
    Number.isNaN(seed)
  ) {
    console.error(USAGE);
    return 2;
  }
  const start = performance.now();
  const report = hours === undefined ? await realSoak(length, seed) : virtualSoak(length, events, seed);
  console.log(reportText(report));
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s, Node ${process.version}`);
  return isPassed(report) ? 0 : 1;
}
