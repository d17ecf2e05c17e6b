/**
 * The short way for what nearly all of a device's life is: one message that goes out, or one packet that comes in, while
 * nothing else is to be done. It does in one go what the client, the link, the connection, the transmitter and the
 * session otherwise do one after the other in a turn, and leaves them as they would leave themselves.
 *
 * Whatever is out of the ordinary is not for here: then nothing has been changed yet, or what has come is left to
 * the turn, which follows.
 *
 * Each call and each question costs here what all devices pay for every message, so there are few, and fields of others
 * are set where those would be asked to.
 */

import { BETWEEN } from "./framer.js";
import type { Link } from "./link.js";
import type { Message } from "./message.js";
import { bytesOfPayload } from "./message.js";
import type { DeliveryHandler } from "./outgoing.js";
import { Outgoing } from "./outgoing.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import { MAXIMUM_PACKET_IDENTIFIER } from "./packet-identifiers.js";
import { PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL } from "./packet-type.js";
import type { Milliseconds } from "./ports.js";
import { ACKNOWLEDGEMENT_LENGTH } from "./receive-buffer.js";
import { packetLength, writeRemainingLength } from "./remaining-length.js";
import type { Router } from "./router.js";

/** Says whether nothing is to be done but what arrives: a handler may have asked for something. */
export interface Calm {
  readonly isCalm: boolean;
}

/** First bytes of packets. */
const PUBLISH_QOS_0 = PUBLISH << 4;
const PUBLISH_QOS_1 = (PUBLISH << 4) | 2;
const PUBLISH_QOS_2 = (PUBLISH << 4) | 4;
const PUBACK_HEADER = PUBACK << 4;
const PUBREC_HEADER = PUBREC << 4;
const PUBREL_HEADER = (PUBREL << 4) | 2;
const PUBCOMP_HEADER = PUBCOMP << 4;

/**
 * Writes a message to the transport at once, when nothing waits there; others that follow gather until it has left, so
 * that they leave together, unless the transport sees to that. Only when the link is idle.
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
  const topic = name === names.last ? (names.lastEncoded as Uint8Array) : names.encoded(name);
  let payload = message.payload;
  // Asking what it is an instance of takes thrice as long.
  if (payload?.constructor !== Uint8Array) payload = bytesOfPayload(payload, outbox.text);
  const remaining = topic.length + payload.length + (qos === 0 ? 0 : 2);
  const byteLength = remaining < 128 ? remaining + 2 : packetLength(remaining);
  const ring = outbox.ring ?? outbox.ownRing();
  if (byteLength > link.room || ring.byteLength + byteLength > options.maximumQueueBytes) return undefined;

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

/**
 * Takes one packet that has arrived by itself, tells of it, and answers it; or one more part of a long packet. Only when
 * the link was idle before.
 * @returns whether that was all; else a turn is to follow
 */
export function takeAlone(link: Link, router: Router, client: Calm, now: Milliseconds): boolean {
  const readable = link.readable;
  // Then it has ended: while nothing is to be done, nothing is left to be read.
  if (readable === 0) return false;
  const connection = link.connection;
  const framer = connection.framer;
  const receiveBuffer = framer.receiveBuffer;
  // Whether the packet begins with what is read now.
  const isBlank = framer.filled === 0 && framer.state === BETWEEN;
  let byteLength = 0;
  try {
    const space =
      isBlank && readable === receiveBuffer.viewLength
        ? (receiveBuffer.view as Uint8Array)
        : framer.space(readable);
    link.stream.read(space);
    byteLength = space.length;
    link.readable = readable - byteLength;
    link.hasNews = byteLength < readable;
    connection.keepAlive.lastReceived = now;
    const bytes = framer.buffer;
    if (isBlank && bytes === receiveBuffer.bytes) {
      if (byteLength === ACKNOWLEDGEMENT_LENGTH && bytes[1] === 2) {
        const packetIdentifier = ((bytes[2] as number) << 8) | (bytes[3] as number);
        if (bytes[0] === PUBACK_HEADER && packetIdentifier > 0) {
          // All that was there: the buffer takes more than that.
          connection.session.acknowledged(packetIdentifier);
          return true;
        }
        if (takeOther(link, bytes[0] as number, packetIdentifier, now)) return true;
      } else if (takeMessage(link, router, client, bytes, byteLength, now)) {
        return !link.hasNews && client.isCalm && connection.owed === 0;
      }
    }
  } catch (error) {
    // What breaks the specification ends the connection in the turn too; and when the transport fails at the answer, the
    // packet is not there any more.
    connection.failed(error);
    return false;
  }
  framer.commit(byteLength);
  connection.starved = framer.isShort;
  return connection.starved;
}

/** Takes an acknowledgement other than PUBACK; returns whether it was one, and is done with. */
function takeOther(
  link: Link,
  first: number,
  packetIdentifier: PacketIdentifier,
  now: Milliseconds,
): boolean {
  if (packetIdentifier === 0) return false;
  const session = link.connection.session;
  if (first === PUBCOMP_HEADER) {
    session.completed(packetIdentifier);
    return true;
  }
  if (link.room < ACKNOWLEDGEMENT_LENGTH) return false;
  if (first === PUBREC_HEADER) {
    // No other is due, since the link was idle.
    session.recorded(packetIdentifier);
    session.nextRelease();
    answer(link, PUBREL_HEADER, packetIdentifier, now);
    return true;
  }
  if (first === PUBREL_HEADER) {
    session.forget(packetIdentifier);
    answer(link, PUBCOMP_HEADER, packetIdentifier, now);
    return true;
  }
  return false;
}

/** Returns whether the packet was a message. If it was, and the acknowledgement could not go at once, it is owed. */
function takeMessage(
  link: Link,
  router: Router,
  client: Calm,
  bytes: Uint8Array,
  byteLength: number,
  now: Milliseconds,
): boolean {
  const connection = link.connection;
  const receiveBuffer = connection.framer.receiveBuffer;
  const first = bytes[0] as number;
  if (first !== PUBLISH_QOS_1 && first !== PUBLISH_QOS_0 && first !== PUBLISH_QOS_2) return false;
  const low = bytes[1] as number;
  let body = 2;
  if (low > 127) {
    const high = bytes[2] as number;
    body = high > 127 || (high << 7) + low - 125 !== byteLength ? 0 : 3;
  } else if (low + 2 !== byteLength) {
    body = 0;
  }
  if (body === 0 || byteLength > connection.framer.limit) return false;
  const topicEnd = body + 2 + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
  const start = first === PUBLISH_QOS_0 ? topicEnd : topicEnd + 2;
  if (start > byteLength) return false;
  const packetIdentifier = ((bytes[start - 2] as number) << 8) | (bytes[start - 1] as number);
  if (packetIdentifier === 0 && first !== PUBLISH_QOS_0) return false;
  const route = router.find(bytes, body + 2, topicEnd);
  if (first !== PUBLISH_QOS_0) {
    connection.owed = first === PUBLISH_QOS_1 ? PUBACK : PUBREC;
    connection.owedIdentifier = packetIdentifier;
  }
  if (first !== PUBLISH_QOS_2 || connection.session.receive(packetIdentifier)) {
    const payload =
      start === receiveBuffer.partStart && byteLength === receiveBuffer.partEnd
        ? (receiveBuffer.partView as Uint8Array)
        : receiveBuffer.part(start, byteLength);
    const qos = ((first >> 1) & 3) as QoS;
    try {
      route.handler.onMessage({ topicName: route.topicName, payload, qos, retain: false, duplicate: false });
    } catch (error) {
      router.failed(error);
    }
  }
  const owed = connection.owed;
  if (owed !== 0 && client.isCalm && link.room >= ACKNOWLEDGEMENT_LENGTH) {
    connection.owed = 0;
    answer(link, owed << 4, packetIdentifier, now);
  }
  return true;
}

/** Where what it answers lay, there is room for it now. */
function answer(link: Link, first: number, packetIdentifier: PacketIdentifier, now: Milliseconds): void {
  const connection = link.connection;
  const receiveBuffer = connection.framer.receiveBuffer;
  const bytes = receiveBuffer.bytes;
  bytes[0] = first;
  bytes[1] = 2;
  bytes[2] = packetIdentifier >> 8;
  bytes[3] = packetIdentifier;
  connection.keepAlive.lastSent = now;
  link.room = link.stream.write(receiveBuffer.brief ?? receiveBuffer.acknowledgement());
}
