/** Moddable's ECMA-419 MQTT client as a program: bundled from a local SDK, of which nothing is copied. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { moduleFile } from "../../../host-sim/xs/bundle.js";
import type { ProgramSource } from "../program.js";

const CLIENT = "examples/io/tcp/mqttclient/mqttclient.js";

/** The program, or why it is not there. */
export function moddableProgram(sdk: string | undefined): ProgramSource | { readonly missing: string } {
  if (sdk === undefined || sdk === "") return { missing: "MODDABLE is not set" };
  const client = join(sdk, CLIENT);
  if (!existsSync(client)) return { missing: `there is no ${client}` };
  const modules: Readonly<Record<string, string>> = {
    "moddable-mqtt-client": client,
    timer: moduleFile("bench/xs/guest/peers/moddable-timer.js"),
    time: moduleFile("bench/xs/guest/peers/moddable-time.js"),
  };
  const plugin: Plugin = {
    name: "moddable",
    setup(build) {
      build.onResolve({ filter: /^(moddable-mqtt-client|timer|time)$/ }, ({ path }) => ({
        path: modules[path] as string,
      }));
    },
  };
  return { files: ["bench/xs/guest/peers/moddable-main.js"], plugins: [plugin], isBare: true };
}
