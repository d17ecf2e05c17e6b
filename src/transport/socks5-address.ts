/** A destination as SOCKS5 writes it (RFC 1928 section 5): an IPv4 or IPv6 address as bytes, anything else as a name. */

import { isWellFormed, utf8Length, writeUtf8 } from "../mqtt/utf8.js";
import { parseIpAddress } from "./x509/ip-address.js";

const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
const IPV4_LENGTH = 4;
/** The length of a name has one byte. */
const NAME_LIMIT = 255;

/** Address type and address; undefined when `host` is no address and cannot be a name either. */
export function socks5Address(host: string): Uint8Array | undefined {
  // A zone is of this machine, and of no use to the proxy.
  const address = parseIpAddress(host.includes(":") ? (host.split("%")[0] as string) : host);
  if (address !== undefined) return Uint8Array.of(address.length === IPV4_LENGTH ? IPV4 : IPV6, ...address);
  if (host === "" || host.includes(":") || !isWellFormed(host)) return undefined;
  const byteLength = utf8Length(host);
  if (byteLength > NAME_LIMIT) return undefined;
  const bytes = new Uint8Array(2 + byteLength);
  bytes[0] = NAME;
  bytes[1] = byteLength;
  writeUtf8(host, bytes, 2);
  return bytes;
}
