/** Why a connection ended, in words, for people at a command line. */

import type { ClientEvent } from "../../src/mqtt/event.js";

const REFUSALS: Readonly<Record<number, string>> = Object.freeze({
  1: "the server does not accept MQTT 3.1.1",
  2: "the server does not accept this client identifier",
  3: "the server is unavailable",
  4: "wrong user name or password",
  5: "not authorized",
});

/** One line without a full stop. */
export function failureText(event: Extract<ClientEvent, { type: "disconnected" }>): string {
  const { reason, cause, returnCode } = event;
  switch (reason) {
    case "refused":
      return `connection refused, return code ${returnCode}: ${REFUSALS[returnCode ?? 0] ?? "unknown"}`;
    case "closed-by-server":
      return event.stage === "connack"
        ? "the server closed before CONNACK"
        : "the server closed the connection";
    case "connect-timeout":
      return event.stage === "open" ? "the server did not answer in time" : "no CONNACK in time";
    case "ping-timeout":
      return "no PINGRESP in time, the link is half open";
    case "requested":
      return "disconnected";
    default:
      return cause instanceof Error ? cause.message : "the network failed";
  }
}
