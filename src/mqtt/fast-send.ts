/**
 * The short way, or fast path, for what nearly all of a device's life is: one message that goes out, or one packet that
 * comes in (`fast-receive.ts`), while nothing else is to be done. It does in one go what the client, the link, the
 * connection, the transmitter and the session otherwise do one after the other in a turn, and leaves them as they would
 * leave themselves.
 *
 * Whatever is out of the ordinary is not for here: then nothing has been changed yet, or what has come is left to
 * the turn, which follows.
 *
 * Each call and each question costs here what all devices pay for every message, so there are few, and fields of others
 * are set where those would be asked to.
 */

import type { Link } from "./link.js";
import type { Message } from "./message.js";
import { bytesOfPayload } from "./message.js";
import type { DeliveryHandler } from "./outgoing.js";
import { Outgoing } from "./outgoing.js";
import { MAXIMUM_PACKET_IDENTIFIER } from "./packet-identifiers.js";
import { PUBLISH } from "./packet-type.js";
import type { Milliseconds } from "./ports.js";
import { packetLength, writeRemainingLength } from "./remaining-length.js";

/** First byte of a packet. */
const PUBLISH_QOS_0 = PUBLISH << 4;

/**
 * Writes a message to the transport at once, when nothing waits there; others that follow gather until it has left, so
 * that they leave together, unless the transport sees to that. Only when the link is calm.
 * @returns how it fares; undefined when it is not for here
 * @throws UsageError for a topic name or a payload that MQTT cannot carry
 */
export function sendAlone(
  link: Link,
  message: Message,
  handler: DeliveryHandler | undefined,
  now: Milliseconds,
): Outgoing | undefined {
  const session = link.connection.session;
  const options = link.options;
  const qos = message.qos ?? 0;
  if (link.room !== link.mostRoom && link.stream.gathers !== true) return undefined;
  if (qos !== 1 && qos !== 0 && qos !== 2) return undefined;
  // Each message in flight has a packet identifier.
  if (qos > 0 && session.identifiers.inUse >= options.maximumInFlight) return undefined;
  if (qos > options.maximumQos || message.expiresAfter !== undefined || message.lateOffset !== undefined) {
    return undefined;
  }
  const outbox = session.outbox;
  const names = outbox.topicNames;
  const name = message.topicName;
  const topic =
    name === names.last
      ? (names.lastEncoded as Uint8Array)
      : names.encoded(name, outbox.text, outbox.shared?.slabs);
  let payload = message.payload;
  // Asking what it is an instance of takes thrice as long.
  if (payload?.constructor !== Uint8Array) payload = bytesOfPayload(payload, outbox.text);
  const remaining = topic.length + payload.length + (qos === 0 ? 0 : 2);
  const byteLength = remaining < 128 ? remaining + 2 : packetLength(remaining);
  const ring = outbox.ring ?? outbox.ownRing();
  if (byteLength > link.room || ring.byteLength + byteLength > options.maximumQueueBytes) {
    ring.unused();
    return undefined;
  }

  let start = 0;
  if (ring.count === 0 && byteLength === ring.viewLength) {
    // By itself, and as long as the one before.
    ring.count = 1;
    ring.back = ring.byteLength = byteLength;
  } else {
    start = ring.reserve(byteLength);
  }
  const bytes = ring.bytes as Uint8Array;
  bytes[start] = PUBLISH_QOS_0 | (qos << 1) | (message.retain === true ? 1 : 0);
  // Copying it is a tenth of all that a message takes.
  if (topic !== ring.topic) {
    let body = start + 2;
    if (remaining < 128) bytes[start + 1] = remaining;
    else body = writeRemainingLength(remaining, bytes, start + 1);
    bytes.set(topic, body);
    if (start === 0) ring.topic = topic;
  }
  const payloadStart = start + byteLength - payload.length;
  bytes.set(payload, payloadStart);
  const outgoing = new Outgoing(ring, start);
  if (handler !== undefined) outgoing.handler = handler;
  if (message.kind === "state") outgoing.stateTopic = message.topicName;
  link.connection.keepAlive.lastSent = now;
  const packet = start === 0 ? (ring.view as Uint8Array) : bytes.subarray(start, ring.back);
  if (qos === 0) {
    sendOnce(link, outgoing, packet);
    return outgoing;
  }

  const identifiers = session.identifiers;
  let packetIdentifier = identifiers.last + 1;
  if (identifiers.inUse === 0 && packetIdentifier <= MAXIMUM_PACKET_IDENTIFIER) {
    // So nothing is in flight.
    identifiers.inUse = 1;
    identifiers.first = identifiers.last = packetIdentifier;
    session.sentList.first = session.sentList.last = outgoing;
    session.sentList.length = 1;
  } else {
    packetIdentifier = identifiers.take();
    session.sentList.push(outgoing);
  }
  bytes[payloadStart - 2] = packetIdentifier >> 8;
  bytes[payloadStart - 1] = packetIdentifier;
  outgoing.packetIdentifier = packetIdentifier;
  link.room = link.stream.write(packet);
  return outgoing;
}

/** With QoS 0 it is sent once it is written. */
function sendOnce(link: Link, outgoing: Outgoing, packet: Uint8Array): void {
  try {
    link.room = link.stream.write(packet);
  } finally {
    // Also when the port threw: no list has it, and what it holds must not stay.
    link.connection.session.outbox.settle(outgoing, "sent");
  }
}
