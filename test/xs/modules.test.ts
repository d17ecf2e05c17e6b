/** Every module of the device, loaded on XS and frozen as preload does; and proof that a fault would show. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CODE_ROOT } from "../../host-sim/xs/bundle.js";
import { startXs } from "../../host-sim/xs/engine.js";
import { describeOnXs } from "./support/engine-there.js";

const FOLDERS = ["src", "firmware/apps"];

function modulesOf(folder: string): string[] {
  return readdirSync(join(CODE_ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
}

/** Loads `files`, by their paths from `root`; each alone if there is one. */
async function load(files: readonly string[], root: string = CODE_ROOT): Promise<void> {
  const worker = await startXs({ files: files.map((file) => join(root, file)), root });
  worker.kill();
}

/** A module of the device that has `source` in it, or several by their names. */
async function loadSource(source: string | Readonly<Record<string, string>>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "reed-modules-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const modules = typeof source === "string" ? { "src/module.ts": source } : source;
  for (const [name, text] of Object.entries(modules)) {
    mkdirSync(join(root, dirname(name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  await load(Object.keys(modules), root);
}

await describeOnXs("the device's modules on XS", async () => {
  const modules = FOLDERS.flatMap(modulesOf);

  test("there are modules, those of subfolders too", () => {
    expect(modules.length).toBeGreaterThan(60);
    expect(modules).toContain("src/transport/crypto/crypto.ts");
  });

  test("all load together, frozen", () => load(modules));

  test.each(modules)("%s loads, frozen", (file) => load([file]));

  test.each([
    [
      "a map that is filled later",
      "export const seen = new Map<string, number>(); seen.clear(); use(); function use() { seen.set('a', 1); }",
      "",
    ],
    [
      "a set that is read",
      "export const words = new Set(['a']); export const has = (word: string) => words.has(word);",
      "",
    ],
    [
      "a frozen table",
      "const table = Object.freeze([Object.freeze({ a: 1 })]); export const a = table[0]?.a;",
      "",
    ],
    [
      "a regular expression",
      "const word = /^[a-z]+$/; export const isWord = (text: string) => word.test(text);",
      "",
    ],
    ["a variable", "export let count = 0;", '"let count" at module level'],
    [
      "a variable that is not exported",
      "let last = 0; export const next = () => ++last;",
      '"let last" at module level',
    ],
    [
      "a table that is not frozen",
      "const table = { a: 1 }; export const a = table.a;",
      "src/module.ts: table is not frozen",
    ],
    [
      "a table that is not frozen inside",
      "export const table = Object.freeze({ a: [1] });",
      "table.a is not frozen",
    ],
    ["a static field that is not frozen", "export class A { static list = [1]; }", "A.list is not frozen"],
    [
      "a scratch buffer",
      "const scratch = new Uint8Array(4); export const size = scratch.length;",
      "scratch is a buffer",
    ],
    ["a global that only Node has", "export const timer = setTimeout(() => {}, 1);", "setTimeout"],
    ["a global that only the worker has", "export const encoder = new TextEncoder();", "TextEncoder"],
    ["the console", "console.log('hello');", "console"],
    [
      "a patched built-in",
      "(Array.prototype as any).last = function () { return this.at(-1); };",
      "TypeError",
    ],
    ["a Node module", "import { join } from 'node:path'; export const path = join('a', 'b');", "node:path"],
  ])("%s: %j", async (_what, source, failure) => {
    if (failure === "") await loadSource(source);
    else await expect(loadSource(source)).rejects.toThrow(failure);
  });

  test.each([
    [
      "a map of another module",
      "export const shared = new Map<string, number>();",
      "shared.set('a', 1)",
      "read-only Map",
    ],
    [
      "a set of another module",
      "export const shared = new Set<number>([1]);",
      "shared.delete(1)",
      "read-only Set",
    ],
    [
      "a static field of another module",
      "export class shared { static last = 0; }",
      "shared.last = 1",
      "not writable",
    ],
    [
      "a prototype of another module",
      "export class shared {}",
      "(shared.prototype as any).x = 1",
      "TypeError",
    ],
  ])("changing %s throws, as in flash", async (_what, other, change, failure) => {
    const source = {
      "src/other.ts": other,
      "src/module.ts": `import { shared } from "./other.js"; ${change};`,
    };
    await expect(loadSource(source)).rejects.toThrow(failure);
  });

  test("assigning `this.name` in a class of errors throws, as on a device", async () => {
    const source =
      "class E extends Error { constructor() { super(); this.name = 'E'; } } export const e = () => new E();";
    const use = 'import { e } from "./module.js"; e();';
    await expect(loadSource({ "src/module.ts": source, "src/use.ts": use })).rejects.toThrow(
      /name.*not writable/,
    );
  });
});
