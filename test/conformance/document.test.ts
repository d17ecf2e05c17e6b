/** `docs/conformance.md` and the tests lead to each other, for every statement that binds a client. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CLIENT_STATEMENTS, STATEMENTS } from "./statements.js";

const ROOT = resolve(import.meta.dirname, "../..");
const DOCUMENT = readFileSync(join(ROOT, "docs/conformance.md"), "utf8");

const STATEMENT = /MQTT-\d+(?:\.\d+){2}-\d+/g;
/** A table row: the statement, what it demands, the tests. */
const ROW = /^\| (MQTT-\S+) \| ([^|]+) \| (.+) \|$/gm;
const LINK = /\[[^\]]*\]\(\.\.\/([^)]+)\): `([^`]+)`/g;
/** The titles of suites and tests that run: of `test("…")`, `test(`…`)` and `test.each(…)("…")`. */
const TITLE = /(?:\b(describe|test|test\.fails)\(|\]\)\()\s*(["'`])((?:(?!\2)[^\\]|\\.)*)\2/g;
/** What stands for something else in a title: `${…}` of a template, `%s` of a table. */
const VARIABLE = /\$\{[^}]*\}|%[sdij]/;

interface Link {
  readonly statement: string;
  readonly path: string;
  /** As it is run; `…` may stand for what varies. */
  readonly title: string;
}

interface Title {
  readonly kind: "describe" | "test" | "test.fails";
  readonly text: string;
  readonly index: number;
}

function linksIn(text: string, statement = ""): readonly Link[] {
  return [...text.matchAll(LINK)].map(([, path = "", title = ""]) => ({ statement, path, title }));
}

const ROWS = [...DOCUMENT.matchAll(ROW)].map(([, statement = "", demand = "", tests = ""]) => ({
  statement,
  demand,
  links: linksIn(tests, statement),
}));
const LINKS = ROWS.flatMap(({ links }) => links);

const sources = new Map<string, string>();

function sourceOf(path: string): string {
  const source = sources.get(path) ?? readFileSync(join(ROOT, path), "utf8");
  sources.set(path, source);
  return source;
}

function titlesOf(path: string): readonly Title[] {
  return [...sourceOf(path).matchAll(TITLE)].map(({ 1: kind = "test", 3: text = "", index }) => ({
    kind: kind as Title["kind"],
    text: text.replaceAll(/\\(.)/g, "$1"),
    index,
  }));
}

/** Whether a test of this title can run under the name; what varies must be in the source too, if it is a text. */
function isTitleOf({ text }: Title, name: string, source: string): boolean {
  const parts = text.split(VARIABLE).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = new RegExp(`^${parts.join("(.+?)")}$`).exec(name);
  if (found === null) return false;
  return found
    .slice(1)
    .every((value) => value === "…" || /^\d+$/.test(value) || source.includes(`"${value}"`));
}

function testOf({ path, title }: Link): Title | undefined {
  const source = sourceOf(path);
  return titlesOf(path).find((one) => one.kind !== "describe" && isTitleOf(one, title, source));
}

/** What a reader of a test sees at once: its name, the suite's, and the comment right above it. */
function surroundingsOf({ path, title }: Link, { index }: Title): string {
  const suite = titlesOf(path).findLast((one) => one.kind === "describe" && one.index < index);
  const before = sourceOf(path).slice(0, index).split("\n").slice(0, -1);
  const comment = before.slice(before.findLastIndex((line) => !/^\s*(\/\/|\/\*\*|\*)/.test(line)) + 1);
  return [title, suite?.text, ...comment].join("\n");
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : path.endsWith(".ts") ? [path] : [];
  });
}

const CONFORMANCE_TESTS = filesBelow("test/conformance").filter((path) => path.endsWith(".test.ts"));

function isLinked(statement: string, path: string, { index }: Title): boolean {
  return LINKS.some(
    (link) => link.statement === statement && link.path === path && testOf(link)?.index === index,
  );
}

describe("docs/conformance.md", () => {
  test("has each statement that binds a client once, in order, with what it demands and a test at least", () => {
    expect(ROWS.map(({ statement }) => statement)).toEqual(CLIENT_STATEMENTS);
    expect(new Set(CLIENT_STATEMENTS).size).toBe(72);
    for (const { statement, demand, links } of ROWS) {
      expect(demand.length, statement).toBeGreaterThan(20);
      expect(links.length, statement).toBeGreaterThan(0);
    }
  });

  test("has no link in a table that the check below cannot read", () => {
    const rows = DOCUMENT.split("\n").filter((line) => line.startsWith("| MQTT-"));
    expect(rows).toHaveLength(ROWS.length);
    const count = rows.reduce((sum, row) => sum + row.split("](../").length - 1, 0);
    expect(LINKS).toHaveLength(count);
  });

  test("links to tests that are there, and run", () => {
    const missing = LINKS.filter((link) => testOf(link) === undefined);
    expect(missing.map(({ statement, path, title }) => `${statement}: ${path}: ${title}`)).toEqual([]);
    const left = LINKS.filter(({ path }) => /\.(skip|skipIf|runIf|only|todo)\(/.test(sourceOf(path)));
    expect(left.map(({ path }) => path)).toEqual([]);
  });

  test("links to tests that name the statement, in their name, their suite's or the comment above", () => {
    const silent = LINKS.filter((link) => {
      const found = testOf(link);
      return found !== undefined && !surroundingsOf(link, found).includes(`[${link.statement}]`);
    });
    expect(silent.map(({ statement, path, title }) => `${statement}: ${path}: ${title}`)).toEqual([]);
  });

  test("says which statements are not kept to the last, with the tests that show it, all of which fail", () => {
    const gaps = CONFORMANCE_TESTS.flatMap((path) =>
      titlesOf(path).flatMap(({ kind, text }) => (kind === "test.fails" ? [text] : [])),
    );
    const [, section = ""] = DOCUMENT.split("\n## Known gaps\n");
    expect(linksIn(section).map((link) => testOf(link)?.text)).toEqual([...new Set(gaps)]);
    const unmet = ROWS.filter(({ links }) => links.every((link) => testOf(link)?.kind === "test.fails"));
    expect(DOCUMENT).toContain(`**${CLIENT_STATEMENTS.length - unmet.length} of the 72 are shown**`);
    for (const { statement } of unmet) expect(section).toContain(statement);
  });
});

describe("the tests", () => {
  test("in test/conformance are linked from every statement they name", () => {
    const unlinked = CONFORMANCE_TESTS.flatMap((path) =>
      titlesOf(path)
        .filter(({ kind }) => kind === "test")
        .flatMap((title) =>
          (title.text.match(STATEMENT) ?? [])
            .filter((id) => !isLinked(id, path, title))
            .map((id) => `${id}: ${path}: ${title.text}`),
        ),
    );
    expect(unlinked).toEqual([]);
  });

  test("name no statement that the specification does not have, and none of a client that the document does not have", () => {
    const binding = new Set(CLIENT_STATEMENTS);
    const shown = ROWS.map(({ statement }) => statement);
    const known = new Set([...STATEMENTS.filter((id) => !binding.has(id)), ...shown]);
    const unknown = filesBelow("test").flatMap((path) =>
      (readFileSync(join(ROOT, path), "utf8").match(STATEMENT) ?? [])
        .filter((id) => !known.has(id))
        .map((id) => `${id}: ${path}`),
    );
    expect(unknown).toEqual([]);
  });
});
