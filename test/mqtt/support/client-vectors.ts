/** What a client sends: packets and their bytes, written by hand from the specification. */

import type { ClientPacket, Connect, Publish } from "../../../src/mqtt/packet.js";
import {
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "../../../src/mqtt/packet-type.js";
import { bytesFromHex } from "./hex.js";

export interface ClientVector {
  readonly name: string;
  readonly packet: ClientPacket;
  readonly hex: string;
}

export function clientVectors(): readonly ClientVector[] {
  return [...connectVectors(), ...publishVectors(), ...otherVectors()];
}

function connectVectors(): readonly ClientVector[] {
  return [
    {
      name: "CONNECT with nothing optional: all will flags 0, no user name, no password [MQTT-3.1.2-11]",
      packet: connect({}),
      hex: '10 0d 00 04 "MQTT" 04 02 00 3c 00 01 "d"',
    },
    {
      name: "CONNECT that resumes a session",
      packet: connect({ cleanSession: false, keepAlive: 0 }),
      hex: '10 0d 00 04 "MQTT" 04 00 00 00 00 01 "d"',
    },
    {
      name: "CONNECT with an empty client identifier [MQTT-3.1.3-3]",
      packet: connect({ clientIdentifier: "", keepAlive: 65_535 }),
      hex: '10 0c 00 04 "MQTT" 04 02 ff ff 00 00',
    },
    {
      name: "CONNECT with a client identifier beyond ASCII, its length in bytes [MQTT-3.1.3-4]",
      packet: connect({ clientIdentifier: "\u00fc\u{1f600}" }),
      hex: '10 12 00 04 "MQTT" 04 02 00 3c 00 06 c3 bc f0 9f 98 80',
    },
    {
      name: "CONNECT with all five fields in order [MQTT-3.1.3-1]",
      packet: connect({
        clientIdentifier: "id",
        cleanSession: false,
        will: { topicName: "w/t", payload: bytesFromHex("00 ff"), qos: 2, retain: true },
        userName: "u",
        password: bytesFromHex('"p" ff'),
      }),
      hex: '10 1e 00 04 "MQTT" 04 f4 00 3c 00 02 "id" 00 03 "w/t" 00 02 00 ff 00 01 "u" 00 02 "p" ff',
    },
    {
      name: "CONNECT with an empty will message at QoS 0 [MQTT-3.1.2-9]",
      packet: connect({ will: { topicName: "w", payload: new Uint8Array(0), qos: 0, retain: false } }),
      hex: '10 12 00 04 "MQTT" 04 06 00 3c 00 01 "d" 00 01 "w" 00 00',
    },
    {
      name: "CONNECT with a will at QoS 1 on a topic beyond ASCII [MQTT-3.1.3-10]",
      packet: connect({ will: { topicName: "\u20ac", payload: bytesFromHex("31"), qos: 1, retain: false } }),
      hex: '10 15 00 04 "MQTT" 04 0e 00 3c 00 01 "d" 00 03 e2 82 ac 00 01 31',
    },
    {
      name: "CONNECT with a retained will at QoS 0",
      packet: connect({ will: { topicName: "w", payload: bytesFromHex("31"), qos: 0, retain: true } }),
      hex: '10 13 00 04 "MQTT" 04 26 00 3c 00 01 "d" 00 01 "w" 00 01 31',
    },
    {
      name: "CONNECT with a user name and no password [MQTT-3.1.2-20]",
      packet: connect({ userName: "\u00fc" }),
      hex: '10 11 00 04 "MQTT" 04 82 00 3c 00 01 "d" 00 02 c3 bc',
    },
    {
      name: "CONNECT with an empty user name and an empty password [MQTT-3.1.2-19] [MQTT-3.1.2-21]",
      packet: connect({ userName: "", password: new Uint8Array(0) }),
      hex: '10 11 00 04 "MQTT" 04 c2 00 3c 00 01 "d" 00 00 00 00',
    },
  ];
}

function publishVectors(): readonly ClientVector[] {
  return [
    {
      name: "PUBLISH with QoS 0, without a packet identifier [MQTT-2.3.1-5] [MQTT-4.3.1-1]",
      packet: publish({ payload: bytesFromHex("00 0a") }),
      hex: '30 07 00 03 "a/b" 00 0a',
    },
    {
      name: "PUBLISH retained, without payload",
      packet: publish({ retain: true }),
      hex: '31 05 00 03 "a/b"',
    },
    {
      name: "PUBLISH with QoS 1",
      packet: publish({ qos: 1, packetIdentifier: 10, payload: bytesFromHex('"hi"') }),
      hex: '32 09 00 03 "a/b" 00 0a "hi"',
    },
    {
      name: "PUBLISH with QoS 1 sent again [MQTT-3.3.1-1]",
      packet: publish({ qos: 1, packetIdentifier: 65_535, duplicate: true, retain: true }),
      hex: '3b 07 00 03 "a/b" ff ff',
    },
    {
      name: "PUBLISH with QoS 2",
      packet: publish({ qos: 2, packetIdentifier: 256 }),
      hex: '34 07 00 03 "a/b" 01 00',
    },
    {
      name: "PUBLISH on a topic name beyond ASCII [MQTT-3.3.2-1]",
      packet: publish({ topicName: "\ufeff\u{1f600}/\u00fc" }),
      hex: "30 0c 00 0a ef bb bf f0 9f 98 80 2f c3 bc",
    },
    {
      name: "PUBLISH with a remaining length of 127, the last in one byte",
      packet: publish({ topicName: "t", payload: new Uint8Array(124) }),
      hex: `30 7f 00 01 "t"${" 00".repeat(124)}`,
    },
    {
      name: "PUBLISH with a remaining length of 128, the first in two bytes",
      packet: publish({ topicName: "t", payload: new Uint8Array(125) }),
      hex: `30 80 01 00 01 "t"${" 00".repeat(125)}`,
    },
  ];
}

function otherVectors(): readonly ClientVector[] {
  return [
    { name: "PUBACK", packet: { type: PUBACK, packetIdentifier: 1 }, hex: "40 02 00 01" },
    { name: "PUBREC", packet: { type: PUBREC, packetIdentifier: 258 }, hex: "50 02 01 02" },
    {
      name: "PUBREL, with flags 0010 [MQTT-3.6.1-1]",
      packet: { type: PUBREL, packetIdentifier: 65_535 },
      hex: "62 02 ff ff",
    },
    { name: "PUBCOMP", packet: { type: PUBCOMP, packetIdentifier: 13_423 }, hex: "70 02 34 6f" },
    {
      name: "SUBSCRIBE to one topic filter, with flags 0010 [MQTT-3.8.1-1]",
      packet: { type: SUBSCRIBE, packetIdentifier: 1, subscriptions: [{ topicFilter: "a/#", qos: 0 }] },
      hex: '82 08 00 01 00 03 "a/#" 00',
    },
    {
      name: "SUBSCRIBE to three topic filters with a QoS each",
      packet: {
        type: SUBSCRIBE,
        packetIdentifier: 10,
        subscriptions: [
          { topicFilter: "+", qos: 1 },
          { topicFilter: "c/\u00fc", qos: 2 },
          { topicFilter: "#", qos: 0 },
        ],
      },
      hex: '82 11 00 0a 00 01 "+" 01 00 04 "c/" c3 bc 02 00 01 "#" 00',
    },
    {
      name: "UNSUBSCRIBE from one topic filter, with flags 0010 [MQTT-3.10.1-1]",
      packet: { type: UNSUBSCRIBE, packetIdentifier: 2, topicFilters: ["a/b"] },
      hex: 'a2 07 00 02 00 03 "a/b"',
    },
    {
      name: "UNSUBSCRIBE from two topic filters, packed contiguously [MQTT-3.10.3-1]",
      packet: { type: UNSUBSCRIBE, packetIdentifier: 65_535, topicFilters: ["#", "\u20ac"] },
      hex: 'a2 0a ff ff 00 01 "#" 00 03 e2 82 ac',
    },
    { name: "PINGREQ", packet: { type: PINGREQ }, hex: "c0 00" },
    { name: "DISCONNECT", packet: { type: DISCONNECT }, hex: "e0 00" },
  ];
}

/** A CONNECT of client identifier "d" and 60 s of keep alive, with other `fields`. */
export function connect(fields: Partial<Connect>): Connect {
  return { type: CONNECT, clientIdentifier: "d", cleanSession: true, keepAlive: 60, ...fields };
}

/** An empty PUBLISH on "a/b" with QoS 0, with other `fields`. */
export function publish(fields: Partial<Publish>): Publish {
  return {
    type: PUBLISH,
    topicName: "a/b",
    payload: new Uint8Array(0),
    qos: 0,
    retain: false,
    duplicate: false,
    packetIdentifier: 0,
    ...fields,
  };
}
