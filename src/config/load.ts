/** From texts and values to a whole, valid config: layers over the defaults, all problems at once. */

import { crossCheck } from "./cross-checks.js";
import type { Group } from "./key.js";
import type { Layer, ReadLayer, Values } from "./read-layer.js";
import { readLayer } from "./read-layer.js";
import type { Location } from "./report.js";
import { Report } from "./report.js";
import type { Config } from "./schema.js";
import { SCHEMA } from "./schema.js";

/**
 * The config that `text` (JSON, comments allowed) makes of the defaults.
 * @param name what problems call the text, such as its file's name
 * @throws ConfigError with everything that is wrong
 */
export function parseConfig(text: string, name?: string): Config {
  return loadConfig([name === undefined ? { text } : { name, text }]);
}

/**
 * The config that `layers` make of the defaults; in each key the last layer that has it wins, lists as a whole.
 * The result is deep-frozen.
 * @throws ConfigError with everything that is wrong in any layer, and in the whole
 */
export function loadConfig(layers: readonly Layer[] = []): Config {
  const readLayers: ReadLayer[] = [];
  const report = new Report((path) => locationOf(readLayers, path));
  for (const layer of layers) readLayers.push(readLayer(layer, report));
  const config = merge(
    SCHEMA,
    readLayers.map(({ values }) => values),
  ) as unknown as Config;
  // With a layer missing, what it says may be just what the others lack.
  if (readLayers.every(({ isReadable }) => isReadable)) crossCheck(config, report);
  report.throwIfAny();
  return config;
}

function merge(section: Group, layers: readonly Values[]): Values {
  const merged: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(section.keys)) {
    const given = layers.filter((layer) => Object.hasOwn(layer, name)).map((layer) => layer[name]);
    if (node.type === "group") merged[name] = merge(node, given as Values[]);
    else if (given.length === 0) merged[name] = node.default;
    else
      merged[name] = node.type === "strings" ? Object.freeze([...(given.at(-1) as string[])]) : given.at(-1);
  }
  return Object.freeze(merged);
}

/** The last layer that has a value at `path`, and its place there. */
function locationOf(layers: readonly ReadLayer[], path: string): Location {
  for (const layer of [...layers].reverse()) {
    let value: unknown = layer.values;
    for (const name of path.split(".")) {
      value = typeof value === "object" && value !== null ? (value as Values)[name] : undefined;
    }
    if (value === undefined) continue;
    const place = layer.places.get(path);
    return {
      ...(layer.source === undefined ? {} : { source: layer.source }),
      ...(place === undefined ? {} : { place }),
    };
  }
  return {};
}
