/**
 * No client at all: a socket of Node's, ready-made packets, and acknowledgements without any bookkeeping. It shows what
 * the system and Node take for themselves, below which no client can come.
 */

import type { Socket } from "node:net";
import { connect } from "node:net";
import mqttPacket from "mqtt-packet";
import type { QoS } from "../../src/mqtt/packet.js";
import { PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL } from "../../src/mqtt/packet-type.js";
import { acknowledgementOf, connectPacket, FixedReader, PublishBatch } from "./fixed-packets.js";
import { QOS_0_WINDOW, TOPIC_NAME, WINDOW } from "./message.js";
import type { Subject } from "./subject.js";

/** Of all sockets: what is in it is taken out at once. */
const RECEIVE_BUFFER = Buffer.allocUnsafeSlow(65_536);

const BATCHES: Readonly<Record<QoS, PublishBatch>> = {
  0: new PublishBatch(TOPIC_NAME, 0, QOS_0_WINDOW),
  1: new PublishBatch(TOPIC_NAME, 1, WINDOW),
  2: new PublishBatch(TOPIC_NAME, 2, WINDOW),
};

export class SocketSubject implements Subject {
  readonly #reader = new FixedReader((first) => this.#answer(first));
  readonly #flush = () => this.#writeAll();
  readonly #port: number;
  readonly #clientIdentifier: string;
  #socket: Socket | undefined;
  #waiting = 0;
  #qos: QoS = 0;
  #onDone: () => void = () => {};
  #onMessage: () => void = () => {};
  #onOther: () => void = () => {};

  constructor(port: number, clientIdentifier: string) {
    this.#port = port;
    this.#clientIdentifier = clientIdentifier;
  }

  connect(): Promise<void> {
    const callback = (byteLength: number) => {
      const answers = this.#reader.read(RECEIVE_BUFFER.subarray(0, byteLength));
      if (answers !== undefined) this.#socket?.write(answers);
      return true;
    };
    const onread = { buffer: RECEIVE_BUFFER, callback };
    this.#socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true, onread });
    this.#socket.write(connectPacket(this.#clientIdentifier));
    return this.#untilOther();
  }

  publish(qos: QoS, onDone: () => void): void {
    this.#onDone = onDone;
    this.#qos = qos;
    if (this.#waiting === 0) process.nextTick(this.#flush);
    this.#waiting += 1;
  }

  subscribe(topicFilters: readonly string[], qos: QoS, onMessage: () => void): Promise<void> {
    this.#onMessage = onMessage;
    const subscriptions = topicFilters.map((topic) => ({ topic, qos }));
    this.#socket?.write(mqttPacket.generate({ cmd: "subscribe", messageId: 65_535, subscriptions }));
    return this.#untilOther();
  }

  #writeAll(): void {
    const count = this.#waiting;
    this.#waiting = 0;
    this.#socket?.write(BATCHES[this.#qos].take(count));
    if (this.#qos > 0) return;
    for (let i = 0; i < count; i += 1) this.#onDone();
  }

  #answer(first: number): number {
    switch (first >> 4) {
      case PUBLISH:
        this.#onMessage();
        return acknowledgementOf(first);
      case PUBREL:
        return PUBCOMP;
      case PUBREC:
        return PUBREL;
      case PUBACK:
      case PUBCOMP:
        this.#onDone();
        return 0;
      default:
        this.#onOther();
        return 0;
    }
  }

  #untilOther(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOther = resolve;
    });
  }
}
