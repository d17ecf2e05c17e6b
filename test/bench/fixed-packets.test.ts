/** The benchmarks' own reader of packets, against mqtt-packet, and the fewest bytes, against both codecs. */

import fc from "fast-check";
import mqttPacket from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { acknowledgementOf, FixedReader, PublishBatch } from "../../bench/node/fixed-packets.js";
import { PAYLOAD, RECEIVED_TOPIC_NAMES, TOPIC_NAME } from "../../bench/node/message.js";
import {
  minimumConnectLength,
  minimumPublishLength,
  minimumSubscribeLength,
} from "../../bench/wire/minimum.js";
import { encoded } from "../../src/mqtt/encode.js";
import { CONNECT, PUBACK, PUBLISH, SUBACK } from "../../src/mqtt/packet-type.js";

function packetsIn(bytes: Uint8Array): { cmd: string; messageId?: number | undefined }[] {
  const packets: { cmd: string; messageId?: number | undefined }[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 }).on("packet", ({ cmd, messageId }) => {
    packets.push({ cmd, messageId });
  });
  parser.parse(Buffer.from(bytes));
  return packets;
}

describe("the message of the benchmarks", () => {
  test("has the lengths of the reference points", () => {
    expect([TOPIC_NAME.length, PAYLOAD.length]).toEqual([27, 42]);
    for (const name of Object.values(RECEIVED_TOPIC_NAMES)) expect(name).toHaveLength(27);
  });
});

describe("a batch of ready-made PUBLISH", () => {
  test("is numbered on from batch to batch, and past 65,535 from 1", () => {
    const batch = new PublishBatch(TOPIC_NAME, 1, 30_000);
    const numbers = [3, 30_000, 30_000, 5_535].map((count) => packetsIn(batch.take(count)).at(-1)?.messageId);
    expect(numbers).toEqual([3, 30_003, 60_003, 3]);
  });
});

describe("the reader of small packets", () => {
  test("answers each PUBLISH as it is to be answered, however the stream is cut", () => {
    const stream = Buffer.concat([
      new PublishBatch(TOPIC_NAME, 1, 3).take(3),
      new PublishBatch(TOPIC_NAME, 0, 1).take(1),
      new PublishBatch(TOPIC_NAME, 2, 2).take(2),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const reader = new FixedReader((first) => (first >> 4 === PUBLISH ? acknowledgementOf(first) : 0));
        const ends = [...cuts.toSorted((a, b) => a - b), stream.length];
        const answers = ends.map((end, index) => {
          // As from a socket, whose buffer is used again.
          const part = Buffer.from(stream.subarray(ends[index - 1] ?? 0, end));
          const answer = Buffer.from(reader.read(part) ?? []);
          part.fill(0);
          return answer;
        });
        expect(packetsIn(Buffer.concat(answers))).toEqual([
          ...[1, 2, 3].map((messageId) => ({ cmd: "puback", messageId })),
          ...[1, 2].map((messageId) => ({ cmd: "pubrec", messageId })),
        ]);
      }),
    );
  });

  test("grants a subscription", () => {
    const subscribe = mqttPacket.generate({
      cmd: "subscribe",
      messageId: 7,
      subscriptions: [{ topic: "a/#", qos: 2 }],
    });
    const answer = new FixedReader(() => SUBACK).read(subscribe);
    expect([...(answer ?? [])]).toEqual([0x90, 3, 0, 7, 2]);
  });

  test("has nothing to say when nothing is to be answered", () => {
    const puback = mqttPacket.generate({ cmd: "puback", messageId: 1 });
    expect(new FixedReader((first) => (first >> 4 === PUBACK ? 0 : 1)).read(puback)).toBeUndefined();
  });
});

describe("the fewest bytes", () => {
  test("of a PUBLISH are what both codecs make", () => {
    for (const qos of [0, 1, 2] as const) {
      for (const payloadLength of [0, 42, 96, 97, 98, 16_352, 16_353, 16_354, 2_097_151]) {
        const payload = Buffer.alloc(payloadLength);
        const fewest = minimumPublishLength(TOPIC_NAME.length, payloadLength, qos);
        const theirs = mqttPacket.generate({
          cmd: "publish",
          topic: TOPIC_NAME,
          payload,
          qos,
          retain: false,
          dup: false,
          messageId: 1,
        });
        expect(theirs).toHaveLength(fewest);
        const header = { topicName: TOPIC_NAME, qos, retain: false, duplicate: false, packetIdentifier: 1 };
        expect(encoded({ type: PUBLISH, ...header, payload })).toHaveLength(fewest);
      }
    }
  });

  test("of CONNECT and SUBSCRIBE are what both codecs make", () => {
    const connect = mqttPacket.generate({ cmd: "connect", clientId: "door-12a", clean: true, keepalive: 60 });
    expect(connect).toHaveLength(minimumConnectLength("door-12a"));
    const ours = encoded({ type: CONNECT, clientIdentifier: "door-12a", cleanSession: true, keepAlive: 60 });
    expect(ours).toHaveLength(minimumConnectLength("door-12a"));
    const topics = ["a", "b/+/c", "building/7/#"];
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    const subscribe = mqttPacket.generate({ cmd: "subscribe", messageId: 1, subscriptions });
    expect(subscribe).toHaveLength(minimumSubscribeLength(topics));
  });
});
