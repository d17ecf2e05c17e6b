/** Where figures were measured: the machine, and the versions of what took part. */

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";

export interface Environment {
  readonly machine: string;
  /** Versions by name. What is not installed is not named. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of git; absent outside of a clone. */
  readonly commit?: string;
}

/** Packages of npm that sections measure or measure with. */
const PACKAGES = ["mqtt", "mqtt-packet", "aedes", "@agoric/xsnap"];

/** @param root of the repository */
export function currentEnvironment(root: string): Environment {
  const commit = gitCommit(root);
  return { machine: machine(), versions: versions(root), ...(commit === undefined ? {} : { commit }) };
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, ${gigabytes} GB, ${platform()} ${arch()}`;
}

function versions(root: string): Record<string, string> {
  const found: Record<string, string> = { node: process.versions.node };
  for (const name of PACKAGES) {
    try {
      const text = readFileSync(join(root, "node_modules", name, "package.json"), "utf8");
      found[name] = (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not installed.
    }
  }
  const mosquitto = firstOutput("mosquitto", ["-h"], /version (\S+)/);
  if (mosquitto !== undefined) found["mosquitto"] = mosquitto;
  const moddable = process.env["MODDABLE"];
  const sdk = moddable && firstOutput("git", ["-C", moddable, "describe", "--tags", "--always"], /^(\S+)/);
  if (sdk) found["Moddable SDK"] = sdk;
  return found;
}

/** What `pattern` finds in the output of a program, whatever its exit status; undefined when there is none. */
function firstOutput(program: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { stdout } = spawnSync(program, args, { encoding: "utf8" });
  return pattern.exec(stdout ?? "")?.[1];
}

/** Says so when the code is not that of the commit. */
function gitCommit(root: string): string | undefined {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("rev-parse", "--short", "HEAD");
    // What a run writes does not change what is measured.
    const changed = git("status", "--porcelain", "--", ".", ":!bench/results.json", ":!docs");
    return changed === "" ? commit : `${commit} with changes`;
  } catch {
    return undefined;
  }
}
