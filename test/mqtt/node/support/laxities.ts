/**
 * Where mqtt-packet takes what the specification forbids a server to send, and we do not. It is a codec for brokers
 * and clients both, and leaves these checks to them; a device's client is the last that can make them.
 */

import { isUtf8 } from "node:buffer";
import type { Packet } from "mqtt-packet";

export interface Laxity {
  readonly name: string;
  /** Bytes that mqtt-packet takes, and the statement under which we reject them. */
  readonly examples: readonly (readonly [hex: string, statement: string])[];
  /** Whether `packet`, which mqtt-packet has read from `bytes`, is of this class. */
  matches(packet: Packet, bytes: Uint8Array): boolean;
}

const CLIENT_COMMANDS: readonly string[] = ["connect", "subscribe", "unsubscribe", "pingreq", "disconnect"];
const COMMANDS_OF_TWO_BYTES: readonly string[] = ["connack", "puback", "pubrec", "pubrel", "pubcomp"];
const COMMANDS_WITH_IDENTIFIER: readonly string[] = [
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "suback",
  "unsuback",
];

export const LAXITIES: readonly Laxity[] = [
  {
    name: "it reads what only a client may send, not knowing which side it is on",
    examples: [
      ["c0 00", "MQTT-4.8.0-1"],
      ["e0 00", "MQTT-4.8.0-1"],
      ['82 06 00 01 00 01 "a" 00', "MQTT-4.8.0-1"],
      ['a2 05 00 01 00 01 "a"', "MQTT-4.8.0-1"],
      ['10 0d 00 04 "MQTT" 04 02 00 3c 00 01 "d"', "MQTT-4.8.0-1"],
    ],
    matches: (packet) => CLIENT_COMMANDS.includes(packet.cmd),
  },
  {
    name: "it skips what is too much in a packet of fixed length, and makes up what is missing",
    examples: [
      ["40 03 00 01 00", "MQTT-4.8.0-1"],
      ["62 01 00", "MQTT-4.8.0-1"],
      ["70 00", "MQTT-4.8.0-1"],
      ["20 03 00 00 00", "MQTT-4.8.0-1"],
      ["20 01 00", "MQTT-4.8.0-1"],
      ["d0 01 00", "MQTT-4.8.0-1"],
    ],
    matches: (packet) =>
      (COMMANDS_OF_TWO_BYTES.includes(packet.cmd) && packet.length !== 2) ||
      (packet.cmd === "pingresp" && packet.length !== 0),
  },
  {
    name: "it takes a SUBACK without a return code",
    examples: [
      ["90 02 00 01", "MQTT-3.8.4-5"],
      ["90 01 00", "MQTT-3.8.4-5"],
    ],
    matches: (packet) => packet.cmd === "suback" && (packet.length ?? 0) < 3,
  },
  {
    name: "it takes packet identifier 0",
    examples: [
      ["40 02 00 00", "MQTT-2.3.1-1"],
      ["90 03 00 00 01", "MQTT-2.3.1-1"],
      ['32 05 00 01 "a" 00 00', "MQTT-2.3.1-1"],
    ],
    matches: (packet) =>
      packet.messageId === 0 &&
      (COMMANDS_WITH_IDENTIFIER.includes(packet.cmd) || (packet.cmd === "publish" && packet.qos > 0)),
  },
  {
    name: "it takes -1 for the packet identifier of a PUBLISH that ends before it",
    examples: [
      ['32 03 00 01 "a"', "MQTT-3.3.2-1"],
      ['34 04 00 01 "a" 00', "MQTT-3.3.2-1"],
    ],
    matches: (packet) => packet.cmd === "publish" && packet.messageId === -1,
  },
  {
    name: "it takes DUP with QoS 0",
    examples: [['38 03 00 01 "a"', "MQTT-3.3.1-2"]],
    matches: (packet) => packet.cmd === "publish" && packet.qos === 0 && packet.dup,
  },
  {
    name: "it takes reserved return codes in CONNACK",
    examples: [
      ["20 02 00 06", "MQTT-3.2.2-6"],
      ["20 02 00 ff", "MQTT-3.2.2-6"],
    ],
    matches: (packet) => packet.cmd === "connack" && (packet.returnCode ?? 0) > 5,
  },
  {
    name: "it takes session present in a CONNACK that refuses",
    examples: [["20 02 01 05", "MQTT-3.2.2-4"]],
    matches: (packet) => packet.cmd === "connack" && packet.sessionPresent && packet.returnCode !== 0,
  },
  {
    name: "it takes an empty topic name",
    examples: [["30 02 00 00", "MQTT-4.7.3-1"]],
    matches: (packet) => packet.cmd === "publish" && packet.topic === "",
  },
  {
    name: "it takes wildcards in a topic name",
    examples: [
      ['30 05 00 03 "a/#"', "MQTT-3.3.2-2"],
      ['30 05 00 03 "a/+"', "MQTT-3.3.2-2"],
    ],
    matches: (packet) => packet.cmd === "publish" && /[+#]/.test(packet.topic),
  },
  {
    name: "it takes U+0000 in a topic name",
    examples: [['30 04 00 02 "a" 00', "MQTT-1.5.3-2"]],
    matches: (packet) => packet.cmd === "publish" && packet.topic.includes("\0"),
  },
  {
    name: "it replaces ill-formed UTF-8 in a topic name by U+FFFD",
    examples: [
      ['30 04 00 02 "a" ff', "MQTT-1.5.3-1"],
      ["30 05 00 03 ed a0 80", "MQTT-1.5.3-1"],
      ["30 04 00 02 c0 80", "MQTT-1.5.3-1"],
    ],
    matches: (packet, bytes) => packet.cmd === "publish" && !isUtf8(topicBytes(bytes)),
  },
];

/** The bytes of the topic name of a PUBLISH, found without the code under test. */
function topicBytes(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((value, index) => index > 0 && value < 0x80) + 3;
  return bytes.subarray(start, start + 256 * (bytes[start - 2] ?? 0) + (bytes[start - 1] ?? 0));
}
