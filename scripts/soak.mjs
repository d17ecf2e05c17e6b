/**
 * Runs a soak: a door sensor and an alarm for a day of virtual time, or for some minutes against a real mosquitto, under
 * random faults; exits with 1 when anything is lost, or doubled at QoS 2.
 *
 * It is bundled anew each time, since it is checked against the tests' own broker, which is not part of the build.
 */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const outfile = new URL("../build/soak.mjs", import.meta.url);
await build({
  entryPoints: [fileURLToPath(new URL("soak/main.ts", import.meta.url))],
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  outfile: fileURLToPath(outfile),
});
/** @type {typeof import("./soak/main.js")} */
const { main } = await import(outfile.href);
process.exitCode = await main(process.argv.slice(2));
