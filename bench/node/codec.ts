/**
 * The codec alone against mqtt-packet: PUBLISH QoS 1, generated and parsed. Rounds alternate between the two, and each
 * figure is the best round, so that other load on the machine disturbs as little as it can.
 */

import type { IPublishPacket } from "mqtt-packet";
import mqttPacket from "mqtt-packet";
import { decodePublish } from "../../src/mqtt/decode.js";
import { encode, encodedLength } from "../../src/mqtt/encode.js";
import { Framer, PACKET } from "../../src/mqtt/framer.js";
import type { Publish } from "../../src/mqtt/packet.js";
import { PUBLISH } from "../../src/mqtt/packet-type.js";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import { PAYLOAD, TOPIC_NAME } from "./message.js";

/** Nanoseconds a packet. */
export interface CodecRow {
  readonly work: string;
  readonly reed: number;
  readonly mqttPacket: number;
}

const ROUNDS = 15;
const MESSAGES = 20_000;

const ours: Publish = {
  type: PUBLISH,
  topicName: TOPIC_NAME,
  payload: PAYLOAD,
  qos: 1,
  retain: false,
  duplicate: false,
  packetIdentifier: 1,
};
const theirs: IPublishPacket = {
  cmd: "publish",
  topic: TOPIC_NAME,
  payload: Buffer.from(PAYLOAD),
  qos: 1,
  retain: false,
  dup: false,
  messageId: 1,
};
const wire = mqttPacket.generate(theirs);

const WORK: Readonly<Record<string, { reed(): void; mqttPacket(): void }>> = {
  "generate PUBLISH": {
    reed() {
      for (let i = 0; i < MESSAGES; i += 1) encode(ours, new Uint8Array(encodedLength(ours)), 0);
    },
    mqttPacket() {
      for (let i = 0; i < MESSAGES; i += 1) mqttPacket.generate(theirs);
    },
  },
  "parse PUBLISH": {
    reed() {
      const framer = new Framer(3072, new ReceiveBuffer(new Uint8Array(512), false));
      let count = 0;
      for (let i = 0; i < MESSAGES; i += 1) {
        const space = framer.space(wire.length);
        space.set(wire);
        framer.commit(wire.length);
        while (framer.next() === PACKET) {
          decodePublish(framer.buffer, framer.start, framer.body, framer.end);
          count += 1;
        }
      }
      if (count !== MESSAGES) throw new Error(`parsed ${count} of ${MESSAGES}`);
    },
    mqttPacket() {
      const parser = mqttPacket.parser({ protocolVersion: 4 });
      let count = 0;
      parser.on("packet", () => {
        count += 1;
      });
      for (let i = 0; i < MESSAGES; i += 1) parser.parse(wire);
      if (count !== MESSAGES) throw new Error(`parsed ${count} of ${MESSAGES}`);
    },
  },
};

export function measureCodec(): readonly CodecRow[] {
  return Object.entries(WORK).map(([work, { reed, mqttPacket }]) => {
    const best = { reed: Number.POSITIVE_INFINITY, mqttPacket: Number.POSITIVE_INFINITY };
    for (let round = 0; round < ROUNDS; round += 1) {
      best.reed = Math.min(best.reed, nanosecondsPerMessage(reed));
      best.mqttPacket = Math.min(best.mqttPacket, nanosecondsPerMessage(mqttPacket));
    }
    return { work, ...best };
  });
}

function nanosecondsPerMessage(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / MESSAGES;
}
