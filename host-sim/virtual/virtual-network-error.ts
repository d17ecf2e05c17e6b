/** The errors of the virtual network, with the codes and messages that Node gives. */

import type { Endpoint } from "../../src/mqtt/ports.js";

export type NetworkErrorCode = "ECONNREFUSED" | "ECONNRESET" | "ENOTFOUND";

/** An `Error` with a `code`, as from Node's sockets. */
export function networkError(code: NetworkErrorCode, endpoint: Endpoint): Error & { code: NetworkErrorCode } {
  return Object.assign(new Error(message(code, endpoint)), { code });
}

function message(code: NetworkErrorCode, endpoint: Endpoint): string {
  switch (code) {
    case "ECONNREFUSED":
      return `connect ECONNREFUSED ${endpoint.host}:${endpoint.port}`;
    case "ECONNRESET":
      return "read ECONNRESET";
    case "ENOTFOUND":
      return `getaddrinfo ENOTFOUND ${endpoint.host}`;
  }
}
