/** A config file and `--set` options as layers of a config. */

import { readFileSync } from "node:fs";
import { parseAssignments } from "../../src/config/path.js";
import type { Layer } from "../../src/config/read-layer.js";
import { BAD_USAGE, CommandError } from "./exit.js";

/**
 * The layers that `file`, if there is one, and `assignments` (each `key=value`) make.
 * @throws CommandError when the file cannot be read
 * @throws ConfigError when an assignment is malformed
 */
export function readConfigLayers(file: string | undefined, assignments: readonly string[]): Layer[] {
  const layers: Layer[] = [];
  if (file !== undefined) {
    try {
      layers.push({ name: file, text: readFileSync(file, "utf8") });
    } catch (error) {
      throw new CommandError(`cannot read the config file: ${(error as Error).message}`, BAD_USAGE);
    }
  }
  if (assignments.length > 0) layers.push({ name: "--set", values: parseAssignments(assignments) });
  return layers;
}
