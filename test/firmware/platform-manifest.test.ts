/** The Moddable manifest: every module of the device is in it, under the name of its path, and linked into flash. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readBuildConfig } from "../../firmware/platform/build-config.js";

const ROOT = resolve(import.meta.dirname, "../..");

interface Manifest {
  readonly creation: { readonly main: string; readonly stack: number };
  /** `~` are those that are left out: what no board uses. */
  readonly modules: { readonly "~": readonly string[] } & Readonly<Record<string, string>>;
  readonly preload: readonly string[];
  readonly config: { readonly buildDate: string };
  readonly platforms: { readonly lin: { readonly modules: Readonly<Record<string, string>> } };
}

const manifest = JSON.parse(readFileSync(join(ROOT, "manifest.json"), "utf8")) as Manifest;

const { "~": leftOut, ...modules } = manifest.modules;
const unused = leftOut.map((source) => `${source.replace("./", "")}.ts`);

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** What a module imports at run time: relative paths, and names of the manifest or the SDK. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return [...text.matchAll(/^\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?from\s*)?"([^"]+)"/gm)].map(
    ([, specifier = ""]) => specifier,
  );
}

function reachable(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const specifier of importsOf(path)) {
      if (!specifier.startsWith(".")) continue;
      visit(relative(ROOT, resolve(ROOT, dirname(path), specifier)).replace(/\.js$/, ".ts"));
    }
  };
  for (const name of manifest.preload) visit(`${name}.ts`);
  return found;
}

describe("manifest.json", () => {
  test("names every module by its path, since that is how relative imports are found on the device", () => {
    for (const [name, source] of Object.entries(modules)) expect(source).toBe(`./${name}`);
  });

  test("has all modules that are preloaded", () => {
    const missing = [...reachable()].filter(
      (path) => !Object.hasOwn(modules, `${dirname(path)}/*`) || unused.includes(path),
    );
    expect(missing).toEqual([]);
  });

  test("preloads by exact names, as a wildcard would leave out TypeScript, and a wrong name is ignored", () => {
    expect(manifest.creation.main).toBe("firmware/main");
    expect(manifest.preload).toContain("firmware/main");
    for (const name of manifest.preload) expect(existsSync(join(ROOT, `${name}.ts`)), name).toBe(true);
  });

  test("has the stack that reading a config takes, see docs/verified.md", () => {
    expect(manifest.creation.stack).toBeGreaterThanOrEqual(1024);
  });

  test("thereby preloads every module that has code: what is named there imports the others, directly or not", () => {
    const found = reachable();
    const folders = Object.keys(modules).map((name) => name.replace("/*", ""));
    const unreached = folders
      .flatMap((folder) => sourcesIn(folder).filter((path) => dirname(path) === folder))
      .filter((path) => !found.has(path) && !unused.includes(path));
    // Modules of types alone have no code.
    const withCode = unreached.filter((path) =>
      /^(?:export )?(?:default )?(?:abstract )?(?:class|function|const|let)\b/m.test(
        readFileSync(join(ROOT, path), "utf8"),
      ),
    );
    expect(withCode).toEqual([]);
  });

  test("has the date of a release, which a build without the script counts as its own", () => {
    const { buildDate } = manifest.config;
    expect(readBuildConfig(manifest.config).earliest).toBe(Date.parse(buildDate));
    expect(Date.parse(buildDate)).toBeLessThan(Date.now());
  });

  test("has a stand-in for Linux for each module of a board that the SDK lacks there", () => {
    const standInModules = manifest.platforms.lin.modules;
    for (const source of Object.values(standInModules))
      expect(existsSync(join(ROOT, `${source}.ts`)), source).toBe(true);
    const standIns = sourcesIn("firmware/platform/lin").map((path) => `./${path.replace(/\.ts$/, "")}`);
    expect(Object.values(standInModules).toSorted()).toEqual(standIns.toSorted());
  });
});
