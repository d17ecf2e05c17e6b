/** Where a server's section leads, and through what: proxy, TLS, WebSocket. */

import type { Endpoint, ProxyOptions, TlsOptions } from "../mqtt/ports.js";
import { cipherSuiteNames } from "./cipher-suites.js";
import type { ServerSection } from "./schema.js";
import type { ServerAddress } from "./server-address.js";
import { parseProxyAddress } from "./server-address.js";

/** What `ssl_ca_cert` is to accept any server (Mongoose's value for it). */
export const ANY_SERVER = "*";

/** The keys whose setting turns TLS on. */
export const TLS_KEYS = Object.freeze([
  "ssl_ca_cert",
  "ssl_cert",
  "ssl_key",
  "ssl_psk_identity",
  "ssl_psk_key",
] as const);

/**
 * The endpoint of a section that was found good.
 * @param address what `section.server` says
 */
export function serverEndpoint(section: ServerSection, address: ServerAddress): Endpoint {
  const { scheme, host, path } = address;
  const tls = usesTls(section, address);
  const webSocket = scheme === "ws" || scheme === "wss" || section.ws_enable;
  const port = address.port ?? defaultPort(tls, webSocket);
  return {
    host,
    port,
    ...(section.proxy === "" ? {} : { proxy: parseProxyAddress(section.proxy) as ProxyOptions }),
    ...(tls ? { tls: tlsOptions(section) } : {}),
    ...(webSocket ? { webSocket: { path: path ?? section.ws_path } } : {}),
  };
}

/** Asked for by the URI or by any of the keys for certificates and pre-shared keys. */
export function usesTls(section: ServerSection, { scheme }: ServerAddress): boolean {
  return scheme === "mqtts" || scheme === "wss" || TLS_KEYS.some((key) => section[key] !== "");
}

function tlsOptions(section: ServerSection): TlsOptions {
  const cipherSuites = cipherSuiteNames(section.ssl_cipher_suites);
  return {
    ...peerOptions(section),
    ...(section.ssl_cert === "" ? {} : { certificate: section.ssl_cert, privateKey: section.ssl_key }),
    ...(cipherSuites.length === 0 ? {} : { cipherSuites }),
    ...(section.ssl_alpn === "" ? {} : { applicationProtocol: section.ssl_alpn }),
  };
}

/** How the server shows who it is. */
function peerOptions(section: ServerSection): TlsOptions {
  const { ssl_ca_cert: caCertificates, ssl_psk_identity: pskIdentity, ssl_psk_key: pskKey } = section;
  if (pskIdentity !== "") return { pskIdentity, pskKey: bytesOfHex(pskKey) };
  return caCertificates === ANY_SERVER ? { acceptAnyServer: true } : { caCertificates };
}

function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** The ports registered for MQTT, and those of HTTP for WebSocket. */
function defaultPort(tls: boolean, webSocket: boolean): number {
  if (webSocket) return tls ? 443 : 80;
  return tls ? 8883 : 1883;
}
