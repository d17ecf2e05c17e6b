/** Where a WebSocket leads, and how that stands in the request (RFC 6455 section 4.1, RFC 9112 section 3.2). */

import { TransportError } from "../../mqtt/errors.js";
import type { Address } from "../../mqtt/ports.js";

export interface WebSocketTarget extends Address {
  /** Path and query. */
  readonly path: string;
  /** Over TLS: another default port. */
  readonly secure: boolean;
}

const PRINTABLE = /^[!-~]+$/;
/** No fragment: it would have to be percent-encoded (RFC 6455 section 3). */
const PATH = /^\/[!-"$-~]*$/;

/** What makes the request impossible: anything else than printable ASCII could end its line. */
export function targetError({ host, path }: WebSocketTarget): TransportError | undefined {
  if (!PATH.test(path)) {
    const message = "the path must start with / and hold printable ASCII without spaces and #";
    return new TransportError("websocket", "invalid-path", message, "ws_path");
  }
  if (!PRINTABLE.test(host)) {
    const message = "WebSocket needs a host name in ASCII: encode it as xn--…";
    return new TransportError("websocket", "invalid-host", message, "server");
  }
  return undefined;
}

/** The value of the header field Host: the port is left out when it is the default. */
export function hostField({ host, port, secure }: WebSocketTarget): string {
  // A zone is of the sender's own machine, and of no use to anybody else (RFC 6874 section 4).
  const name = host.includes(":") ? `[${host.split("%")[0]}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}
