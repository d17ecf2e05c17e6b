/** docs/performance.md: hand-written text with generated parts between markers. */

import type { Results } from "./results.js";
import { markdownTable } from "./table.js";

/** Where the table of what was measured when and where stands. */
export const ENVIRONMENT_PART = "environment";

/**
 * The document with the given parts, by name, each between its `<!-- bench:name -->` and `<!-- /bench:name -->`. Throws
 * an `Error` when it has no place for one.
 */
export function withParts(document: string, parts: Readonly<Record<string, string>>): string {
  let text = document;
  for (const [name, markdown] of Object.entries(parts)) {
    const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0)
      throw new Error(`docs/performance.md has no place for ${name}: ${start} … ${end}`);
    text = `${text.slice(0, from)}${start}\n\n${markdown.trim()}\n\n${text.slice(to)}`;
  }
  return text;
}

/** When and where each section was measured, in the given order. */
export function environmentTable(results: Results, names: readonly string[]): string {
  const rows = names.flatMap((name) => {
    const measurement = results[name];
    if (measurement === undefined) return [];
    const { measured, environment } = measurement;
    const versions = Object.entries(environment.versions).map(([what, version]) => `${what} ${version}`);
    return [[name, measured, environment.commit ?? "", environment.machine, versions.join(", ")]];
  });
  return rows.length === 0
    ? NOT_MEASURED
    : markdownTable(["section", "measured", "commit", "machine", "versions"], rows).replace(
        /^\|---.*$/m,
        "|---|---|---|---|---|",
      );
}

export const NOT_MEASURED = "Not measured yet.";
