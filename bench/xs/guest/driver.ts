/** The other end of the stream: takes a client through one operation after another, as a server would. */

import type { Message } from "../../../src/mqtt/message.js";
import type { ReceiveWork, SendWork } from "../work.js";
import { acknowledgements, PUBACK, PUBCOMP, PUBREC, PUBREL, PublishPackets } from "./packets.js";
import type { StubClock, StubTimer, StubTransport } from "./stub-world.js";

export const TOPIC = "reed/footprint/door/event/1";

/** What the driver needs of a client; the rest goes through the ports. */
export interface Client {
  publish(message: Message): void;
}

export interface Stubs {
  readonly clock: StubClock;
  readonly timer: StubTimer;
  readonly transport: StubTransport;
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
    const { burst, qos } = this.#work;
    clock.time += 1;
    transport.begin();
    for (let i = 0; i < burst; i += 1) client.publish(this.#message);
    timer.settle();
    if (qos === 0) return;
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

  /** What an operation has to write, for the stand-in. */
  get wire(): Uint8Array {
    return this.#packets.bytes;
  }

  /** What it reads. */
  get reads(): readonly Uint8Array[] {
    const { qos } = this.#work;
    return [this.#first, this.#second].slice(0, qos);
  }

  /** What it writes after each of them. */
  get answers(): readonly (Uint8Array | undefined)[] {
    return this.#work.qos === 2 ? [acknowledgements(PUBREL, this.#work.burst), undefined] : [undefined];
  }
}

export class ReceiveDriver implements Driver {
  readonly #stubs: Stubs;
  readonly #work: ReceiveWork;
  readonly #packets: PublishPackets;
  readonly #releases: Uint8Array;
  #identifier = 0;

  constructor(stubs: Stubs, work: ReceiveWork) {
    this.#stubs = stubs;
    this.#work = work;
    const { burst, payloadLength, qos } = work;
    this.#packets = new PublishPackets(TOPIC, payloadOf(payloadLength), qos, burst);
    this.#releases = acknowledgements(PUBREL, burst);
  }

  operate(): void {
    const { clock, timer, transport } = this.#stubs;
    const { qos } = this.#work;
    clock.time += 1;
    transport.begin();
    if (qos > 0) this.#identify();
    transport.feed(this.#packets.bytes);
    timer.settle();
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

  get wire(): Uint8Array {
    return new Uint8Array(0);
  }

  get reads(): readonly Uint8Array[] {
    return this.#work.qos === 2 ? [this.#packets.bytes, this.#releases] : [this.#packets.bytes];
  }

  get answers(): readonly (Uint8Array | undefined)[] {
    const { burst, qos } = this.#work;
    if (qos === 0) return [undefined];
    if (qos === 1) return [acknowledgements(PUBACK, burst)];
    return [acknowledgements(PUBREC, burst), acknowledgements(PUBCOMP, burst)];
  }
}
