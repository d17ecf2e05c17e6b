/**
 * Measures the firmware's memory on XS and writes docs/footprint.md; with --record it also takes the figures into
 * scripts/footprint-budget.json, from which the tests allow 5 % more.
 *
 * It runs the compiled firmware, since Node 20 does not run TypeScript: `npm run footprint` builds first.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { renderFootprint } from "./footprint/markdown.mjs";

/** The compiled modules have no types; they are those of the sources. */
const compiled = new URL("../dist/host-sim/xs/", import.meta.url);
/** @type {typeof import("../host-sim/xs/footprint/measure.js")} */
const { measureFootprint } = await import(new URL("footprint/measure.js", compiled).href);
/** @type {typeof import("../host-sim/xs/footprint/budget.js")} */
const { compareWithBudget, recordOf } = await import(new URL("footprint/budget.js", compiled).href);

const document = new URL("../docs/footprint.md", import.meta.url);
const record = new URL("footprint-budget.json", import.meta.url);

try {
  const footprint = await measureFootprint();
  if (process.argv.includes("--record")) {
    writeFileSync(record, `${JSON.stringify(recordOf(footprint), undefined, 2)}\n`);
    console.log("scripts/footprint-budget.json: written");
  }
  const problems = compareWithBudget(footprint, JSON.parse(readFileSync(record, "utf8")));
  writeFileSync(document, renderFootprint(footprint));
  console.log("docs/footprint.md: written");
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`footprint: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
