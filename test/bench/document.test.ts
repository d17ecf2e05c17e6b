/** docs/performance.md and its charts: what is rendered from results, here and in the repository. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { environmentTable, withParts } from "../../bench/report/document.js";
import { render } from "../../bench/report/render.js";
import type { Measurement } from "../../bench/report/results.js";
import { readResults } from "../../bench/report/results.js";
import { SECTIONS } from "../../bench/report/sections.js";
import type { Section } from "../../bench/section.js";
import { checkWellFormed } from "./support/well-formed.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EMPTY =
  "Mine.\n\n<!-- bench:environment -->\n<!-- /bench:environment -->\n\n<!-- bench:a -->\nold\n<!-- /bench:a -->\n\nMine too.\n";

const MEASURED: Measurement = {
  measured: "2026-11-21",
  environment: { machine: "2 × some processor", versions: { node: "20.0.0", mqtt: "5.0.0" }, commit: "abc" },
  result: 7,
};

function section(name: string, charts: Readonly<Record<string, string>> = {}): Section<unknown> {
  return {
    name,
    title: "",
    run: async () => 0,
    text: (result) => `${result}`,
    markdown: (result) => `It took ${result}.\n`,
    charts: () => charts,
  };
}

describe("a document", () => {
  it("gets its generated parts, and keeps what is written by hand", () => {
    expect(withParts(EMPTY, { a: "new" })).toBe(EMPTY.replace("\nold\n", "\n\nnew\n\n"));
  });

  it("stays as it is when the same parts are put in again", () => {
    const once = withParts(EMPTY, { a: "new", environment: "here" });
    expect(withParts(once, { a: "new", environment: "here" })).toBe(once);
  });

  it("must have a place for each part", () => {
    expect(() => withParts(EMPTY, { b: "" })).toThrow("docs/performance.md has no place for b");
    expect(() => withParts("<!-- /bench:b --> <!-- bench:b -->", { b: "" })).toThrow("no place for b");
  });

  it("says of each section when and where it was measured, and with what", () => {
    expect(environmentTable({ a: MEASURED }, ["a", "b"])).toContain(
      "| a | 2026-11-21 | abc | 2 × some processor | node 20.0.0, mqtt 5.0.0 |",
    );
    expect(environmentTable({}, ["a"])).toBe("Not measured yet.");
  });

  it("has what sections make of their results, and says where there is none", () => {
    const { document, charts } = render(EMPTY, { a: MEASURED }, [section("a", { "a-rate.svg": "<svg/>" })]);
    expect(document).toContain("<!-- bench:a -->\n\nIt took 7.\n\n<!-- /bench:a -->");
    expect(charts).toEqual({ "a-rate.svg": "<svg/>" });
    expect(render(EMPTY, {}, [section("a")]).document).toContain("Not measured yet.");
  });

  it("has no two charts of one name", () => {
    const document = EMPTY.replaceAll("environment", "b") + EMPTY;
    const sections = [section("a", { "x.svg": "" }), section("b", { "x.svg": "" })];
    expect(() => render(document, { a: MEASURED, b: MEASURED }, sections)).toThrow(
      "two charts are called x.svg",
    );
  });
});

describe("in the repository", () => {
  const text = readFileSync(join(ROOT, "docs", "performance.md"), "utf8");
  const folder = join(ROOT, "docs", "performance");
  const rendered = render(text, readResults(ROOT), SECTIONS);

  it("docs/performance.md is what bench/results.json gives: npm run bench -- --render", () => {
    expect(rendered.document).toBe(text);
  });

  it("and so are the charts in docs/performance, which are well-formed", () => {
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".svg")) : [];
    expect(files.sort()).toEqual(Object.keys(rendered.charts).sort());
    for (const file of files) {
      const chart = readFileSync(join(folder, file), "utf8");
      expect(chart, file).toBe(rendered.charts[file]);
      checkWellFormed(chart);
    }
  });

  it("every chart is shown, and every chart that is shown is there", () => {
    const shown = [...text.matchAll(/\(performance\/([^)]+)\)/g)].map((match) => match[1]);
    expect([...new Set(shown)].sort()).toEqual(Object.keys(rendered.charts).sort());
  });

  it("no result is of a section that is no more", () => {
    const names = SECTIONS.map(({ name }) => name);
    expect(Object.keys(readResults(ROOT)).filter((name) => !names.includes(name))).toEqual([]);
  });
});
