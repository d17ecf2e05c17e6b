/**
 * Whether a certificate is made out to a host (RFC 6125 section 6, RFC 9525 section 6): only its subjectAltName counts,
 * never the common name.
 */

import { DerReader, equalBytes, TAG } from "../der.js";
import { shownText } from "./distinguished-name.js";
import { ipAddressText, parseIpAddress } from "./ip-address.js";

/** A host as certificates have it: the bytes of an address, or of a name in lower case without a dot at its end. */
export interface ServerName {
  readonly type: "dns" | "ip";
  readonly bytes: Uint8Array;
}

/** Tags of GeneralName (RFC 5280 section 4.2.1.6). */
export const DNS_NAME = TAG.CONTEXT + 2;
export const IP_ADDRESS = TAG.CONTEXT + 7;

/** Bytes in a host name (RFC 1035 section 2.3.4). */
const MAXIMUM_NAME_LENGTH = 255;
/** Names that a message lists. */
const MAXIMUM_SHOWN = 3;

const ASTERISK = 0x2a;
const DOT = 0x2e;

/** Undefined when the text is no ASCII name, so that no certificate can be made out to it. */
export function serverNameOf(host: string): ServerName | undefined {
  const address = parseIpAddress(host);
  if (address !== undefined) return { type: "ip", bytes: address };
  const codes: number[] = [];
  for (const character of host) {
    const code = character.codePointAt(0) as number;
    if (code <= 0x20 || code >= 0x7f || codes.length > MAXIMUM_NAME_LENGTH) return undefined;
    codes.push(lowerCase(code));
  }
  if (codes[codes.length - 1] === DOT) codes.pop();
  const bytes = Uint8Array.from(codes);
  return hasEmptyLabel(bytes) || bytes.includes(ASTERISK) ? undefined : { type: "dns", bytes };
}

/** Whether `subjectAltName` has a name or address at all. */
export function hasNames(subjectAltName: Uint8Array): boolean {
  return new NameReader(subjectAltName).next() !== undefined;
}

/** Whether one of the names in `subjectAltName` is that of the server. */
export function isMadeOutTo(subjectAltName: Uint8Array, server: ServerName): boolean {
  const reader = new NameReader(subjectAltName);
  for (let name = reader.next(); name !== undefined; name = reader.next()) {
    if (name.type !== server.type) continue;
    const matches = name.type === "ip" ? equalBytes : dnsMatches;
    if (matches(name.bytes, server.bytes)) return true;
  }
  return false;
}

/** The first names, for a message. */
export function shownNames(subjectAltName: Uint8Array): string {
  const reader = new NameReader(subjectAltName);
  const shown: string[] = [];
  for (let name = reader.next(); name !== undefined; name = reader.next()) {
    if (shown.length === MAXIMUM_SHOWN) return `${shown.join(", ")} and more`;
    shown.push(shownServerName(name));
  }
  return shown.join(", ");
}

/** Reads the DNS names and addresses among GeneralNames, as they are written there; other kinds are passed over. */
export class NameReader {
  readonly #reader: DerReader;

  constructor(subjectAltName: Uint8Array) {
    this.#reader = new DerReader(subjectAltName).enter(TAG.SEQUENCE);
  }

  next(): ServerName | undefined {
    const reader = this.#reader;
    while (!reader.isAtEnd) {
      if (reader.isNext(DNS_NAME)) return { type: "dns", bytes: reader.content(DNS_NAME) };
      if (reader.isNext(IP_ADDRESS)) return { type: "ip", bytes: reader.content(IP_ADDRESS) };
      reader.skip();
    }
    return undefined;
  }
}

/**
 * A wildcard is the whole first label, stands for exactly one label, and has at least two others after it (RFC 9525
 * section 6.3). An asterisk or an empty label anywhere else matches nothing, as no server name has one.
 */
function dnsMatches(pattern: Uint8Array, name: Uint8Array): boolean {
  if (pattern[0] !== ASTERISK) return equalNames(pattern, 0, name, 0);
  const firstDot = name.indexOf(DOT);
  if (pattern[1] !== DOT || firstDot < 0) return false;
  return pattern.indexOf(DOT, 2) >= 0 && equalNames(pattern, 1, name, firstDot);
}

/** Whether two names, from an offset each to their ends, are the same but for capitals. */
export function equalNames(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  if (a.length - aStart !== b.length - bStart) return false;
  for (let i = aStart; i < a.length; i += 1) {
    if (lowerCase(a[i] as number) !== lowerCase(b[bStart + i - aStart] as number)) return false;
  }
  return true;
}

/** As it is shown to people. */
export function shownServerName({ type, bytes }: ServerName): string {
  return type === "ip" ? `address ${ipAddressText(bytes)}` : shownText(bytes);
}

function hasEmptyLabel(name: Uint8Array): boolean {
  let previous = DOT;
  for (const byte of name) {
    if (byte === DOT && previous === DOT) return true;
    previous = byte;
  }
  return previous === DOT;
}

function lowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
