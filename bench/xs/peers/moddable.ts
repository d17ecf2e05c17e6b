/** Moddable's ECMA-419 MQTT client as a program: bundled from a local SDK, of which nothing is copied. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { moduleFile } from "../../../host-sim/xs/bundle.js";
import type { ProgramSource } from "../program.js";
import { REPOSITORY } from "../repository.js";

const CLIENT = "examples/io/tcp/mqttclient/mqttclient.js";

/** The program and the SDK's version, or why they are not there. */
export function moddableProgram(
  sdk: string | undefined,
): (ProgramSource & { readonly version: string }) | { readonly missing: string } {
  if (sdk === undefined || sdk === "") return { missing: "MODDABLE is not set" };
  const client = join(sdk, CLIENT);
  if (!existsSync(client)) return { missing: `there is no ${client}` };
  const platform = JSON.stringify(moduleFile("bench/xs/guest/peers/moddable-platform.js", REPOSITORY));
  const modules: Readonly<Record<string, string>> = {
    "moddable-mqtt-client": `export { default as ModdableClient } from ${JSON.stringify(client)};`,
    timer: `export { timers as default } from ${platform};`,
    time: `export { time as default } from ${platform};`,
  };
  const plugin: Plugin = {
    name: "moddable",
    setup(build) {
      build.onResolve({ filter: /^(moddable-mqtt-client|timer|time)$/ }, ({ path }) => ({
        path,
        namespace: "moddable",
      }));
      build.onLoad({ filter: /./, namespace: "moddable" }, ({ path }) => ({
        contents: modules[path] as string,
        resolveDir: sdk,
      }));
    },
  };
  const version = readFileSync(join(sdk, "tools/VERSION"), "utf8").trim();
  return { version, files: ["bench/xs/guest/peers/moddable-main.js"], plugins: [plugin], isBare: true };
}
