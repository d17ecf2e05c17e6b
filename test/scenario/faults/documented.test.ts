/** docs/reliability.md names tests that there are. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const DOCUMENT = new URL("../../../docs/reliability.md", import.meta.url);
const TEXT = readFileSync(DOCUMENT, "utf8");

/** `[file](path): *test*, *test*`. */
const LINK = /\[[a-z-]+\]\((?<path>[^)]+\.test\.ts)\):\s+(?<names>\*[^*]+\*(?:(?:,| and)\s+\*[^*]+\*)*)/g;

const named = [...TEXT.matchAll(LINK)].map(({ groups }) => ({
  path: groups?.["path"] ?? "",
  names: [...(groups?.["names"] ?? "").matchAll(/\*([^*]+)\*/g)].map(([, name]) => name ?? ""),
}));

describe("docs/reliability.md", () => {
  test("names a test in every row of its tables of faults and loads", () => {
    const rows = TEXT.split("\n").filter((line) => line.startsWith("| ") && line.split("|").length === 5);
    const bodies = rows.filter((row) => !row.startsWith("| fault |") && !row.startsWith("| load |"));
    expect(bodies.length).toBeGreaterThan(35);
    expect(bodies.filter((row) => row.search(LINK) < 0)).toEqual([]);
  });

  test("names no test that is not there", () => {
    const missing = named.flatMap(({ path, names }) => {
      const file = new URL(path, DOCUMENT);
      if (!existsSync(file)) return [path];
      const source = readFileSync(file, "utf8");
      return names.filter((name) => !source.includes(name)).map((name) => `${path}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  test("links to nothing but tests by a name", () => {
    const links = TEXT.match(/\]\([^)]+\.test\.ts\)/g) ?? [];
    expect(links).toHaveLength(named.length);
  });
});
