/** Packets as the benchmarks need them, ready-made, and a reader of those that answer them: cheaper than any client. */

import mqttPacket from "mqtt-packet";
import type { QoS } from "../../src/mqtt/packet.js";
import { PUBACK, PUBLISH, PUBREC, PUBREL, SUBACK } from "../../src/mqtt/packet-type.js";
import { PAYLOAD, TOPIC_NAME } from "./message.js";

const NOTHING = new Uint8Array(0);

/** Where the packet identifier of `publishPacket` stands. */
const IDENTIFIER_OFFSET = 4 + TOPIC_NAME.length;

export function connectPacket(clientId: string): Buffer {
  return mqttPacket.generate({ cmd: "connect", clientId, protocolVersion: 4, clean: true, keepalive: 0 });
}

function publishPacket(topic: string, qos: QoS): Buffer {
  const payload = Buffer.from(PAYLOAD);
  return mqttPacket.generate({
    cmd: "publish",
    topic,
    payload,
    qos,
    retain: false,
    dup: false,
    messageId: 1,
  });
}

/** What a PUBLISH with this first byte is answered with; 0 for nothing. */
export function acknowledgementOf(first: number): number {
  const qos = (first >> 1) & 3;
  return qos === 0 ? 0 : qos === 1 ? PUBACK : PUBREC;
}

/** Many PUBLISH packets in one piece of memory, numbered anew each time. */
export class PublishBatch {
  readonly #qos: QoS;
  readonly #packetLength: number;
  readonly #bytes: Buffer;
  #identifier = 0;

  /** @param topicName as long as that of `message.ts` */
  constructor(topicName: string, qos: QoS, maximum: number) {
    const packet = publishPacket(topicName, qos);
    this.#qos = qos;
    this.#packetLength = packet.length;
    this.#bytes = Buffer.concat(Array.from({ length: maximum }, () => packet));
  }

  /** The next `count` packets; a copy, as the last ones may still wait in the socket. */
  take(count: number): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, count * this.#packetLength));
    if (this.#qos > 0) {
      for (let at = IDENTIFIER_OFFSET; at < bytes.length; at += this.#packetLength) {
        this.#identifier = (this.#identifier % 65_535) + 1;
        bytes.writeUInt16BE(this.#identifier, at);
      }
    }
    return bytes;
  }
}

/**
 * Cuts a stream into packets of less than 128 bytes, and collects the answers: `onPacket` is given the first byte of
 * each, and returns the type of the answer with the same packet identifier, or 0 for none.
 */
export class FixedReader {
  readonly #onPacket: (first: number) => number;
  #rest: Uint8Array = NOTHING;

  constructor(onPacket: (first: number) => number) {
    this.#onPacket = onPacket;
  }

  /** Returns the answers, undefined when there are none. */
  read(bytes: Uint8Array): Uint8Array | undefined {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const answers = Buffer.allocUnsafe(2 * all.length);
    let answersLength = 0;
    let at = 0;
    for (;;) {
      const end = at + 2 + (all[at + 1] ?? 0);
      if (at + 2 > all.length || end > all.length) break;
      const first = all[at] as number;
      const answer = this.#onPacket(first);
      if (answer !== 0) {
        const identifier = first >> 4 === PUBLISH ? at + IDENTIFIER_OFFSET : at + 2;
        answers[answersLength] = answer === PUBREL ? 0x62 : answer << 4;
        answers[answersLength + 1] = 2;
        answers[answersLength + 2] = all[identifier] as number;
        answers[answersLength + 3] = all[identifier + 1] as number;
        answersLength += 4;
        if (answer === SUBACK) {
          // QoS 2 is granted, to one topic filter.
          answers[answersLength - 3] = 3;
          answers[answersLength++] = 2;
        }
      }
      at = end;
    }
    // A copy: the buffer it lies in is used again.
    this.#rest = at === all.length ? NOTHING : Uint8Array.from(all.subarray(at));
    return answersLength === 0 ? undefined : answers.subarray(0, answersLength);
  }
}
