/**
 * Bytes to packets: everything a server sends, and nothing else (section 3). What the specification forbids without
 * a numbered statement of its own is refused under [MQTT-4.8.0-1], which says that a protocol violation closes the
 * network connection.
 */

import { ProtocolError } from "./errors.js";
import type { Acknowledgement, Publish, QoS, RefusalCode, ServerPacket } from "./packet.js";
import {
  CONNACK,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  UNSUBACK,
} from "./packet-type.js";
import { readRemainingLength, remainingLengthEnd } from "./remaining-length.js";
import { readString } from "./string.js";
import { hasWildcard } from "./topic.js";

/**
 * The one packet that `bytes` hold from `start` to `end`.
 * @throws ProtocolError naming the statement that is violated
 */
export function decode(bytes: Uint8Array, start = 0, end: number = bytes.length): ServerPacket {
  const body = end - start < 2 ? -1 : remainingLengthEnd(bytes, start + 1, end);
  if (body === -1) throw violation("packet ends inside its fixed header");
  const remaining = readRemainingLength(bytes, start + 1, body);
  checkFixedHeader(bytes[start] as number, remaining);
  if (body + remaining !== end) {
    throw violation(`remaining length is ${remaining}, but ${end - body} bytes follow`);
  }
  const type = (bytes[start] as number) >> 4;
  switch (type) {
    case CONNACK: {
      const returnCode = decodeConnectReturnCode(bytes, body);
      return { type, sessionPresent: (bytes[body] as number) === 1, returnCode };
    }
    case PUBLISH:
      return decodePublish(bytes, start, body, end);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
    case UNSUBACK:
      return { type, packetIdentifier: decodeIdentifier(bytes, body) } as Acknowledgement;
    case SUBACK:
      return {
        type,
        packetIdentifier: decodeIdentifier(bytes, body),
        returnCodes: decodeReturnCodes(bytes, body + 2, end),
      };
    default:
      return { type: PINGRESP };
  }
}

/**
 * Refuses a fixed header no server may send, before any byte of the body is waited for.
 * @throws ProtocolError MQTT-2.2.2-2 for flags, MQTT-3.3.1-4 for QoS 3, MQTT-4.8.0-1 for type and length
 */
export function checkFixedHeader(first: number, remaining: number): void {
  // What is by far the commonest, at a glance.
  if (first === 0x30 || first === 0x32 || first === 0x34) return;
  if (remaining === 2 && (first === 0x40 || first === 0x50 || first === 0x62 || first === 0x70)) return;
  checkOtherHeader(first, remaining);
}

function checkOtherHeader(first: number, remaining: number): void {
  const type = first >> 4;
  const flags = first & 15;
  if (type === PUBLISH) {
    if ((flags & 6) === 6) throw new ProtocolError("MQTT-3.3.1-4", "PUBLISH with QoS 3");
    if ((flags & 14) === 8) throw new ProtocolError("MQTT-3.3.1-2", "PUBLISH with QoS 0 and DUP");
    return;
  }
  if (!isFromServer(type)) throw violation(`packet type ${type} is not one a server sends`);
  if (flags !== (type === PUBREL ? 2 : 0)) {
    throw new ProtocolError("MQTT-2.2.2-2", `packet type ${type} with reserved flags ${flags}`);
  }
  if (type === SUBACK) {
    if (remaining < 3) throw new ProtocolError("MQTT-3.8.4-5", "SUBACK without a return code");
  } else if (remaining !== (type === PINGRESP ? 0 : 2)) {
    throw violation(`packet type ${type} with remaining length ${remaining}`);
  }
}

/** Of the CONNACK whose body starts at `body`. Its Session Present flag is the lowest bit of the first byte there. */
export function decodeConnectReturnCode(bytes: Uint8Array, body: number): 0 | RefusalCode {
  const flags = bytes[body] as number;
  const returnCode = bytes[body + 1] as number;
  if (flags > 1) throw violation(`CONNACK with reserved flags ${flags}`);
  if (returnCode > 5) {
    throw new ProtocolError("MQTT-3.2.2-6", `CONNACK with reserved return code ${returnCode}`);
  }
  if (flags === 1 && returnCode !== 0) {
    throw new ProtocolError("MQTT-3.2.2-4", `CONNACK with session present and return code ${returnCode}`);
  }
  return returnCode as 0 | RefusalCode;
}

/**
 * Where the topic name of the PUBLISH ends whose variable header starts at `body`; it starts at `body + 2`.
 * @throws ProtocolError when there is not enough for it and a packet identifier, if there is one
 */
export function publishTopicEnd(bytes: Uint8Array, body: number, end: number, qos: number): number {
  const topicEnd = body + 2 + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
  if (end < body + 2 || topicEnd + (qos === 0 ? 0 : 2) > end) {
    throw new ProtocolError("MQTT-3.3.2-1", "PUBLISH ends inside its topic name or packet identifier");
  }
  return topicEnd;
}

/** The PUBLISH whose first byte is at `start` and whose variable header starts at `body`; `payload` is a view. */
export function decodePublish(bytes: Uint8Array, start: number, body: number, end: number): Publish {
  const first = bytes[start] as number;
  const qos = ((first >> 1) & 3) as QoS;
  const topicEnd = publishTopicEnd(bytes, body, end, qos);
  return {
    type: PUBLISH,
    topicName: decodeTopicName(bytes, body + 2, topicEnd),
    payload: bytes.subarray(qos === 0 ? topicEnd : topicEnd + 2, end),
    qos,
    retain: (first & 1) === 1,
    duplicate: (first & 8) === 8,
    packetIdentifier: qos === 0 ? 0 : decodeIdentifier(bytes, topicEnd),
  };
}

/** The packet identifier at `offset`. */
export function decodeIdentifier(bytes: Uint8Array, offset: number): number {
  const packetIdentifier = ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
  if (packetIdentifier === 0) throw new ProtocolError("MQTT-2.3.1-1", "packet identifier 0");
  return packetIdentifier;
}

/** The return codes of a SUBACK, which stand between `start` and `end`. */
export function decodeReturnCodes(bytes: Uint8Array, start: number, end: number): (QoS | 0x80)[] {
  const returnCodes: (QoS | 0x80)[] = [];
  for (let i = start; i < end; i += 1) {
    const code = bytes[i] as number;
    if (code > 2 && code !== 0x80) {
      throw new ProtocolError("MQTT-3.9.3-2", `SUBACK with reserved return code ${code}`);
    }
    returnCodes.push(code as QoS | 0x80);
  }
  return returnCodes;
}

/** The topic name between `start` and `end`. */
export function decodeTopicName(bytes: Uint8Array, start: number, end: number): string {
  const topicName = readString(bytes, start, end);
  if (topicName === "") throw new ProtocolError("MQTT-4.7.3-1", "PUBLISH with an empty topic name");
  if (hasWildcard(topicName)) {
    throw new ProtocolError("MQTT-3.3.2-2", "PUBLISH with a wildcard in its topic name");
  }
  return topicName;
}

function isFromServer(type: number): boolean {
  return (type >= CONNACK && type <= PUBCOMP) || type === SUBACK || type === UNSUBACK || type === PINGRESP;
}

function violation(message: string): ProtocolError {
  return new ProtocolError("MQTT-4.8.0-1", message);
}
