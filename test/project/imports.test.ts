/** The import rules of the architecture: who may know of whom. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** For each folder, the folders it may import from, itself included; anything else, bare names too, is refused. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/mqtt": ["src/mqtt"],
  "src/config": ["src/config", "src/mqtt"],
  "src/transport": ["src/transport", "src/mqtt"],
  "firmware/apps": ["firmware/apps", "src"],
};

/** The only modules of `src/mqtt` that `src/config` imports more than types from. */
const VALUES_FOR_CONFIG = [
  "src/mqtt/crc32.js",
  "src/mqtt/utf8.js",
  "src/mqtt/topic.js",
  "src/mqtt/errors.js",
  "src/mqtt/string.js",
];

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : path.endsWith(".ts") ? [path] : [];
  });
}

function importsOf(path: string): { specifier: string; typeOnly: boolean }[] {
  const text = readFileSync(join(ROOT, path), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const found: { specifier: string; typeOnly: boolean }[] = [];
  for (const [, type, specifier] of text.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?from\s*)?"([^"]+)"/gm,
  )) {
    found.push({ specifier: specifier as string, typeOnly: type !== undefined });
  }
  for (const [, specifier] of text.matchAll(/\b(?:import|require)\s*\(\s*["'`]([^"'`]*)/g)) {
    found.push({ specifier: specifier as string, typeOnly: false });
  }
  return found;
}

function target(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(ROOT, resolve(ROOT, dirname(path), specifier));
}

describe("imports", () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    test(`${folder} imports nothing but ${allowed.join(", ")}: no Node, npm or Moddable module`, () => {
      const files = filesBelow(folder);
      const wrong = files.flatMap((path) =>
        importsOf(path)
          .filter(({ specifier }) => {
            const to = target(path, specifier);
            return to === undefined || !allowed.some((other) => to.startsWith(`${other}/`));
          })
          .map(({ specifier }) => `${path} imports ${specifier}`),
      );
      expect(wrong).toEqual([]);
    });
  }

  test("the check sees every form of import", () => {
    const seen = importsOf("test/project/imports.test.ts").map(({ specifier }) => specifier);
    expect(seen).toEqual(["node:fs", "node:path", "vitest"]);
  });

  test("src/config takes values only from src/mqtt/utf8, else types", () => {
    const wrong = filesBelow("src/config").flatMap((path) =>
      importsOf(path)
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ specifier }) => target(path, specifier) ?? specifier)
        .filter((to) => to.startsWith("src/mqtt/") && !VALUES_FOR_CONFIG.includes(to))
        .map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test("firmware and host-sim never import each other, firmware/apps excepted", () => {
    const wrong = filesBelow("host-sim").flatMap((path) =>
      importsOf(path)
        .map(({ specifier }) => target(path, specifier))
        .filter((to) => to?.startsWith("firmware/") && !to.startsWith("firmware/apps/"))
        .map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
    const back = filesBelow("firmware").flatMap((path) =>
      importsOf(path)
        .map(({ specifier }) => target(path, specifier))
        .filter((to) => to?.startsWith("host-sim/"))
        .map((to) => `${path} imports ${to}`),
    );
    expect(back).toEqual([]);
  });
});
