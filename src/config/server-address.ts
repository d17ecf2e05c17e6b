/** Addresses as people write them: of a server, a host with or without port, or a URI; and of a proxy, a URI. */

import type { ProxyOptions } from "../mqtt/ports.js";
import { utf8Length } from "../mqtt/utf8.js";

export type Scheme = "mqtt" | "mqtts" | "ws" | "wss";

export interface ServerAddress {
  /** Absent unless the address is a URI. */
  readonly scheme?: Scheme;
  /** Host name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65,535. */
  readonly port?: number;
  /** From a `ws` or `wss` URI, with its query; starts with "/". */
  readonly path?: string;
  /** From a URI, percent-decoded; never empty. */
  readonly userName?: string;
  readonly password?: string;
}

/** Why a text is not an address. */
export interface AddressFault {
  /** To follow the word "expected"; quotes nothing of the text, which may hold a password. */
  readonly expected: string;
}

/** Reads `host`, `host:port`, `[ipv6]`, `[ipv6]:port` or a URI; `"expected" in result` tells a fault. */
export function parseServerAddress(text: string): ServerAddress | AddressFault {
  const schemeEnd = text.indexOf("://");
  if (schemeEnd !== -1) return parseUri(text.slice(0, schemeEnd).toLowerCase(), text.slice(schemeEnd + 3));
  if (text.includes("@")) {
    return { expected: "user and password in the keys user and pass, or in a URI: mqtt://user:pass@host" };
  }
  if (/[/?#]/.test(text)) return { expected: "host, host:port, [ipv6]:port or a URI, without a path" };
  return parseHostAndPort(text);
}

/** The port registered for SOCKS (RFC 1928 section 3). */
const PROXY_PORT = 1080;
/** Longest user and password that SOCKS5 can carry (RFC 1929 section 2), in bytes. */
const MAXIMUM_PROXY_CREDENTIAL = 255;

/** Reads `socks5://host:port`, perhaps with `user:pass@`. */
export function parseProxyAddress(text: string): ProxyOptions | AddressFault {
  const prefix = "socks5://";
  if (text.slice(0, prefix.length).toLowerCase() !== prefix) {
    return { expected: "socks5://host:port or socks5://user:pass@host:port" };
  }
  // A lone slash at the end is part of many URIs.
  const authority = text.slice(prefix.length).replace(/[/]$/, "");
  if (/[/?#]/.test(authority)) return { expected: "nothing after the port; %2F for / in user and password" };
  const parsed = parseAuthority(authority);
  if ("expected" in parsed) return parsed;
  const { host, port = PROXY_PORT, userName, password } = parsed;
  if (userName === undefined && password === undefined) return { host, port };
  for (const part of [userName, password]) {
    if (part === undefined || utf8Length(part) > MAXIMUM_PROXY_CREDENTIAL) {
      return { expected: "both user and password, of at most 255 bytes each, or neither" };
    }
  }
  return { host, port, userName: userName as string, password: password as string };
}

function parseUri(scheme: string, rest: string): ServerAddress | AddressFault {
  if (scheme !== "mqtt" && scheme !== "mqtts" && scheme !== "ws" && scheme !== "wss") {
    return { expected: "one of the schemes mqtt, mqtts, ws, wss" };
  }
  const authorityEnd = rest.search(/[/?#]/);
  const authority = authorityEnd === -1 ? rest : rest.slice(0, authorityEnd);
  const path = authorityEnd === -1 ? "" : rest.slice(authorityEnd);
  const pathFault = checkPath(scheme, path);
  if (pathFault !== undefined) return pathFault;

  const parsed = parseAuthority(authority);
  if ("expected" in parsed) return parsed;
  return { scheme, ...parsed, ...(path === "" || path === "/" ? {} : { path }) };
}

/** `user:pass@host:port`, all but the host optional. */
function parseAuthority(authority: string): Omit<ServerAddress, "scheme" | "path"> | AddressFault {
  const at = authority.indexOf("@");
  if (at !== authority.lastIndexOf("@")) return { expected: "%40 for @ in user and password" };
  const credentials = at === -1 ? {} : parseCredentials(authority.slice(0, at));
  if ("expected" in credentials) return credentials;
  const hostAndPort = parseHostAndPort(authority.slice(at + 1));
  return "expected" in hostAndPort ? hostAndPort : { ...hostAndPort, ...credentials };
}

function checkPath(scheme: Scheme, path: string): AddressFault | undefined {
  if (path.includes("@")) return { expected: "%2F for /, %3F for ? and %23 for # in user and password" };
  if (path === "" || path === "/") return undefined;
  if (scheme === "mqtt" || scheme === "mqtts")
    return { expected: `nothing after the port of a ${scheme} URI` };
  if (!/^[/][!-~]*$/.test(path) || path.includes("#")) {
    return { expected: "a path that starts with /, of printable ASCII without #" };
  }
  return undefined;
}

function parseCredentials(text: string): Pick<ServerAddress, "userName" | "password"> | AddressFault {
  const colon = text.indexOf(":");
  const userName = percentDecode(colon === -1 ? text : text.slice(0, colon));
  const password = percentDecode(colon === -1 ? "" : text.slice(colon + 1));
  if (userName === undefined || password === undefined) {
    return { expected: "user and password percent-encoded, %25 for % itself" };
  }
  return { ...(userName === "" ? {} : { userName }), ...(password === "" ? {} : { password }) };
}

function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseHostAndPort(text: string): Pick<ServerAddress, "host" | "port"> | AddressFault {
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    const host = text.slice(1, end);
    if (end === -1 || !isIpv6(host))
      return { expected: "an IPv6 address in brackets, such as [2001:db8::1]" };
    return withPort(host, text.slice(end + 1));
  }
  const colon = text.indexOf(":");
  if (colon !== text.lastIndexOf(":")) {
    return {
      expected: "one colon, before the port, or an IPv6 address in brackets, such as [2001:db8::1]:1883",
    };
  }
  const host = colon === -1 ? text : text.slice(0, colon);
  if (!isHost(host)) return { expected: "a host name of letters, digits, -, _ and dots, or an IP address" };
  return withPort(host, colon === -1 ? "" : text.slice(colon));
}

/** `rest` is empty, or a colon and the port. */
function withPort(host: string, rest: string): Pick<ServerAddress, "host" | "port"> | AddressFault {
  if (rest === "") return { host };
  const port = Number(rest.slice(1));
  if (!/^:[0-9]{1,5}$/.test(rest) || port < 1 || port > 65_535) {
    return { expected: "a port from 1 to 65535 after the colon" };
  }
  return { host, port };
}

/** Labels of 1 to 63 characters, 253 in all (RFC 1123; _ because container networks use it); or an IPv4 address. */
function isHost(text: string): boolean {
  const labels = text.split(".");
  // All digits at the end: it cannot be a name (RFC 3696 section 2), so it must be an address.
  if (/^[0-9]+$/.test(labels[labels.length - 1] ?? "")) return isIpv4(labels);
  if (text.endsWith(".")) labels.pop();
  return (
    text.length <= 253 &&
    labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}$/.test(label) && !label.endsWith("-"))
  );
}

function isIpv4(parts: readonly string[]): boolean {
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

/** Eight groups of hex digits, or fewer around one ::, the last two perhaps as IPv4 (RFC 4291 section 2.2); no zone. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" && halves.length === 2 ? [] : half.split(":")));
  const last = groups[groups.length - 1] ?? "";
  const endsInIpv4 = isIpv4(last.split(".")) && text.endsWith(last);
  if (endsInIpv4) groups.pop();
  const count = groups.length + (endsInIpv4 ? 2 : 0);
  return (
    groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) &&
    (halves.length === 2 ? count <= 7 : count === 8)
  );
}
