/** The command `npm run bench`, with sections that measure nothing. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bench } from "../../bench/report/bench.js";
import { readResults } from "../../bench/report/results.js";
import type { Section } from "../../bench/section.js";

let root: string;
let printed: string[];
let complaints: string[];
let recorded: unknown[];
let runs: string[];
let failing: string | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bench-test-"));
  mkdirSync(join(root, "docs", "performance"), { recursive: true });
  mkdirSync(join(root, "bench"));
  const places = ["environment", "a", "b"].map((name) => `<!-- bench:${name} -->\n<!-- /bench:${name} -->\n`);
  writeFileSync(join(root, "docs", "performance.md"), places.join("\n"));
  printed = [];
  complaints = [];
  recorded = [];
  runs = [];
  failing = undefined;
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function section(name: string): Section<{ readonly value: number }> {
  return {
    name,
    title: `measures ${name}`,
    async run(log) {
      if (failing === name) throw new Error("mosquitto is not installed");
      runs.push(name);
      log("half way");
      return { value: runs.length };
    },
    text: ({ value }) => `${name}: ${value}`,
    markdown: ({ value }) => `${name} gave **${value}**.`,
    charts: () => ({ [`${name}.svg`]: `<svg id="${name}"/>\n` }),
  };
}

function run(...args: string[]): Promise<number> {
  return bench(args, {
    root,
    sections: [section("a"), section("b")],
    recorders: { a: { record: (result) => recorded.push(result) } },
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
  });
}

function document(): string {
  return readFileSync(join(root, "docs", "performance.md"), "utf8");
}

it("runs all sections, shows and keeps what they give, and renders it", async () => {
  expect(await run()).toBe(0);
  expect(runs).toEqual(["a", "b"]);
  expect(printed).toEqual(expect.arrayContaining(["\n# a: measures a", "  half way", "a: 1", "b: 2"]));
  expect(readResults(root)).toMatchObject({ a: { result: { value: 1 } }, b: { result: { value: 2 } } });
  expect(document()).toContain("a gave **1**.");
  expect(readFileSync(join(root, "docs", "performance", "b.svg"), "utf8")).toBe('<svg id="b"/>\n');
});

it("runs the sections asked for, in their own order, and leaves the others' figures", async () => {
  await run();
  expect(await run("b")).toBe(0);
  expect(runs).toEqual(["a", "b", "b"]);
  expect(readResults(root)).toMatchObject({ a: { result: { value: 1 } }, b: { result: { value: 3 } } });
  await run("b", "a");
  expect(runs.slice(3)).toEqual(["a", "b"]);
  expect(Object.keys(readResults(root))).toEqual(["a", "b"]);
});

it("says of each when and where it was measured", async () => {
  await run("a");
  const measurement = readResults(root)["a"];
  expect(measurement?.measured).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(measurement?.environment.versions["node"]).toBe(process.versions.node);
  expect(measurement?.environment.machine).toMatch(/^\d+ × /);
});

it("goes on when a section cannot be measured, says why, and fails in the end", async () => {
  failing = "a";
  expect(await run()).toBe(1);
  expect(complaints).toEqual(["a failed: mosquitto is not installed"]);
  expect(runs).toEqual(["b"]);
  expect(document()).toContain("<!-- bench:a -->\n\nNot measured yet.");
  expect(document()).toContain("b gave **1**.");
});

it("refuses unknown sections, and says which there are", async () => {
  expect(await run("a", "latenzy")).toBe(2);
  expect(complaints).toEqual(["bench: unknown section latenzy; there are a, b"]);
  expect(runs).toEqual([]);
});

it("refuses unknown options, and tells the known ones when asked", async () => {
  expect(await run("--quick")).toBe(2);
  expect(complaints[0]).toContain("--quick");
  expect(await run("--help")).toBe(0);
  expect(printed.join("\n")).toContain("Sections: a, b.");
  expect(runs).toEqual([]);
});

it("records the baseline only when told to", async () => {
  await run();
  expect(recorded).toEqual([]);
  await run("--record");
  expect(recorded).toEqual([{ value: 3 }]);
});

it("only renders when told to, and removes charts that are no more", async () => {
  await run();
  const stale = join(root, "docs", "performance", "stale.svg");
  writeFileSync(stale, "");
  writeFileSync(join(root, "bench", "results.json"), "{}");
  expect(await run("--render")).toBe(0);
  expect(runs).toEqual(["a", "b"]);
  expect(existsSync(stale)).toBe(false);
  expect(existsSync(join(root, "docs", "performance", "a.svg"))).toBe(false);
  expect(document()).toContain("Not measured yet.");
});
