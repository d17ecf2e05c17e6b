/** The fewest bytes that MQTT 3.1.1 allows for a packet, worked out from its text and from no code of Reed's. */

import type { QoS } from "../../src/mqtt/packet.js";

/** PUBACK, PUBREC, PUBREL and PUBCOMP: fixed header and packet identifier (sections 3.4 to 3.7). */
export const ACKNOWLEDGEMENT_LENGTH = 4;

/** Section 3.3: fixed header, topic name with its length, packet identifier unless QoS 0, payload. */
export function minimumPublishLength(topicLength: number, payloadLength: number, qos: QoS): number {
  return withFixedHeader(2 + topicLength + (qos === 0 ? 0 : 2) + payloadLength);
}

/** Section 3.8: packet identifier, and each topic filter with its length and its QoS. */
export function minimumSubscribeLength(topicFilters: readonly string[]): number {
  return withFixedHeader(2 + topicFilters.reduce((sum, { length }) => sum + 2 + length + 1, 0));
}

/** Section 3.1, without will, user and password: protocol name and level, flags, keep alive, client identifier. */
export function minimumConnectLength(clientIdentifier: string): number {
  return withFixedHeader(6 + 1 + 1 + 2 + 2 + clientIdentifier.length);
}

/** Section 2.2: a byte of type and flags, and one to four of remaining length. */
function withFixedHeader(remainingLength: number): number {
  const sizes = [127, 16_383, 2_097_151];
  const size = 1 + sizes.filter((largest) => remainingLength > largest).length;
  return 1 + size + remainingLength;
}
