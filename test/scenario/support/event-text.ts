/** What an observer hears and a handler gets, a line each: short enough to compare whole runs. */

import { ProtocolError } from "../../../src/mqtt/errors.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import type { ReceivedMessage } from "../../../src/mqtt/subscriptions.js";

export function eventText(event: ClientEvent): string {
  switch (event.type) {
    case "connecting":
      return `connecting to ${event.server}, attempt ${event.attempt}`;
    case "connected":
      return `connected to ${event.server}${event.sessionPresent ? ", session present" : ""}`;
    case "ready":
      return `ready on ${event.server}`;
    case "disconnected":
      return `disconnected from ${event.server}: ${event.reason} (${event.stage})${detailOf(event)}`;
    case "waiting":
      return `waiting ${event.delay / 1000} s for ${event.server}${event.switched ? ", switched" : ""}`;
    case "failing-back":
      return "failing back";
    case "subscribed":
      return `subscribed to ${event.topicFilter} at ${event.server}, QoS ${event.qos}`;
    case "subscription-refused":
      return `refused ${event.topicFilter} at ${event.server}`;
    case "unsubscribed":
      return `unsubscribed from ${event.topicFilter} at ${event.server}`;
    case "message-refused":
      return `message of ${event.payloadLength} bytes refused: ${event.topicName}`;
    case "finished":
      return `finished, ${event.pending} pending`;
    case "restored":
      return `${event.messageCount} messages restored`;
    case "store-failed":
      return `store failed: ${String(event.error)}`;
    case "handler-failed":
      return `handler failed: ${String(event.error)}`;
    case "client-identifier-in-use":
      return `client identifier in use at ${event.server}: ${event.clientIdentifier}`;
  }
}

/** `door/state "open", QoS 1, retained, duplicate`. */
export function messageText(message: ReceivedMessage): string {
  const { topicName, payload, qos, retain, duplicate } = message;
  const text = Buffer.from(payload).toString("utf8");
  return `${topicName} "${text}", QoS ${qos}${retain ? ", retained" : ""}${duplicate ? ", duplicate" : ""}`;
}

export function deliveryText({ outcome, reason }: Delivery): string {
  return reason === undefined ? `${outcome}` : `${outcome}: ${reason}`;
}

function detailOf({ returnCode, cause }: Extract<ClientEvent, { type: "disconnected" }>): string {
  const code = returnCode === undefined ? "" : `, return code ${returnCode}`;
  return cause instanceof ProtocolError ? `${code}, ${cause.statement}` : code;
}
