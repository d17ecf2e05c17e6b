/** bench/results.json: what was measured, where and when, for each section on its own, since each can run alone. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.js";

export interface Measurement {
  /** The day, as 2026-11-21. */
  readonly measured: string;
  readonly environment: Environment;
  /** The section's own. */
  readonly result: unknown;
}

/** By section. */
export type Results = Readonly<Record<string, Measurement>>;

function resultsPath(root: string): string {
  return join(root, "bench", "results.json");
}

/**
 * Nothing when there is no such file.
 * @param root of the repository
 */
export function readResults(root: string): Results {
  let text: string;
  try {
    text = readFileSync(resultsPath(root), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  return JSON.parse(text) as Results;
}

export function writeResults(root: string, results: Results): void {
  writeFileSync(resultsPath(root), `${JSON.stringify(results, undefined, 2)}\n`);
}
