/** The Moddable SDK, if it is there: builds of the firmware, and what the tools say of them. */

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The SDK's folder; undefined when it is not at hand, and then its tests are skipped. */
export const MODDABLE = process.env["MODDABLE"] || undefined;

/** A name for a group of tests that says what it is skipped for. */
export function needsSdk(name: string): string {
  return MODDABLE === undefined ? `${name} (skipped: set MODDABLE to the folder of the Moddable SDK)` : name;
}

/** For builds, in ms: the engine is compiled with them. */
export const BUILD_TIMEOUT = 300_000;

export interface Build {
  /** The folder of what was generated. */
  readonly generated: string;
  /** What the tools printed. */
  readonly output: string;
}

/** A new folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reed-sdk-"));
  // A build is some thousands of files.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }), BUILD_TIMEOUT);
  return folder;
}

/** The SDK's tools first on the path, but for the `tsc` of this project. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const tools = join(MODDABLE ?? "", "build/bin/lin/release");
  const path = [join(ROOT, "node_modules/.bin"), tools, process.env["PATH"]].join(delimiter);
  return { ...process.env, PATH: path };
}

/** Runs a program to its end; throws with its output when it fails. */
export function run(program: string, args: readonly string[], cwd: string, env = toolEnvironment()): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  const output = `${stdout}${stderr}`;
  if (status !== 0) throw error ?? new Error(`${program} failed\n${output}`);
  return output;
}

/**
 * Builds the simulator's app in `folder`, in which a second build is quick.
 * @param settings `key=value` for `mcconfig`
 * @param manifest default: the firmware's own
 */
export function buildForLinux(
  folder: string,
  settings: readonly string[],
  manifest = join(ROOT, "manifest.json"),
): Build & { readonly app: string } {
  const output = run(
    "mcconfig",
    ["-d", "-m", "-p", "lin", "-t", "build", "-o", folder, manifest, ...settings],
    ROOT,
  );
  const name = nameOf(dirname(manifest));
  return {
    generated: join(folder, "tmp/lin/mc/debug", name),
    output,
    app: join(folder, "bin/lin/mc/debug", name, "mc.so"),
  };
}

/**
 * Writes a manifest into `folder` that is the firmware's own with these files as resources besides; returns its path.
 * @param resources paths of files, by the names that they are to have
 */
export function manifestWith(folder: string, resources: Readonly<Record<string, string>>): string {
  const directory = join(folder, "with-resources");
  mkdirSync(directory);
  for (const [name, path] of Object.entries(resources)) copyFileSync(path, join(directory, name));
  const path = join(directory, "manifest.json");
  writeFileSync(
    path,
    JSON.stringify({ include: join(ROOT, "manifest.json"), resources: { "*": `${directory}/*` } }),
  );
  return path;
}

/**
 * Builds a program for the command line, of a manifest in a folder of `test/sdk`; returns its path.
 * @param name of the folder
 */
export function buildProgram(folder: string, name: string): string {
  const manifest = join(import.meta.dirname, "..", name, "manifest.json");
  run("mcconfig", ["-m", "-p", "x-cli-lin", "-o", folder, manifest], ROOT);
  return join(folder, "bin/lin/release", name);
}

/**
 * Takes a build for an ESP32 as far as it goes without the ESP-IDF: all modules type-checked against the SDK's own
 * typings, compiled to bytecode, and linked with what is preloaded into flash.
 * @param board such as `esp32/esp32c3`
 */
export function linkForEsp32(folder: string, board: string): Build {
  const manifest = join(ROOT, "manifest.json");
  const generating = run("mcconfig", ["-d", "-p", board, "-o", folder, manifest], ROOT);
  const [platform = "", ...subplatform] = board.split("/");
  const generated = join(folder, "tmp", platform, ...subplatform, "debug", nameOf(ROOT));
  // The makefile asks for the ESP-IDF before anything else; linking the modules needs none of it.
  const idf = join(folder, "idf");
  const header = join(idf, "sdkconfig.h");
  mkdirSync(idf, { recursive: true });
  if (!existsSync(header)) writeFileSync(header, "");
  const target = join(generated, "mc.xs.c");
  const args = ["-f", "makefile", "IDF_VERSION=v6.0", `SDKCONFIG_H=${header}`, "-o", header, target];
  const linking = run("make", args, generated, { ...toolEnvironment(), IDF_PATH: idf });
  return { generated, output: generating + linking };
}

/** Names of the modules that are linked into the read-only image, out of the makefile. */
export function preloadsOf({ generated }: Build): readonly string[] {
  const makefile = readFileSync(join(generated, "makefile"), "utf8");
  return [...makefile.matchAll(/^\t-p (\S+)\.xsb/gm)].map(([, name]) => name ?? "");
}

/** What the linker warns of in our own modules: a value that preloading cannot put into flash. */
export function ownWarnings({ output }: Build): readonly string[] {
  return output.split("\n").filter((line) => /warning: (src|firmware)\//.test(line));
}

/** The SDK calls a build by the folder of its manifest. */
function nameOf(folder: string): string {
  return folder.split("/").at(-1) ?? "";
}
