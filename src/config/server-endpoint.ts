/** Where a server's section leads, and what has to lie between: TLS, WebSocket. */

import type { Address } from "../mqtt/ports.js";
import type { ServerSection } from "./schema.js";
import type { ServerAddress } from "./server-address.js";

export interface ServerEndpoint extends Address {
  /** Asked for by the URI or by any of the keys for certificates and pre-shared keys. */
  readonly tls: boolean;
  /** Asked for by the URI or by `ws_enable`. */
  readonly webSocket: boolean;
}

/** @param address what `section.server` says */
export function serverEndpoint(section: ServerSection, address: ServerAddress): ServerEndpoint {
  const { scheme, host } = address;
  const tls = scheme === "mqtts" || scheme === "wss" || asksForTls(section);
  const webSocket = scheme === "ws" || scheme === "wss" || section.ws_enable;
  return { host, port: address.port ?? defaultPort(tls, webSocket), tls, webSocket };
}

function asksForTls(section: ServerSection): boolean {
  return (
    section.ssl_ca_cert !== "" ||
    section.ssl_cert !== "" ||
    section.ssl_key !== "" ||
    section.ssl_psk_identity !== "" ||
    section.ssl_psk_key !== ""
  );
}

/** The ports registered for MQTT, and those of HTTP for WebSocket. */
function defaultPort(tls: boolean, webSocket: boolean): number {
  if (webSocket) return tls ? 443 : 80;
  return tls ? 8883 : 1883;
}
