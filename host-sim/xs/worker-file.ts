/** Where the XS engine from npm is on this machine, or why it is not there. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PACKAGE = "@agoric/xsnap";
const NEEDS = "it is built at installation, which needs a C compiler (cc) and make";
const TO_GET_THEM = "on Debian: apt-get install build-essential";
/** The package's name for each platform it can be built on. */
const PLATFORMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = Object.freeze({
  linux: "lin",
  darwin: "mac",
});

/** The program, or what is missing and how to get it. */
export type WorkerFile = { readonly path: string } | { readonly missing: string };

export function findWorkerFile(): WorkerFile {
  const platform = PLATFORMS[process.platform];
  if (platform === undefined) return { missing: `${PACKAGE} cannot be built on ${process.platform}` };
  const directory = packageDirectory();
  if (directory === undefined) {
    return {
      missing:
        `the optional package ${PACKAGE} is not installed; ${NEEDS} (${TO_GET_THEM}), and it is for Node 20 and 22. ` +
        "With these, run npm ci again",
    };
  }
  const path = join(directory, "xsnap-native/xsnap/build/bin", platform, "release/xsnap-worker");
  if (existsSync(path)) return { path };
  return {
    missing: `${PACKAGE} is not built; ${NEEDS} (${TO_GET_THEM}). With these, run npm rebuild ${PACKAGE}`,
  };
}

function packageDirectory(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}
