/** `mqtt-packet` as a program: bundled as for a browser, its debug output left out. */

import { createRequire } from "node:module";
import type { Plugin } from "esbuild";
import type { ProgramSource } from "../program.js";

const { version } = createRequire(import.meta.url)("mqtt-packet/package.json") as { version: string };

export const MQTT_PACKET_VERSION = version;

const asForBrowsers: Plugin = {
  name: "as-for-browsers",
  setup(build) {
    // The package of that name.
    build.onResolve({ filter: /^node:buffer$/ }, ({ kind, resolveDir }) =>
      build.resolve("buffer", { kind, resolveDir }),
    );
    build.onResolve({ filter: /^debug$/ }, () => ({ path: "debug", namespace: "no-debug" }));
    build.onLoad({ filter: /^debug$/, namespace: "no-debug" }, () => ({
      contents: "const silent = () => {}; silent.enabled = false; module.exports = () => silent;",
    }));
  },
};

export const MQTT_PACKET: ProgramSource = Object.freeze({
  files: Object.freeze(["bench/xs/guest/peers/packet-main.js"]),
  plugins: Object.freeze([asForBrowsers]),
  isBare: true,
});
