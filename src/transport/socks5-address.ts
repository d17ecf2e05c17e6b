/** A destination as SOCKS5 writes it (RFC 1928 section 5): an IPv4 or IPv6 address as bytes, anything else as a name. */

import { isWellFormed, utf8Length, writeUtf8 } from "../mqtt/utf8.js";

const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
/** The length of a name has one byte. */
const NAME_LIMIT = 255;
const IPV6_GROUPS = 8;

/** Address type and address; undefined when `host` is no address and cannot be a name either. */
export function socks5Address(host: string): Uint8Array | undefined {
  const ipv4 = parseIpv4(host);
  if (ipv4 !== undefined) return Uint8Array.of(IPV4, ...ipv4);
  if (host.includes(":")) {
    // A zone is of this machine, and of no use to the proxy.
    const ipv6 = parseIpv6(host.split("%")[0] as string);
    return ipv6 === undefined ? undefined : Uint8Array.of(IPV6, ...ipv6);
  }
  if (host === "" || !isWellFormed(host)) return undefined;
  const byteLength = utf8Length(host);
  if (byteLength > NAME_LIMIT) return undefined;
  const bytes = new Uint8Array(2 + byteLength);
  bytes[0] = NAME;
  bytes[1] = byteLength;
  writeUtf8(host, bytes, 2);
  return bytes;
}

/** Four numbers in decimal without leading zeros, which some read as octal: then it is left to the proxy. */
function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    const byte = Number(part);
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || byte > 255) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

/** RFC 4291 section 2.2: eight groups, of which "::" once stands for any number of zeros, the last two as IPv4. */
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  if (halves.length === 1) return head?.length === 2 * IPV6_GROUPS ? head : undefined;
  const tail = parseGroups(halves[1] as string, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 2 * IPV6_GROUPS - head.length - tail.length;
  // It stands for one group at least.
  if (missing < 2) return undefined;
  return [...head, ...new Uint8Array(missing), ...tail];
}

/** @param isLast whether the last group may be an IPv4 address */
function parseGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (let i = 0; i < groups.length; i += 1) {
    const group = groups[i] as string;
    const ipv4 = isLast && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 !== undefined) {
      bytes.push(...ipv4);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}
