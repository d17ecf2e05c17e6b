/**
 * Packets to bytes: everything a client sends (section 3). `encodedLength` checks and measures, `encode` writes.
 */

import { UsageError } from "./errors.js";
import type {
  Acknowledgement,
  ClientPacket,
  Connect,
  Publish,
  QoS,
  Subscribe,
  Unsubscribe,
} from "./packet.js";
import {
  CONNECT,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "./packet-type.js";
import { MAXIMUM_REMAINING_LENGTH, remainingLengthSize, writeRemainingLength } from "./remaining-length.js";
import { MAXIMUM_FIELD_LENGTH, stringLength, writeString, writeUint16 } from "./string.js";
import { checkTopicFilter, checkTopicName } from "./topic.js";

/** "MQTT" with its length, and protocol level 4 (3.1.2.1, 3.1.2.2). */
const PROTOCOL = Object.freeze([0, 4, 0x4d, 0x51, 0x54, 0x54, 4]);

const FLAG_USER_NAME = 0x80;
const FLAG_PASSWORD = 0x40;
const FLAG_WILL_RETAIN = 0x20;
const FLAG_WILL = 0x04;
const FLAG_CLEAN_SESSION = 0x02;

/** The DUP flag in the first byte of a PUBLISH. */
export const FLAG_DUPLICATE = 0x08;

/**
 * The whole length of `packet` on the wire, fixed header included.
 * @throws UsageError when the specification does not allow the packet
 */
export function encodedLength(packet: ClientPacket): number {
  return packetLength(remainingLength(packet));
}

/** Writes `packet`, which must have passed `encodedLength`, at `offset`; returns the end. */
export function encode(packet: ClientPacket, target: Uint8Array, offset: number): number {
  switch (packet.type) {
    case CONNECT:
      return encodeConnect(packet, target, offset);
    case PUBLISH:
      return encodePublish(packet, target, offset);
    case SUBSCRIBE:
      return encodeSubscribe(packet, target, offset);
    case UNSUBSCRIBE:
      return encodeUnsubscribe(packet, target, offset);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
    case UNSUBACK:
      return encodeAcknowledgement(packet.type, packet.packetIdentifier, target, offset);
    default:
      target[offset] = packet.type << 4;
      target[offset + 1] = 0;
      return offset + 2;
  }
}

/** `packet` as bytes of their own. Throws as `encodedLength`. */
export function encoded(packet: ClientPacket): Uint8Array {
  const bytes = new Uint8Array(encodedLength(packet));
  encode(packet, bytes, 0);
  return bytes;
}

/** Writes a packet that is nothing but a packet identifier: four bytes. */
export function encodeAcknowledgement(
  type: Acknowledgement["type"],
  packetIdentifier: number,
  target: Uint8Array,
  offset: number,
): number {
  // PUBREL alone has the reserved flags 0010 [MQTT-3.6.1-1].
  target[offset] = type === PUBREL ? 0x62 : type << 4;
  target[offset + 1] = 2;
  target[offset + 2] = packetIdentifier >> 8;
  target[offset + 3] = packetIdentifier & 0xff;
  return offset + 4;
}

/** @throws UsageError `invalid-qos` */
export function checkQos(qos: unknown, what: string): asserts qos is QoS {
  if (qos !== 0 && qos !== 1 && qos !== 2) {
    throw new UsageError("invalid-qos", `${what} is ${String(qos)}, but must be 0, 1 or 2`);
  }
}

function packetLength(remaining: number): number {
  if (remaining > MAXIMUM_REMAINING_LENGTH) {
    throw new UsageError("invalid-packet", `packet of ${remaining} bytes: MQTT carries at most 268,435,455`);
  }
  return 1 + remainingLengthSize(remaining) + remaining;
}

function remainingLength(packet: ClientPacket): number {
  switch (packet.type) {
    case CONNECT:
      return connectLength(packet);
    case PUBLISH:
      return publishLength(packet);
    case SUBSCRIBE:
      return subscribeLength(packet);
    case UNSUBSCRIBE:
      return unsubscribeLength(packet);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
    case UNSUBACK:
      checkIdentifier(packet.packetIdentifier);
      return 2;
    default:
      return 0;
  }
}

function connectLength(packet: Connect): number {
  const { clientIdentifier, cleanSession, keepAlive, will, userName, password } = packet;
  if (clientIdentifier === "" && !cleanSession) {
    throw new UsageError("invalid-packet", "an empty client identifier needs clean session [MQTT-3.1.3-7]");
  }
  if (!Number.isInteger(keepAlive) || keepAlive < 0 || keepAlive > 65_535) {
    throw new UsageError("invalid-packet", `keep alive is ${keepAlive}, but must be 0 to 65,535 s`);
  }
  if (password !== undefined && userName === undefined) {
    throw new UsageError("invalid-packet", "a password needs a user name [MQTT-3.1.2-22]");
  }
  let length = 10 + 2 + stringLength(clientIdentifier, "client identifier");
  if (will !== undefined) {
    checkQos(will.qos, "will QoS [MQTT-3.1.2-14]");
    length += 2 + checkTopicName(will.topicName) + 2 + binaryLength(will.payload, "will message");
  }
  if (userName !== undefined) length += 2 + stringLength(userName, "user name");
  if (password !== undefined) length += 2 + binaryLength(password, "password");
  return length;
}

function encodeConnect(packet: Connect, target: Uint8Array, offset: number): number {
  const { will, userName, password } = packet;
  target[offset] = CONNECT << 4;
  let end = writeRemainingLength(connectLength(packet), target, offset + 1);
  target.set(PROTOCOL, end);
  end += PROTOCOL.length;
  target[end++] =
    (userName === undefined ? 0 : FLAG_USER_NAME) |
    (password === undefined ? 0 : FLAG_PASSWORD) |
    (will === undefined ? 0 : FLAG_WILL | (will.qos << 3) | (will.retain ? FLAG_WILL_RETAIN : 0)) |
    (packet.cleanSession ? FLAG_CLEAN_SESSION : 0);
  end = writeUint16(packet.keepAlive, target, end);
  end = writeString(packet.clientIdentifier, target, end);
  if (will !== undefined) {
    end = writeString(will.topicName, target, end);
    end = writeBinary(will.payload, target, end);
  }
  if (userName !== undefined) end = writeString(userName, target, end);
  if (password !== undefined) end = writeBinary(password, target, end);
  return end;
}

function publishLength(packet: Publish): number {
  const { qos } = packet;
  checkQos(qos, "QoS [MQTT-3.3.1-4]");
  if (qos === 0) {
    if (packet.duplicate) {
      throw new UsageError("invalid-packet", "DUP must be 0 with QoS 0 [MQTT-3.3.1-2]");
    }
    return 2 + checkTopicName(packet.topicName) + packet.payload.length;
  }
  checkIdentifier(packet.packetIdentifier);
  return 4 + checkTopicName(packet.topicName) + packet.payload.length;
}

function encodePublish(packet: Publish, target: Uint8Array, offset: number): number {
  const end = encodePublishHeader(packet, publishLength(packet), target, offset);
  target.set(packet.payload, end);
  return end + packet.payload.length;
}

/** What of a PUBLISH stands before its payload. */
export type PublishHeader = Omit<Publish, "payload" | "type">;

/** Writes a PUBLISH of `remaining` bytes up to where its payload begins, and returns that place. */
export function encodePublishHeader(
  header: PublishHeader,
  remaining: number,
  target: Uint8Array,
  offset: number,
): number {
  target[offset] =
    (PUBLISH << 4) | (header.duplicate ? FLAG_DUPLICATE : 0) | (header.qos << 1) | (header.retain ? 1 : 0);
  const end = writeString(header.topicName, target, writeRemainingLength(remaining, target, offset + 1));
  return header.qos === 0 ? end : writeUint16(header.packetIdentifier, target, end);
}

/**
 * Writes a PUBLISH of `remaining` bytes up to the end of its topic name, and returns that place.
 * @param topic the topic name with its length
 */
export function writePublish(
  qos: QoS,
  retain: boolean,
  remaining: number,
  topic: Uint8Array,
  target: Uint8Array,
  start: number,
): number {
  target[start] = (PUBLISH << 4) | (qos << 1) | (retain ? 1 : 0);
  let body = start + 2;
  if (remaining < 128) target[start + 1] = remaining;
  else body = writeRemainingLength(remaining, target, start + 1);
  target.set(topic, body);
  return body + topic.length;
}

function subscribeLength(packet: Subscribe): number {
  checkIdentifier(packet.packetIdentifier);
  if (packet.subscriptions.length === 0) {
    throw new UsageError("invalid-packet", "SUBSCRIBE without a topic filter [MQTT-3.8.3-3]");
  }
  let length = 2;
  for (const { topicFilter, qos } of packet.subscriptions) {
    checkQos(qos, "requested QoS [MQTT-3.8.3-4]");
    length += 2 + checkTopicFilter(topicFilter) + 1;
  }
  return length;
}

function encodeSubscribe(packet: Subscribe, target: Uint8Array, offset: number): number {
  target[offset] = (SUBSCRIBE << 4) | 2; // [MQTT-3.8.1-1]
  let end = writeRemainingLength(subscribeLength(packet), target, offset + 1);
  end = writeUint16(packet.packetIdentifier, target, end);
  for (const { topicFilter, qos } of packet.subscriptions) {
    end = writeString(topicFilter, target, end);
    target[end++] = qos;
  }
  return end;
}

function unsubscribeLength(packet: Unsubscribe): number {
  checkIdentifier(packet.packetIdentifier);
  if (packet.topicFilters.length === 0) {
    throw new UsageError("invalid-packet", "UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]");
  }
  let length = 2;
  for (const topicFilter of packet.topicFilters) length += 2 + checkTopicFilter(topicFilter);
  return length;
}

function encodeUnsubscribe(packet: Unsubscribe, target: Uint8Array, offset: number): number {
  target[offset] = (UNSUBSCRIBE << 4) | 2; // [MQTT-3.10.1-1]
  let end = writeRemainingLength(unsubscribeLength(packet), target, offset + 1);
  end = writeUint16(packet.packetIdentifier, target, end);
  for (const topicFilter of packet.topicFilters) end = writeString(topicFilter, target, end);
  return end;
}

function checkIdentifier(packetIdentifier: number): void {
  if (!Number.isInteger(packetIdentifier) || packetIdentifier < 1 || packetIdentifier > 65_535) {
    throw new UsageError(
      "invalid-packet",
      `packet identifier is ${packetIdentifier}, but must be 1 to 65,535 [MQTT-2.3.1-1]`,
    );
  }
}

function binaryLength(bytes: Uint8Array, what: string): number {
  if (bytes.length > MAXIMUM_FIELD_LENGTH) {
    throw new UsageError("invalid-packet", `${what} of ${bytes.length} bytes: MQTT carries at most 65,535`);
  }
  return bytes.length;
}

function writeBinary(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const start = writeUint16(bytes.length, target, offset);
  target.set(bytes, start);
  return start + bytes.length;
}
