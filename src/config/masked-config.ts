/** The effective config for printing: as it is, but for the secrets. */

import type { Group } from "./key.js";
import { masked } from "./mask.js";
import type { Values } from "./read-layer.js";
import type { Config } from "./schema.js";
import { SCHEMA } from "./schema.js";

/** A copy of `config` with passwords and keys, those in a `server` URI included, as "********". */
export function maskedConfig(config: Config): Config {
  return maskGroup(SCHEMA, config) as unknown as Config;
}

function maskGroup(section: Group, values: Values): Values {
  const copy: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(section.keys)) {
    const value = values[name];
    if (node.type === "group") copy[name] = maskGroup(node, value as Values);
    else copy[name] = node.type === "string" ? masked(node, value as string) : value;
  }
  return copy;
}
