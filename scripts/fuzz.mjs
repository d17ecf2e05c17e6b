/**
 * Runs the fuzzers for longer: `node scripts/fuzz.mjs --inputs 5000000`, from `--seed 1` on. One file after the other,
 * each with as many more runs as it takes for all together to come to that many inputs, which are counted.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Files with seeded fuzzers, all of which use `REED_FUZZ_RUNS`. */
const FILES = [
  "test/fuzz/stream.test.ts",
  "test/fuzz/connection.test.ts",
  "test/fuzz/journal.test.ts",
  "test/fuzz/config.test.ts",
  "test/fuzz/chain.test.ts",
  "test/transport/node/websocket-fuzz.test.ts",
  "test/transport/node/socks5-fuzz.test.ts",
  "test/transport/node/tls-fuzz.test.ts",
  "test/transport/node/layers-random.test.ts",
];

/** Inputs of all of them together, for one run: the shares in test/fuzz/support/targets.ts, and the transports' own. */
const INPUTS_PER_RUN = 81;

const { values } = parseArgs({
  options: { inputs: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const runs = Math.ceil(Number(values.inputs) / INPUTS_PER_RUN);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(Number(values.seed))) {
  console.error("usage: node scripts/fuzz.mjs [--inputs 1000000] [--seed 1]");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "reed-fuzz-"));
const report = join(folder, "inputs");
const env = {
  ...process.env,
  REED_FUZZ_RUNS: `${runs}`,
  REED_FUZZ_SEED: values.seed,
  REED_FUZZ_REPORT: report,
};
let total = 0;
const failed = [];
for (const file of FILES) {
  writeFileSync(report, "");
  const start = Date.now();
  const { status } = spawnSync("npx", ["vitest", "run", file], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) failed.push(file);
  const lines = readFileSync(report, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const inputs = lines.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
  total += inputs;
  console.log(`${file}: ${inputs} inputs in ${Math.round((Date.now() - start) / 1000)} s`);
}
rmSync(folder, { recursive: true });
console.log(
  `${total} inputs on Node ${process.version}, ${failed.length === 0 ? "none failed" : `failed: ${failed.join(", ")}`}`,
);
process.exit(failed.length === 0 ? 0 : 1);
