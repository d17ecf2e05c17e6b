/** Finds programs that tests and benchmarks start, such as mosquitto. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where servers are installed; often not in the PATH of a user. */
const MORE_DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];

/** The path of an installed program; `undefined` when there is none of that name. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), ...MORE_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
