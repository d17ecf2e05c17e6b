/**
 * The codec against mqtt-packet on Node, in one run: PUBLISH QoS 1 with a 27-byte topic name and a 42-byte payload,
 * generated and parsed. Rounds alternate between the two, and each figure is the best round, so that other load on
 * the machine disturbs as little as it can. Only the ratios mean something elsewhere.
 */

import { createRequire } from "node:module";
import type { IPublishPacket } from "mqtt-packet";
import mqttPacket from "mqtt-packet";
import { decodePublish } from "../src/mqtt/decode.js";
import { encode, encodedLength } from "../src/mqtt/encode.js";
import { Framer, PACKET } from "../src/mqtt/framer.js";
import type { Publish } from "../src/mqtt/packet.js";
import { PUBLISH } from "../src/mqtt/packet-type.js";

const ROUNDS = 15;
const MESSAGES = 20_000;
const TOPIC_NAME = "building/7/floor/3/door/12a";
const PAYLOAD = new Uint8Array(42).fill(0x41);

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

const WORK: Readonly<Record<string, { reed(): void; peer(): void }>> = {
  "generate PUBLISH": {
    reed() {
      for (let i = 0; i < MESSAGES; i += 1) encode(ours, new Uint8Array(encodedLength(ours)), 0);
    },
    peer() {
      for (let i = 0; i < MESSAGES; i += 1) mqttPacket.generate(theirs);
    },
  },
  "parse PUBLISH": {
    reed() {
      const framer = new Framer(3072, new Uint8Array(512));
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
    peer() {
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

function nanosecondsPerMessage(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / MESSAGES;
}

const { version } = createRequire(import.meta.url)("mqtt-packet/package.json") as { version: string };
console.log(`Node ${process.version}, mqtt-packet ${version}`);
for (const [name, { reed, peer }] of Object.entries(WORK)) {
  let reedBest = Number.POSITIVE_INFINITY;
  let peerBest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    reedBest = Math.min(reedBest, nanosecondsPerMessage(reed));
    peerBest = Math.min(peerBest, nanosecondsPerMessage(peer));
  }
  const ratio = (peerBest / reedBest).toFixed(2);
  console.log(
    `${name}: Reed ${reedBest.toFixed(0)} ns, mqtt-packet ${peerBest.toFixed(0)} ns: ${ratio} times as fast`,
  );
}
