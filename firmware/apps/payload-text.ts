/** Short texts out of payloads and names that anybody may have sent. */

import { decodeUtf8 } from "../../src/mqtt/utf8.js";

/** Bytes in the payloads that applications understand, at most. */
const MAXIMUM_LENGTH = 32;
/** Characters of a foreign text in a log line, at most. */
const MAXIMUM_QUOTE = 80;

/** The text of a payload, or undefined when it is too long for a word or not well-formed UTF-8. */
export function shortText(payload: Uint8Array): string | undefined {
  return payload.length > MAXIMUM_LENGTH ? undefined : decodeUtf8(payload);
}

/** `text` in quotation marks, on one line whatever is in it, and not too long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAXIMUM_QUOTE ? `${text.slice(0, MAXIMUM_QUOTE)}…` : text);
}
