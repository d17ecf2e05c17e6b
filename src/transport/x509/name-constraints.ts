/** What names an authority may vouch for (RFC 5280 section 4.2.1.10): DNS names and IP addresses. */

import { DerReader, MalformedError, TAG } from "../der.js";
import type { ServerName } from "./server-name.js";
import { DNS_NAME, equalNames, IP_ADDRESS, NameReader, shownServerName } from "./server-name.js";

/** "permittedSubtrees", then "excludedSubtrees", of which at least one is there. */
const PERMITTED = TAG.CONTEXT_CONSTRUCTED;
const EXCLUDED = TAG.CONTEXT_CONSTRUCTED + 1;

const DOT = 0x2e;

/**
 * The first name that the constraints forbid: of `server`, and of all names in the leaf's `subjectAltName`.
 * @param constraints NameConstraints as they are encoded
 * @returns the name as it is to be shown; undefined when all are permitted
 */
export function forbiddenName(
  constraints: Uint8Array,
  server: ServerName,
  subjectAltName: Uint8Array | undefined,
): string | undefined {
  if (isForbidden(constraints, server)) return shownServerName(server);
  if (subjectAltName === undefined) return undefined;
  const reader = new NameReader(subjectAltName);
  for (let name = reader.next(); name !== undefined; name = reader.next()) {
    if (isForbidden(constraints, name)) return shownServerName(name);
  }
  return undefined;
}

/** Whether there are constraints for other kinds of names, which are not supported. */
export function hasOtherKinds(constraints: Uint8Array): boolean {
  const reader = new DerReader(constraints).enter(TAG.SEQUENCE);
  for (const tag of [PERMITTED, EXCLUDED]) {
    const subtrees = reader.isNext(tag) ? reader.enter(tag) : undefined;
    while (subtrees !== undefined && !subtrees.isAtEnd) {
      const base = subtrees.enter(TAG.SEQUENCE);
      if (!base.isNext(DNS_NAME) && !base.isNext(IP_ADDRESS)) return true;
      base.skip();
      // "minimum" and "maximum" must not be used.
      base.finish();
    }
  }
  reader.finish();
  return false;
}

function isForbidden(constraints: Uint8Array, name: ServerName): boolean {
  const reader = new DerReader(constraints).enter(TAG.SEQUENCE);
  // Where no subtree of a kind is permitted, all names of that kind are.
  if (reader.isNext(PERMITTED) && matchOf(reader.enter(PERMITTED), name) === "other") return true;
  return reader.isNext(EXCLUDED) && matchOf(reader.enter(EXCLUDED), name) === "within";
}

/** Whether a name is within a subtree of its kind; "none" when there are none of its kind. */
function matchOf(subtrees: DerReader, name: ServerName): "within" | "other" | "none" {
  const tag = name.type === "ip" ? IP_ADDRESS : DNS_NAME;
  let match: "other" | "none" = "none";
  while (!subtrees.isAtEnd) {
    const subtree = subtrees.enter(TAG.SEQUENCE);
    if (!subtree.isNext(tag)) continue;
    const base = subtree.content(tag);
    if (name.type === "ip" ? isInNetwork(name.bytes, base) : isBelow(name.bytes, base)) return "within";
    match = "other";
  }
  return match;
}

/** Whether a name is `base`, or has labels before it. A dot at the start of `base` wants at least one. */
function isBelow(name: Uint8Array, base: Uint8Array): boolean {
  if (base.length === 0) return true;
  const start = name.length - base.length;
  if (start < 0 || !equalNames(base, 0, name, start)) return false;
  return start === 0 || base[0] === DOT || name[start - 1] === DOT;
}

/** `base` is an address, and a mask of the same length. */
function isInNetwork(address: Uint8Array, base: Uint8Array): boolean {
  const { length } = address;
  if (base.length !== 8 && base.length !== 32)
    throw new MalformedError("a constraint has an address of no length");
  if (base.length !== 2 * length) return false;
  for (let i = 0; i < length; i += 1) {
    const mask = base[length + i] as number;
    if (((address[i] as number) & mask) !== ((base[i] as number) & mask)) return false;
  }
  return true;
}
