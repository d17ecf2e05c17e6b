/**
 * A server that costs next to nothing: it answers what a read has brought with one write, and keeps no books. So a
 * client that talks to it is as fast as it can be. Tells its parent the port; is told how many messages to send.
 */

import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import mqttPacket from "mqtt-packet";
import type { QoS } from "../../src/mqtt/packet.js";
import {
  CONNECT,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
} from "../../src/mqtt/packet-type.js";
import { acknowledgementOf, FixedReader, PublishBatch } from "./fixed-packets.js";
import { RECEIVED_TOPIC_NAMES, WINDOW } from "./message.js";
import type { SubjectName } from "./subject.js";

export interface PromptServerOrder {
  /** Who is to receive it. */
  readonly subject: SubjectName;
  readonly qos: QoS;
  readonly count: number;
}

/** Packets of QoS 0 in one write. */
const BATCH = 100;
const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PINGRESP = Uint8Array.of(0xd0, 0);

class PromptConnection {
  readonly #socket: Socket;
  readonly #reader = new FixedReader((first) => this.#answer(first));
  #batch: PublishBatch | undefined;
  #left = 0;
  /** Messages that may be sent now: the window has room for them. */
  #room = 0;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      const answers = this.#reader.read(bytes);
      if (answers !== undefined) socket.write(answers);
      if (this.#room > 0) this.#sendNext();
    });
    socket.on("error", () => socket.destroy());
  }

  send({ subject, qos, count }: PromptServerOrder): void {
    this.#left = count;
    this.#batch = new PublishBatch(RECEIVED_TOPIC_NAMES[subject], qos, BATCH);
    if (qos === 0) {
      this.#flood();
      return;
    }
    this.#room = WINDOW;
    this.#sendNext();
  }

  /** QoS 0: as the socket takes them. */
  #flood(): void {
    const count = Math.min(BATCH, this.#left);
    this.#left -= count;
    if (this.#batch === undefined || count === 0) return;
    this.#socket.write(this.#batch.take(count), () => this.#flood());
  }

  #sendNext(): void {
    const count = Math.min(this.#room, this.#left);
    this.#left -= count;
    this.#room = 0;
    if (this.#batch !== undefined && count > 0) this.#socket.write(this.#batch.take(count));
  }

  #answer(first: number): number {
    switch (first >> 4) {
      case CONNECT:
        this.#socket.write(CONNACK);
        return 0;
      case SUBSCRIBE:
        return SUBACK;
      case PINGREQ:
        this.#socket.write(PINGRESP);
        return 0;
      case PUBLISH:
        return acknowledgementOf(first);
      case PUBREL:
        return PUBCOMP;
      case PUBREC:
        return PUBREL;
      case PUBACK:
      case PUBCOMP:
        this.#room += 1;
        return 0;
      default:
        return 0;
    }
  }
}

/** By client identifier: that of a client is its name. */
const connections = new Map<string, PromptConnection>();
const server = createServer((socket) => {
  const connection = new PromptConnection(socket);
  const parser = mqttPacket.parser().on("packet", (packet) => {
    if (packet.cmd === "connect") connections.set(packet.clientId, connection);
  });
  socket.once("data", (bytes: Buffer) => parser.parse(bytes));
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order: PromptServerOrder) => connections.get(order.subject)?.send(order));
// Without its parent it has nothing to do.
process.on("disconnect", () => process.exit());
