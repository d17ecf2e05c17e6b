/** How a distinguished name (RFC 5280 section 4.1.2.4) is shown to people; nothing is decided by it. */

import { decodeUtf8 } from "../../mqtt/utf8.js";
import { DerReader, MalformedError, TAG } from "../der.js";

const COMMON_NAME = "2.5.4.3";
const ORGANIZATIONAL_UNIT = "2.5.4.11";
const ORGANIZATION = "2.5.4.10";

/** Bytes of a name that are shown. */
const MAXIMUM_SHOWN = 64;

/** The common name, or else unit or organization, in quotation marks. What somebody else has chosen is made harmless. */
export function shownName(name: Uint8Array): string {
  let shown = "";
  let rank = 0;
  try {
    const names = new DerReader(name).enter(TAG.SEQUENCE);
    while (!names.isAtEnd) {
      const attribute = names.enter(TAG.SET).enter(TAG.SEQUENCE);
      const identifier = attribute.objectIdentifier();
      const found = [ORGANIZATION, ORGANIZATIONAL_UNIT, COMMON_NAME].indexOf(identifier) + 1;
      if (found === 0 || found < rank) continue;
      rank = found;
      shown = shownText(attribute.anyContent());
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
  }
  return rank === 0 ? "(without a name)" : `"${shown}"`;
}

/** Bytes of a text, which may be hostile, with "?" for what is not printable. */
export function shownText(bytes: Uint8Array): string {
  const harmless = new Uint8Array(bytes.subarray(0, MAXIMUM_SHOWN));
  for (const [index, byte] of harmless.entries()) {
    if (byte < 0x20 || byte === 0x7f || byte === 0x22) harmless[index] = 0x3f;
  }
  const text = decodeUtf8(harmless);
  return `${text ?? "?"}${bytes.length > MAXIMUM_SHOWN ? "…" : ""}`;
}
