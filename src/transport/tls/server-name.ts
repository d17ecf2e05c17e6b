/** What of a host's name goes into the extension server_name (RFC 6066 section 3). */

/** The name without a dot at its end; undefined for an IP address, which must not be sent. */
export function serverName(host: string): string | undefined {
  // IPv6 has colons. No name ends in a label of digits alone (RFC 3696 section 2), so this is IPv4.
  if (host.includes(":") || /^[\d.]*$/.test(host)) return undefined;
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
