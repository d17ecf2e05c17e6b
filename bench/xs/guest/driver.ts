/** The other end of the stream: takes a client through one operation after another, as a server would. */

import type { Message } from "../../../src/mqtt/message.js";
import type { ReceiveWork, SendWork } from "../work.js";
import { TOPIC } from "../work.js";
import {
  acknowledgements,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  PublishPackets,
  serverAnswers,
} from "./packets.js";
import type { Stubs } from "./stubs.js";
import { ROOM } from "./stubs.js";

/** What the driver needs of a client; the rest goes through the ports. */
export interface Client {
  publish(message: Message): void;
}

export interface Driver {
  /** One operation. */
  operate(client: Client): void;
}

/** Letters, so that the bytes are the same as text. */
export function payloadOf(byteLength: number): Uint8Array {
  return new Uint8Array(byteLength).map((_, index) => 0x61 + (index % 26));
}

export class SendDriver implements Driver {
  readonly #stubs: Stubs;
  readonly #work: SendWork;
  readonly #message: Message;
  readonly #packets: PublishPackets;
  readonly #first: Uint8Array;
  readonly #second: Uint8Array;

  constructor(stubs: Stubs, work: SendWork) {
    this.#stubs = stubs;
    this.#work = work;
    const { burst, payloadLength, qos, text } = work;
    const bytes = payloadOf(payloadLength);
    const payload = text ? String.fromCharCode(...bytes) : bytes;
    this.#message = { topicName: TOPIC, payload, qos };
    this.#packets = new PublishPackets(TOPIC, bytes, qos, burst);
    this.#first = acknowledgements(qos === 1 ? PUBACK : PUBREC, burst);
    this.#second = acknowledgements(PUBCOMP, burst);
  }

  operate(client: Client): void {
    const { clock, timer, transport } = this.#stubs;
    const { burst, isUnanswered, qos } = this.#work;
    clock.time += 1;
    transport.begin();
    for (let i = 0; i < burst; i += 1) client.publish(this.#message);
    timer.settle();
    if (qos === 0 || isUnanswered) return;
    this.#identify();
    transport.feed(this.#first);
    timer.settle();
    if (qos === 1) return;
    transport.feed(this.#second);
    timer.settle();
  }

  /** Takes the packet identifiers out of what was written. */
  #identify(): void {
    const { sent } = this.#stubs.transport;
    const { byteLength, identifier } = this.#packets;
    const { burst } = this.#work;
    for (let i = 0; i < burst; i += 1) {
      const from = i * byteLength + identifier;
      const to = 4 * i + 2;
      const high = sent[from] as number;
      const low = sent[from + 1] as number;
      this.#first[to] = high;
      this.#first[to + 1] = low;
      this.#second[to] = high;
      this.#second[to + 1] = low;
    }
  }
}

export class ReceiveDriver implements Driver {
  readonly #stubs: Stubs;
  readonly #work: ReceiveWork;
  readonly #packets: PublishPackets;
  /** What is announced at a time. */
  readonly #segments: Uint8Array[] = [];
  readonly #releases: Uint8Array;
  #identifier = 0;

  constructor(stubs: Stubs, work: ReceiveWork) {
    this.#stubs = stubs;
    this.#work = work;
    const { burst, payloadLength, qos, segment } = work;
    this.#packets = new PublishPackets(TOPIC, payloadOf(payloadLength), qos, burst);
    const { bytes } = this.#packets;
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(start + (segment ?? bytes.length), bytes.length);
      this.#segments.push(bytes.subarray(start, end));
      start = end;
    }
    this.#releases = acknowledgements(PUBREL, burst);
  }

  operate(): void {
    const { clock, timer, transport } = this.#stubs;
    const { qos } = this.#work;
    clock.time += 1;
    transport.begin();
    if (qos > 0) this.#identify();
    for (let i = 0; i < this.#segments.length; i += 1) {
      transport.feed(this.#segments[i] as Uint8Array);
      timer.settle();
    }
    if (qos < 2) return;
    transport.feed(this.#releases);
    timer.settle();
  }

  /** Numbers the messages on. */
  #identify(): void {
    const { byteLength, bytes, identifier } = this.#packets;
    const { burst } = this.#work;
    for (let i = 0; i < burst; i += 1) {
      this.#identifier = this.#identifier === 65_535 ? 1 : this.#identifier + 1;
      const number = this.#identifier;
      const at = i * byteLength + identifier;
      bytes[at] = number >> 8;
      bytes[at + 1] = number & 0xff;
      this.#releases[4 * i + 2] = number >> 8;
      this.#releases[4 * i + 3] = number & 0xff;
    }
  }
}

/** An operation is one step of it: what arrives at once, and what it leads to. */
export class ConnectDriver implements Driver {
  readonly #stubs: Stubs;
  #answers: Uint8Array | undefined;

  constructor(stubs: Stubs) {
    this.#stubs = stubs;
  }

  operate(): void {
    const { timer, transport } = this.#stubs;
    transport.begin();
    if (this.#answers === undefined) transport.handler?.onWritable(ROOM);
    else transport.feed(this.#answers);
    timer.settle();
  }

  /** Whether the server has something to say in the next step. */
  more(): boolean {
    const { sent, sentLength } = this.#stubs.transport;
    this.#answers = serverAnswers(sent, sentLength);
    return this.#answers.length > 0;
  }
}
