/**
 * What Reed costs on XS, at once, for whoever changes it: `node dist/bench/xs/quick.js`, or with a part of the name of
 * what is wanted.
 */

import { textTable } from "../report/table.js";
import { meter } from "./meter.js";
import { BenchBundle, REED, REED_WITH_LINES } from "./program.js";
import { SUITE } from "./suite.js";

const [wanted = ""] = process.argv.slice(2);
const bundle = await BenchBundle.make(REED);
const bundleWithLines = await BenchBundle.make(REED_WITH_LINES);
const rows: (string | number)[][] = [];
for (const { name, work } of SUITE) {
  if (!name.includes(wanted)) continue;
  const { chunkBytes, harness, slots, units, writes } = await meter(bundle, work, true);
  const withLines = await meter(bundleWithLines, work, false);
  rows.push([name, units, withLines.units, slots, chunkBytes ?? "", writes, harness]);
}
console.log(
  textTable(
    [
      "per message, without the harness",
      "units",
      "with line marks",
      "slots",
      "chunk bytes",
      "writes",
      "harness",
    ],
    rows,
  ),
);
