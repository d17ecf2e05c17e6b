/**
 * What was set when the firmware was built: `mc/config`, of which nothing is known, as layers of the device's config.
 *
 * | in `mc/config`       | from                                              | meaning                             |
 * |----------------------|---------------------------------------------------|-------------------------------------|
 * | `reed`               | `config` of a manifest                            | an object, as in a config file      |
 * | `ssid`, `password`   | `mcconfig … ssid=… password=…`, Moddable's custom | `wifi.sta.ssid` and `wifi.sta.pass` |
 * | `device`             | `mcconfig … device="$(cat device.json)"`          | the text of a config file           |
 * | `files`              | `config` of a manifest, or `mcconfig … files=…`   | an object from names to the texts of files, or the JSON text of one |
 * | `buildDate`          | `manifest.json`, or `mcconfig … buildDate=…`      | the day of the release or of the build, such as 2026-11-21 |
 */

import type { Layer } from "../../src/config/read-layer.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";

export interface BuildConfig {
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** The text of a config file, which is for the device's store. */
  readonly deviceText: string | undefined;
  /** In JSON, not checked: an object from names to the texts of files, which are for the device's file store. */
  readonly filesText: string | undefined;
  /** No time before this one is credible, in ms since 1970: when the firmware was built, or a while before. */
  readonly earliest: Milliseconds;
}

/** 2026-01-01: no firmware is older, whatever it says. */
const OLDEST_BUILD: Milliseconds = 1_767_225_600_000;

export function readBuildConfig(config: unknown): BuildConfig {
  const values = (config ?? {}) as Readonly<Record<string, unknown>>;
  const { reed, ssid, password, device, files, buildDate } = values;
  const layers: Layer[] = [];
  if (reed !== undefined) layers.push({ name: "manifest", values: reed });
  if (typeof ssid === "string" && ssid !== "") {
    const pass = typeof password === "string" ? password : "";
    layers.push({ name: "ssid and password", values: { wifi: { sta: { ssid, pass } } } });
  }
  return {
    layers,
    deviceText: textOf(device),
    filesText: textOf(typeof files === "object" ? JSON.stringify(files ?? "") : files),
    earliest: dateOf(buildDate),
  };
}

/** Undefined for what is no text, or empty. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function dateOf(value: unknown): Milliseconds {
  const time = typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  return time > OLDEST_BUILD ? time : OLDEST_BUILD;
}
