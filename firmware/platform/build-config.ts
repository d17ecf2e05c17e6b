/**
 * What was set when the firmware was built: `mc/config`, of which nothing is known, as layers of the device's config.
 *
 * | in `mc/config`       | from                                              | meaning                             |
 * |----------------------|---------------------------------------------------|-------------------------------------|
 * | `reed`               | `config` of a manifest                            | an object, as in a config file      |
 * | `ssid`, `password`   | `mcconfig … ssid=… password=…`, Moddable's custom | `wifi.sta.ssid` and `wifi.sta.pass` |
 * | `device`             | `mcconfig … device="$(cat device.json)"`          | the text of a config file           |
 */

import type { Layer } from "../../src/config/read-layer.js";

export interface BuildConfig {
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** The text of a config file, which is for the device's store. */
  readonly deviceText: string | undefined;
}

export function readBuildConfig(config: unknown): BuildConfig {
  const { reed, ssid, password, device } = (config ?? {}) as Readonly<Record<string, unknown>>;
  const layers: Layer[] = [];
  if (reed !== undefined) layers.push({ name: "manifest", values: reed });
  if (typeof ssid === "string" && ssid !== "") {
    const pass = typeof password === "string" ? password : "";
    layers.push({ name: "ssid and password", values: { wifi: { sta: { ssid, pass } } } });
  }
  return { layers, deviceText: typeof device === "string" && device !== "" ? device : undefined };
}
