/** What a server sends: packets and their bytes, written by hand from the specification. */

import type { ServerPacket } from "../../../src/mqtt/packet.js";
import {
  CONNACK,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  SUBACK,
  UNSUBACK,
} from "../../../src/mqtt/packet-type.js";
import { publish } from "./client-vectors.js";
import { bytesFromHex } from "./hex.js";

export interface ServerVector {
  readonly name: string;
  readonly packet: ServerPacket;
  readonly hex: string;
}

export function serverVectors(): readonly ServerVector[] {
  return [
    {
      name: "CONNACK that accepts",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 0 },
      hex: "20 02 00 00",
    },
    {
      name: "CONNACK with session present",
      packet: { type: CONNACK, sessionPresent: true, returnCode: 0 },
      hex: "20 02 01 00",
    },
    {
      name: "CONNACK that refuses the protocol version",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 1 },
      hex: "20 02 00 01",
    },
    {
      name: "CONNACK that refuses the client identifier",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 2 },
      hex: "20 02 00 02",
    },
    {
      name: "CONNACK of a server that is unavailable",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 3 },
      hex: "20 02 00 03",
    },
    {
      name: "CONNACK that refuses user name or password",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 4 },
      hex: "20 02 00 04",
    },
    {
      name: "CONNACK that refuses for want of rights",
      packet: { type: CONNACK, sessionPresent: false, returnCode: 5 },
      hex: "20 02 00 05",
    },
    {
      name: "PUBLISH with QoS 0, which has no packet identifier [MQTT-2.3.1-5]",
      packet: publish({ payload: bytesFromHex("00 0a") }),
      hex: '30 07 00 03 "a/b" 00 0a',
    },
    {
      name: "PUBLISH with QoS 0, retained and without payload",
      packet: publish({ retain: true }),
      hex: '31 05 00 03 "a/b"',
    },
    {
      name: "PUBLISH with QoS 1",
      packet: publish({ qos: 1, packetIdentifier: 10, payload: bytesFromHex('"hi"') }),
      hex: '32 09 00 03 "a/b" 00 0a "hi"',
    },
    {
      name: "PUBLISH with QoS 1, DUP and retained, without payload",
      packet: publish({ qos: 1, packetIdentifier: 65_535, duplicate: true, retain: true }),
      hex: '3b 07 00 03 "a/b" ff ff',
    },
    {
      name: "PUBLISH with QoS 2",
      packet: publish({ qos: 2, packetIdentifier: 256, payload: bytesFromHex("ff") }),
      hex: '34 08 00 03 "a/b" 01 00 ff',
    },
    {
      name: "PUBLISH with QoS 2 and DUP",
      packet: publish({ qos: 2, packetIdentifier: 1, duplicate: true }),
      hex: '3c 07 00 03 "a/b" 00 01',
    },
    {
      name: "PUBLISH whose topic name begins with U+FEFF, which is kept [MQTT-1.5.3-3]",
      packet: publish({ topicName: "\ufeffa\u{1f600}" }),
      hex: '30 0a 00 08 ef bb bf "a" f0 9f 98 80',
    },
    {
      name: "PUBLISH on a slash alone",
      packet: publish({ topicName: "/" }),
      hex: '30 03 00 01 "/"',
    },
    {
      name: "PUBLISH on a topic name that starts with $",
      packet: publish({ topicName: "$SYS/x", payload: bytesFromHex('"1"') }),
      hex: '30 09 00 06 "$SYS/x1"',
    },
    {
      name: "PUBLISH with a remaining length of two bytes",
      packet: publish({ topicName: "t", payload: new Uint8Array(125) }),
      hex: `30 80 01 00 01 "t"${" 00".repeat(125)}`,
    },
    { name: "PUBACK", packet: { type: PUBACK, packetIdentifier: 1 }, hex: "40 02 00 01" },
    { name: "PUBREC", packet: { type: PUBREC, packetIdentifier: 258 }, hex: "50 02 01 02" },
    {
      name: "PUBREL, with its flags [MQTT-3.6.1-1]",
      packet: { type: PUBREL, packetIdentifier: 65_535 },
      hex: "62 02 ff ff",
    },
    { name: "PUBCOMP", packet: { type: PUBCOMP, packetIdentifier: 255 }, hex: "70 02 00 ff" },
    {
      name: "SUBACK for one topic filter",
      packet: { type: SUBACK, packetIdentifier: 1, returnCodes: [0] },
      hex: "90 03 00 01 00",
    },
    {
      name: "SUBACK with every return code",
      packet: { type: SUBACK, packetIdentifier: 4660, returnCodes: [0, 1, 2, 0x80] },
      hex: "90 06 12 34 00 01 02 80",
    },
    { name: "UNSUBACK", packet: { type: UNSUBACK, packetIdentifier: 2 }, hex: "b0 02 00 02" },
    { name: "PINGRESP", packet: { type: PINGRESP }, hex: "d0 00" },
  ];
}
