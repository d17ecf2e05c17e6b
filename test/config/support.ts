/** Short forms for the config tests. */

import { loadConfig, parseConfig } from "../../src/config/load.js";
import type { Problem } from "../../src/config/problem.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Layer } from "../../src/config/read-layer.js";

/** The problems that `action` throws; none when it returns. Anything but a `ConfigError` goes on. */
export function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** The problems of a config text. */
export function problemsIn(text: string): readonly Problem[] {
  return problemsOf(() => parseConfig(text));
}

/** The problems of a config given as an object. */
export function problemsWith(values: unknown): readonly Problem[] {
  return problemsOf(() => loadConfig([{ values }]));
}

/** The message of the `ConfigError` that `layers` give; empty when they are fine. */
export function messageOf(...layers: readonly Layer[]): string {
  try {
    loadConfig(layers);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

/** `mqtt.keep_alive` and `60` as `{ mqtt: { keep_alive: 60 } }`. */
export function nested(path: string, value: unknown): object {
  const [name = "", ...rest] = path.split(".");
  return { [name]: rest.length === 0 ? value : nested(rest.join("."), value) };
}
