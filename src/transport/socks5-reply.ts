/** What a SOCKS5 proxy says when it does not connect (RFC 1928 section 6). */

import { TransportError } from "../mqtt/errors.js";
import type { Address } from "../mqtt/ports.js";

interface Refusal {
  readonly code: string;
  /** What the proxy says of the server. */
  readonly text: string;
}

const REFUSALS: Readonly<Record<number, Refusal>> = Object.freeze({
  1: Object.freeze({ code: "general-failure", text: "it cannot connect, for no reason that it tells" }),
  2: Object.freeze({ code: "not-allowed", text: "its rules do not allow this connection" }),
  3: Object.freeze({ code: "network-unreachable", text: "the network cannot be reached" }),
  4: Object.freeze({
    code: "host-unreachable",
    text: "the host cannot be reached, or its name is not known",
  }),
  5: Object.freeze({ code: "connection-refused", text: "the server refuses the connection" }),
  6: Object.freeze({ code: "ttl-expired", text: "the way there is too long (TTL expired)" }),
  7: Object.freeze({ code: "command-not-supported", text: "it does not know the command CONNECT" }),
  8: Object.freeze({ code: "address-type-not-supported", text: "it does not know this type of address" }),
});

/** @param reply not 0 */
export function socks5ReplyError(reply: number, target: Address): TransportError {
  const refusal = REFUSALS[reply];
  const code = refusal?.code ?? "unknown-reply";
  const text = refusal?.text ?? `the unknown reply ${reply}`;
  const message = `the proxy says of ${target.host} port ${target.port}: ${text}`;
  return new TransportError("proxy", code, message, "proxy");
}
