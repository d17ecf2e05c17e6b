/** The record of what Reed costs on XS, from which it may not drift away: bench/xs-baseline.json. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figures } from "./meter.js";
import { REPOSITORY } from "./repository.js";

/** Growth over the record that passes without a word. */
export const TOLERANCE = 0.03;

/** By the names of the suite. */
export type Baseline = Readonly<Record<string, Recorded>>;
export type Recorded = Pick<Figures, "units" | "slots">;

const FILE = join(REPOSITORY, "bench/xs-baseline.json");
const COUNTS = Object.freeze(["units", "slots"] as const);
const ADVICE =
  'see where with `npm run build && node dist/bench/xs/profile.js "send QoS 1"` (or another name); ' +
  "if it is worth it, `npm run bench -- xs --record` records it";

/** What is wrong, a sentence each; nothing when all is well. */
export function compareWithBaseline(figures: Baseline, record: Baseline): string[] {
  const problems: string[] = [];
  for (const [name, now] of Object.entries(figures)) {
    const before = record[name];
    if (before === undefined) {
      problems.push(`"${name}" is not recorded: \`npm run bench -- xs --record\` records it`);
      continue;
    }
    for (const count of COUNTS) {
      if (now[count] <= before[count] * (1 + TOLERANCE)) continue;
      const growth = before[count] > 0 ? `${((now[count] / before[count] - 1) * 100).toFixed(1)} % ` : "";
      problems.push(
        `"${name}" takes ${rounded(now[count])} ${count}, ${growth}more than the recorded ${before[count]}: ${ADVICE}`,
      );
    }
  }
  for (const name of Object.keys(record)) {
    if (figures[name] === undefined) problems.push(`"${name}" is recorded, but was not measured`);
  }
  return problems;
}

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(FILE, "utf8")) as Baseline;
}

/** Takes Reed's figures into the record. Returns what to say about it. */
export function recordBaseline({ reed }: { readonly reed: Baseline }): string {
  const record: Record<string, Recorded> = {};
  for (const [name, { slots, units }] of Object.entries(reed)) {
    record[name] = { units: rounded(units), slots: rounded(slots) };
  }
  writeFileSync(FILE, `${JSON.stringify(record, undefined, 2)}\n`);
  return "bench/xs-baseline.json: written";
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
