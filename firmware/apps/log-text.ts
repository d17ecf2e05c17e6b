/** What the MQTT client tells, as lines for people: what happened, and which config key to look at. No secrets. */

import { TransportError } from "../../src/mqtt/errors.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Counters } from "../../src/mqtt/outbox.js";
import type { Delivery } from "../../src/mqtt/outgoing.js";
import type { RefusalCode } from "../../src/mqtt/packet.js";
import type { WifiReport } from "./attempt-text.js";
import { failureText, readyText } from "./attempt-text.js";
import type { Log } from "./io.js";
import { quoted } from "./payload-text.js";

type Disconnected = Extract<ClientEvent, { type: "disconnected" }>;

/**
 * One line, without a full stop.
 * @param wifi what the board knows of its network, if it has one of its own
 */
export function describeEvent(event: ClientEvent, wifi?: WifiReport): string {
  switch (event.type) {
    case "connecting": {
      const host = event.host.includes(":") ? `[${event.host}]` : event.host;
      return `connecting to ${event.server} at ${host}:${event.port}, attempt ${event.attempt}`;
    }
    case "connected":
      return `connected to ${event.server}${event.sessionPresent ? ", session resumed" : ""}`;
    case "ready":
      return readyText(event.server, event.stages, wifi);
    case "disconnected":
      return describeDisconnection(event, wifi);
    case "waiting": {
      const delay = `${(event.delay / 1000).toFixed(event.delay < 10_000 ? 2 : 1)} s`;
      if (!event.switched) return `next attempt at ${event.server} in ${delay}`;
      const other = event.server === "mqtt" ? "mqtt1" : "mqtt";
      return `giving up on ${other} for now: first attempt at ${event.server} in ${delay}`;
    }
    case "failing-back":
      return "mqtt has been good for mqtt.failback_after: going back to it";
    case "subscribed":
      return `subscribed to ${quoted(event.topicFilter)}, QoS ${event.qos}`;
    case "subscription-refused":
      return (
        `${event.server} refuses the subscription to ${quoted(event.topicFilter)}: ` +
        `check what the server allows ${event.server}.user to read`
      );
    case "unsubscribed":
      return `unsubscribed from ${quoted(event.topicFilter)}`;
    case "message-refused":
      return (
        `message of ${event.payloadLength} bytes on ${quoted(event.topicName)} dropped: ` +
        "longer than recv_mbuf_limit"
      );
    case "finished":
      return event.pending === 0
        ? "nothing is left to deliver"
        : `time is up; messages kept for the next start: ${event.pending}`;
    case "restored":
      return `messages from before the restart that are sent now: ${event.messageCount}`;
    case "store-failed":
      return `the flash for messages has failed, nothing survives a loss of power: ${describeError(event.error)}`;
    case "handler-failed":
      return `a message handler failed: ${describeError(event.error)}`;
    case "client-identifier-in-use":
      return (
        `${event.server} keeps ending fresh connections: most likely another device has the client identifier ` +
        `${quoted(event.clientIdentifier)} too; give each its own device.id or ${event.server}.client_id`
      );
  }
}

/** How important it is. */
export function eventLevel(event: ClientEvent): keyof Log {
  switch (event.type) {
    case "handler-failed":
    case "store-failed":
      return "error";
    case "disconnected":
      return event.reason === "requested" ? "info" : "warn";
    case "subscription-refused":
    case "message-refused":
    case "client-identifier-in-use":
      return "warn";
    default:
      return "info";
  }
}

/** `messages: 3 sent, 10 acknowledged`, and those that ended otherwise if there are any. */
export function countersText(counters: Counters): string {
  const { sent, acknowledged, ...others } = counters;
  const parts = [`${sent} sent`, `${acknowledged} acknowledged`];
  for (const [outcome, count] of Object.entries(others)) if (count > 0) parts.push(`${count} ${outcome}`);
  return `messages: ${parts.join(", ")}`;
}

/** Why no server has a message that was published, or undefined when one has it or it is still on its way. */
export function describeLoss({ outcome, reason }: Delivery): string | undefined {
  switch (outcome) {
    case "evicted":
      return "newer messages pushed it out of the queue, see max_queue_length and max_queue_bytes";
    case "expired":
      return "it waited too long";
    case "refused":
      if (reason === "queue-full") return "the queue is full, see max_queue_length and max_queue_bytes";
      if (reason === "packet-too-large") return "it is longer than max_queue_bytes";
      return "there is no connection, and queue_qos0 is off";
    default:
      return undefined;
  }
}

/** The end of an attempt says too what was reached, and when. */
function describeDisconnection(event: Disconnected, wifi: WifiReport | undefined): string {
  const { reason, server, stages } = event;
  if (stages === undefined || reason === "requested") return describeEnd(event);
  const end =
    wifi?.isUp === false
      ? `no Wi-Fi to reach ${server} over; check wifi.sta.ssid and wifi.sta.pass`
      : describeEnd(event);
  return `${end} ${failureText(stages, wifi)}`;
}

function describeEnd({ server, stage, reason, returnCode, cause }: Disconnected): string {
  const why = cause === undefined ? "" : `: ${describeError(cause)}`;
  switch (reason) {
    case "network":
      return stage === "open"
        ? `cannot reach ${server}${why}${adviceFor(server, cause)}`
        : `connection to ${server} broken${why}`;
    case "closed-by-server":
      return stage === "connack"
        ? `${server} closed the connection without an answer to CONNECT; check that ${server}.server is an MQTT port`
        : `${server} closed the connection`;
    case "refused":
      return (
        `${server} refuses the connection, code ${returnCode}: ` +
        `${refusalText(returnCode)}${refusalAdvice(server, returnCode)}`
      );
    case "connect-timeout":
      return stage === "open"
        ? `no connection to ${server} within ${server}.connect_timeout; check ${server}.server and the network`
        : `no answer to CONNECT from ${server} within ${server}.connect_timeout; check that ${server}.server is an MQTT port`;
    case "ping-timeout":
      return `no answer to PINGREQ from ${server} within ${server}.response_timeout: the link is dead`;
    case "protocol-error":
      return `${server} broke the MQTT specification${why}`;
    case "internal-error":
      return `what ${server} sent could not be taken in${why}`;
    case "requested":
      return `disconnected from ${server}`;
  }
}

/** Which key may mend it; none when no key can. */
function adviceFor(server: string, cause: unknown): string {
  if (!(cause instanceof TransportError)) return `; check ${server}.server and the network`;
  return cause.key === undefined ? "" : `; check ${server}.${cause.key}`;
}

/** What a return code of CONNACK means. */
export function refusalText(returnCode: RefusalCode | undefined): string {
  switch (returnCode) {
    case 1:
      return "it does not speak MQTT 3.1.1";
    case 2:
      return "it does not accept the client identifier";
    case 3:
      return "MQTT is unavailable there at the moment";
    case 4:
      return "wrong user name or password";
    case 5:
      return "not authorized";
    default:
      return "no reason known";
  }
}

function refusalAdvice(server: string, returnCode: RefusalCode | undefined): string {
  switch (returnCode) {
    case 2:
      return `; check ${server}.client_id`;
    case 4:
      return `; check ${server}.user and ${server}.pass`;
    case 5:
      return `; check ${server}.user, ${server}.pass and the server's access rules`;
    default:
      return "";
  }
}

/** What was thrown or reported, on one line and not too long. */
export function describeError(error: unknown): string {
  const isPrintable = typeof error !== "object" && typeof error !== "function";
  const text = error instanceof Error ? error.message : isPrintable ? String(error) : "";
  return text === "" ? "unknown cause" : quoted(text).slice(1, -1);
}
