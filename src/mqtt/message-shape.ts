/**
 * Where the parts of a PUBLISH lie in the receive buffer. Most messages look like the one before, but for packet
 * identifier and payload, and four bytes tell that they do: so the rest need not be looked at again.
 */

import type { QoS } from "./packet.js";
import { PUBLISH } from "./packet-type.js";

/** First bytes of the packets it is for: neither sent again nor retained. */
const QOS_0 = PUBLISH << 4;
const QOS_2 = QOS_0 | 4;

/** No packet begins like this. */
const NO_HEAD = -1;

export class MessageShape {
  private readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly numbers: DataView;
  /** Of the packet. */
  byteLength = 0;
  /** Its first four bytes, if fixed header and length of the topic name are no more. */
  head = NO_HEAD;
  qos: QoS = 0;
  /** Of the topic name. */
  topic: Uint8Array;
  private topicStart = 0;
  /** What the payload is read from, valid until something else is read. The packet identifier stands before it. */
  payload: Uint8Array;
  payloadStart = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.topic = this.payload = bytes;
  }

  /** Looks at what has been read; returns whether it is one packet, and such a one. */
  look(byteLength: number): boolean {
    const { bytes } = this;
    const first = bytes[0] as number;
    const low = bytes[1] as number;
    let body = 2;
    if (low > 127) {
      const high = bytes[2] as number;
      body = high > 127 || (high << 7) + low - 125 !== byteLength ? 0 : 3;
    } else if (low + 2 !== byteLength) {
      body = 0;
    }
    if (body === 0 || (first & ~6) !== QOS_0 || first > QOS_2) return false;
    const topicStart = body + 2;
    const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    const payloadStart = first === QOS_0 ? topicEnd : topicEnd + 2;
    if (payloadStart > byteLength) return false;
    if (topicStart !== this.topicStart || topicEnd !== topicStart + this.topic.length) {
      this.topic = bytes.subarray(topicStart, topicEnd);
      this.topicStart = topicStart;
    }
    if (payloadStart !== this.payloadStart || byteLength !== this.byteLength) {
      this.payload = bytes.subarray(payloadStart, byteLength);
    }
    this.payloadStart = payloadStart;
    this.byteLength = byteLength;
    this.head = body === 2 ? this.numbers.getUint32(0) : NO_HEAD;
    this.qos = ((first >> 1) & 3) as QoS;
    return true;
  }
}
