/** Control packets as a server sends them, made without the code under measurement. */

import type { QoS } from "../../../src/mqtt/packet.js";

export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBREL = 0x62;
export const PUBCOMP = 0x70;

/** Copies of a PUBLISH, one after the other; the topic name is ASCII. */
export class PublishPackets {
  readonly bytes: Uint8Array;
  /** Bytes of one of them. */
  readonly byteLength: number;
  /** Where in it the packet identifier stands. */
  readonly identifier: number;

  constructor(topicName: string, payload: Uint8Array, qos: QoS, count: number) {
    let remaining = 2 + topicName.length + (qos === 0 ? 0 : 2) + payload.length;
    const packet = [0x30 | (qos << 1)];
    do {
      const digit = remaining & 0x7f;
      remaining >>= 7;
      packet.push(remaining === 0 ? digit : digit | 0x80);
    } while (remaining > 0);
    packet.push(topicName.length >> 8, topicName.length & 0xff);
    for (let i = 0; i < topicName.length; i += 1) packet.push(topicName.charCodeAt(i));
    this.identifier = packet.length;
    if (qos > 0) packet.push(0, 0);
    this.byteLength = packet.length + payload.length;
    this.bytes = new Uint8Array(count * this.byteLength);
    for (let i = 0; i < count; i += 1) {
      this.bytes.set(packet, i * this.byteLength);
      this.bytes.set(payload, i * this.byteLength + packet.length);
    }
  }
}

/** Acknowledgements, one after the other; their packet identifiers are filled in later. */
export function acknowledgements(first: number, count: number): Uint8Array {
  const bytes = new Uint8Array(4 * count);
  for (let i = 0; i < count; i += 1) {
    bytes[4 * i] = first;
    bytes[4 * i + 1] = 2;
  }
  return bytes;
}

/** What a server that accepts everything answers to the packets in `bytes` up to `end`; QoS 2 is not expected. */
export function serverAnswers(bytes: Uint8Array, end: number): Uint8Array {
  const answers: number[] = [];
  for (let start = 0; start < end; ) {
    let body = start + 1;
    let remaining = 0;
    for (let shift = 0; ; shift += 7, body += 1) {
      const digit = bytes[body] as number;
      remaining += (digit & 0x7f) << shift;
      if (digit < 0x80) break;
    }
    body += 1;
    const next = body + remaining;
    const type = (bytes[start] as number) >> 4;
    if (type === 1) answers.push(0x20, 2, 0, 0);
    if (type === 3 && ((bytes[start] as number) & 6) !== 0) {
      const identifier = body + 2 + uint16(bytes, body);
      answers.push(PUBACK, 2, bytes[identifier] as number, bytes[identifier + 1] as number);
    }
    if (type === 8) {
      const granted: number[] = [];
      for (let filter = body + 2; filter < next; ) {
        filter += 2 + uint16(bytes, filter);
        granted.push(bytes[filter] as number);
        filter += 1;
      }
      answers.push(0x90, 2 + granted.length, bytes[body] as number, bytes[body + 1] as number, ...granted);
    }
    start = next;
  }
  return Uint8Array.from(answers);
}

function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
