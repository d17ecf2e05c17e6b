/** Files that a process may have open here, sockets among them. */

import { execFileSync } from "node:child_process";

/** Words before a command that lets it have as many as the system allows. */
export const WITH_MOST_FILES: readonly string[] = Object.freeze([
  "sh",
  "-c",
  'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"',
]);

/** How many that are. */
export function fileLimit(): number {
  const text = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}
