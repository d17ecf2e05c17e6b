/** `mqtt-packet` as a program: bundled as for a browser, its debug output left out. */

import { createRequire } from "node:module";
import type { Plugin } from "esbuild";
import type { ProgramSource } from "../program.js";

const { version } = createRequire(import.meta.url)("mqtt-packet/package.json") as { version: string };

export const MQTT_PACKET_VERSION = version;

const withoutDebug: Plugin = {
  name: "without-debug",
  setup(build) {
    build.onResolve({ filter: /^debug$/ }, () => ({ path: "debug", namespace: "without-debug" }));
    build.onLoad({ filter: /^debug$/, namespace: "without-debug" }, () => ({
      contents: "const silent = () => {}; silent.enabled = false; module.exports = () => silent;",
    }));
  },
};

export const MQTT_PACKET: ProgramSource = Object.freeze({
  files: Object.freeze(["bench/xs/guest/peers/packet-main.js"]),
  plugins: Object.freeze([withoutDebug]),
  isBare: true,
});
