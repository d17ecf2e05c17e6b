/** The nearest known key for one that is unknown. */

import type { Group } from "./key.js";
import { memberPath } from "./path-text.js";
import { SCHEMA } from "./schema.js";

/** Longer keys are no typing errors, and the distance takes time. */
const LONGEST = 40;

/**
 * The path of the known key nearest to `key`, which is unknown in the section at `path`: in that section if there is
 * one near enough, otherwise the same or nearly the same key in another.
 */
export function nearestPath(section: Group, path: string, key: string): string | undefined {
  if (key.length > LONGEST) return undefined;
  // Written as on a command line instead of nested.
  if (key.includes(".")) return nearest(path + key, allPaths(SCHEMA, ""), 2);
  const name = nearest(key, Object.keys(section.keys), limitFor(key));
  if (name !== undefined) return memberPath(path, name);
  const paths = allPaths(SCHEMA, "");
  const names = paths.map(lastName);
  return paths[names.indexOf(nearest(key, names, 1) ?? "")];
}

/** How many typing errors `key` may hold. */
function limitFor(key: string): number {
  return Math.max(1, Math.min(3, Math.floor(plain(key).length / 2)));
}

/** The nearest of `names` within `limit`; the first of several. */
function nearest(key: string, names: readonly string[], limit: number): string | undefined {
  let best: string | undefined;
  let bestDistance = limit + 1;
  const wanted = plain(key);
  for (const name of names) {
    const distance = keyDistance(wanted, plain(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `keepAlive`, `KEEP-ALIVE` and `keep_alive` are the same here. */
function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Edit distance, but a whole word and its beginning are near: `password` and `pass`. */
function keyDistance(a: string, b: string): number {
  const isBeginning = Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
  return isBeginning ? Math.min(2, Math.abs(a.length - b.length)) : editDistance(a, b);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last: number[] = [];
  for (let j = 0; j <= b.length; j += 1) last.push(j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a.charAt(i - 1) === b.charAt(j - 1);
      let distance = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1));
      const isSwap =
        i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1);
      if (isSwap) distance = Math.min(distance, at(beforeLast, j - 2) + 1);
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

function allPaths(section: Group, path: string): string[] {
  return Object.entries(section.keys).flatMap(([name, node]) => {
    const own = memberPath(path, name);
    return node.type === "group" ? [own, ...allPaths(node, own)] : [own];
  });
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
