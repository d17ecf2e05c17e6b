/** `npm run bench`: the benchmarks; docs/performance.md says what each measures. */

import { fileURLToPath } from "node:url";
import { bench } from "./report/bench.js";
import { RECORDERS, SECTIONS } from "./report/sections.js";

process.exitCode = await bench(process.argv.slice(2), {
  // From dist/bench, where it runs.
  root: fileURLToPath(new URL("../../", import.meta.url)),
  sections: SECTIONS,
  recorders: RECORDERS,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
