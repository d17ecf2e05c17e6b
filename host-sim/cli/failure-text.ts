/** Why a connection ended, in words, for people at a command line. */

import { refusalText } from "../../firmware/apps/log-text.js";
import type { ClientEvent } from "../../src/mqtt/event.js";

/** One line without a full stop. */
export function failureText(event: Extract<ClientEvent, { type: "disconnected" }>): string {
  const { reason, cause, returnCode } = event;
  switch (reason) {
    case "refused":
      return `connection refused, return code ${returnCode}: ${refusalText(returnCode)}`;
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
