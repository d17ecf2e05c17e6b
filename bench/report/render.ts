/** What is made of bench/results.json: the generated parts of docs/performance.md, and the charts it shows. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Section } from "../section.js";
import { ENVIRONMENT_PART, environmentTable, NOT_MEASURED, withParts } from "./document.js";
import type { Results } from "./results.js";
import { readResults } from "./results.js";

export interface Rendered {
  /** docs/performance.md. */
  readonly document: string;
  /** Files in docs/performance, by name. */
  readonly charts: Readonly<Record<string, string>>;
}

/**
 * @param document as it is, with the parts of an earlier time
 * @throws Error when it lacks a part, or two sections have a chart of one name
 */
export function render(document: string, results: Results, sections: readonly Section<unknown>[]): Rendered {
  const names = sections.map(({ name }) => name);
  const parts: Record<string, string> = { [ENVIRONMENT_PART]: environmentTable(results, names) };
  const charts: Record<string, string> = {};
  for (const section of sections) {
    const measurement = results[section.name];
    parts[section.name] = measurement === undefined ? NOT_MEASURED : section.markdown(measurement.result);
    const own = measurement === undefined ? {} : section.charts(measurement.result);
    for (const [file, chart] of Object.entries(own)) {
      if (charts[file] !== undefined) throw new Error(`two charts are called ${file}`);
      charts[file] = chart;
    }
  }
  return { document: withParts(document, parts), charts };
}

/**
 * Writes both, and removes charts that are no more.
 * @param root of the repository
 */
export function renderFiles(root: string, sections: readonly Section<unknown>[]): void {
  const path = join(root, "docs", "performance.md");
  const folder = join(root, "docs", "performance");
  const { document, charts } = render(readFileSync(path, "utf8"), readResults(root), sections);
  writeFileSync(path, document);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) {
    if (file.endsWith(".svg") && charts[file] === undefined) rmSync(join(folder, file));
  }
  for (const [file, chart] of Object.entries(charts)) writeFileSync(join(folder, file), chart);
}
