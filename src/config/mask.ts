/** Values as they may be printed: with secrets masked. */

import type { Key } from "./key.js";
import { cut } from "./path-text.js";

/** What stands for a secret. Its length says nothing of the secret's. */
export const MASK = "********";

/** No file name of a device is longer, and keys in hexadecimal or base64 are. */
const LONGEST_FILE_NAME = 40;

/** A value of `key` for printing: the same, but for secrets. */
export function masked(key: Key, value: string): string {
  if (value === "") return value;
  if (key.secret === "always" || value.includes("-----BEGIN")) return MASK;
  if (key.secret === "unless-file-name" && !isFileName(value)) return MASK;
  return key.secret === "in-uri" ? maskUri(value) : value;
}

/**
 * Hides password and query of a URI. It must hold for malformed ones too, so the password goes from the first colon
 * after the scheme to the last @ of all.
 */
export function maskUri(text: string): string {
  const schemeEnd = text.indexOf("://");
  const start = schemeEnd === -1 ? 0 : schemeEnd + 3;
  const at = text.lastIndexOf("@");
  const query = text.indexOf("?", start);
  // Whether this @ belongs to the password or to the query, nobody knows.
  if (query !== -1 && query < at) return text.slice(0, start) + MASK;
  const end = query === -1 ? text : text.slice(0, query + 1) + MASK;
  const colon = text.indexOf(":", start);
  return colon === -1 || colon + 1 >= at ? end : text.slice(0, colon + 1) + MASK + end.slice(at);
}

/**
 * `value` for a message. Without a key nothing is known about what it may hold, so texts show as their type only, as
 * do lists and objects always.
 */
export function shown(key: Key | undefined, value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string" && key !== undefined) return JSON.stringify(cut(maskUri(masked(key, value))));
  if (typeof value === "number" || typeof value === "boolean") {
    return key === undefined || key.secret === "always" ? `a ${typeof value}` : String(value);
  }
  return typeof value === "object"
    ? "an object"
    : typeof value === "undefined"
      ? "nothing"
      : `a ${typeof value}`;
}

function isFileName(value: string): boolean {
  return value.length <= LONGEST_FILE_NAME && /^[!-~]+$/.test(value);
}
