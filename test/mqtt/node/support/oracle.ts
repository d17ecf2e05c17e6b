/** mqtt-packet as an independent reader and writer of MQTT 3.1.1, its packets translated from and into ours. */

import type { Packet } from "mqtt-packet";
import { generate, parser } from "mqtt-packet";
import type { ClientPacket, QoS, ServerPacket } from "../../../../src/mqtt/packet.js";
import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../../../src/mqtt/packet-type.js";

const VERSION = Object.freeze({ protocolVersion: 4 });

/** The one packet that mqtt-packet reads from all of `bytes`, or undefined when it finds something wrong with them. */
export function acceptedByOracle(bytes: Uint8Array): Packet | undefined {
  const packets: Packet[] = [];
  let isFaulty = false;
  const reader = parser(VERSION);
  reader.on("packet", (packet) => packets.push(packet));
  reader.on("error", () => {
    isFaulty = true;
  });
  reader.parse(Buffer.from(bytes));
  const [packet] = packets;
  if (isFaulty || packet === undefined || packets.length > 1) return undefined;
  // It does not say whether the beginning of another packet follows.
  const body = bytes.findIndex((value, index) => index > 0 && value < 0x80) + 1;
  return body + (packet.length ?? 0) === bytes.length ? packet : undefined;
}

/** `packet` as bytes, written by mqtt-packet. */
export function writtenByOracle(packet: ClientPacket | ServerPacket): Uint8Array {
  return generate(toOracle(packet), VERSION);
}

function toOracle(packet: ClientPacket | ServerPacket): Packet {
  switch (packet.type) {
    case CONNECT: {
      const { clientIdentifier, cleanSession, keepAlive, will, userName, password } = packet;
      return {
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: clientIdentifier,
        clean: cleanSession,
        keepalive: keepAlive,
        ...(will === undefined
          ? {}
          : {
              will: {
                topic: will.topicName,
                payload: Buffer.from(will.payload),
                qos: will.qos,
                retain: will.retain,
              },
            }),
        ...(userName === undefined ? {} : { username: userName }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      };
    }
    case CONNACK:
      return { cmd: "connack", sessionPresent: packet.sessionPresent, returnCode: packet.returnCode };
    case PUBLISH:
      return {
        cmd: "publish",
        topic: packet.topicName,
        payload: Buffer.from(packet.payload),
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.duplicate,
        ...(packet.qos === 0 ? {} : { messageId: packet.packetIdentifier }),
      };
    case PUBACK:
      return { cmd: "puback", messageId: packet.packetIdentifier };
    case PUBREC:
      return { cmd: "pubrec", messageId: packet.packetIdentifier };
    case PUBREL:
      return { cmd: "pubrel", messageId: packet.packetIdentifier };
    case PUBCOMP:
      return { cmd: "pubcomp", messageId: packet.packetIdentifier };
    case UNSUBACK:
      return { cmd: "unsuback", messageId: packet.packetIdentifier, granted: [] };
    case SUBSCRIBE:
      return {
        cmd: "subscribe",
        messageId: packet.packetIdentifier,
        subscriptions: packet.subscriptions.map(({ topicFilter, qos }) => ({ topic: topicFilter, qos })),
      };
    case SUBACK:
      return { cmd: "suback", messageId: packet.packetIdentifier, granted: [...packet.returnCodes] };
    case UNSUBSCRIBE:
      return {
        cmd: "unsubscribe",
        messageId: packet.packetIdentifier,
        unsubscriptions: [...packet.topicFilters],
      };
    case PINGREQ:
      return { cmd: "pingreq" };
    case PINGRESP:
      return { cmd: "pingresp" };
    case DISCONNECT:
      return { cmd: "disconnect" };
  }
}

const ACKNOWLEDGEMENTS = Object.freeze({
  puback: PUBACK,
  pubrec: PUBREC,
  pubrel: PUBREL,
  pubcomp: PUBCOMP,
  unsuback: UNSUBACK,
});
const BARE = Object.freeze({ pingreq: PINGREQ, pingresp: PINGRESP, disconnect: DISCONNECT });

/** What mqtt-packet has read, as we would say it. */
export function fromOracle(packet: Packet): ClientPacket | ServerPacket {
  const packetIdentifier = packet.messageId ?? 0;
  switch (packet.cmd) {
    case "connect": {
      if (packet.protocolId !== "MQTT" || packet.protocolVersion !== 4) throw new Error("not version 3.1.1");
      const { will } = packet;
      return {
        type: CONNECT,
        clientIdentifier: packet.clientId,
        cleanSession: packet.clean === true,
        keepAlive: packet.keepalive ?? Number.NaN,
        will: will && {
          topicName: will.topic,
          payload: will.payload as Buffer,
          qos: will.qos as QoS,
          retain: will.retain === true,
        },
        userName: packet.username,
        password: packet.password,
      };
    }
    case "connack":
      return {
        type: CONNACK,
        sessionPresent: packet.sessionPresent,
        returnCode: packet.returnCode as 0,
      };
    case "publish":
      return {
        type: PUBLISH,
        topicName: packet.topic,
        payload: packet.payload as Buffer,
        qos: packet.qos,
        retain: packet.retain,
        duplicate: packet.dup,
        packetIdentifier,
      };
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
    case "unsuback":
      return { type: ACKNOWLEDGEMENTS[packet.cmd], packetIdentifier };
    case "subscribe":
      return {
        type: SUBSCRIBE,
        packetIdentifier,
        subscriptions: packet.subscriptions.map(({ topic, qos }) => ({ topicFilter: topic, qos })),
      };
    case "suback":
      return { type: SUBACK, packetIdentifier, returnCodes: packet.granted as (QoS | 0x80)[] };
    case "unsubscribe":
      return { type: UNSUBSCRIBE, packetIdentifier, topicFilters: packet.unsubscriptions };
    case "pingreq":
    case "pingresp":
    case "disconnect":
      return { type: BARE[packet.cmd] };
    case "auth":
      throw new Error("AUTH is not in version 3.1.1");
  }
}
