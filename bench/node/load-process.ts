/** A process that publishes to mosquitto as fast as that takes it, so that a client has something to receive. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import mqttPacket from "mqtt-packet";
import type { QoS } from "../../src/mqtt/packet.js";
import { PUBREC, PUBREL } from "../../src/mqtt/packet-type.js";
import { connectPacket, FixedReader, PublishBatch } from "./fixed-packets.js";
import { RECEIVED_TOPIC_NAMES, WINDOW } from "./message.js";
import type { SubjectName } from "./subject.js";

export interface LoadOrder {
  readonly port: number;
  /** Who is to receive it. */
  readonly subject: SubjectName;
  readonly qos: QoS;
  readonly count: number;
}

class Load {
  readonly #socket: Socket;
  readonly #qos: QoS;
  readonly #batch: PublishBatch;
  readonly #reader = new FixedReader((first) => {
    if (first >> 4 === PUBREC) return PUBREL;
    this.#open -= 1;
    return 0;
  });
  #left: number;
  /** Packets of the batch under way that mosquitto has not completed. */
  #open = 0;

  constructor(socket: Socket, { subject, qos, count }: LoadOrder) {
    this.#socket = socket;
    this.#qos = qos;
    this.#batch = new PublishBatch(RECEIVED_TOPIC_NAMES[subject], qos, WINDOW);
    this.#left = count;
    socket.on("data", (bytes: Buffer) => this.#received(bytes));
    this.#next();
  }

  #next(): void {
    const count = Math.min(WINDOW, this.#left);
    if (count === 0) {
      this.#socket.end(mqttPacket.generate({ cmd: "disconnect" }));
      return;
    }
    this.#left -= count;
    this.#open = count;
    this.#socket.write(this.#batch.take(count), () => {
      if (this.#qos === 0) this.#next();
    });
  }

  #received(bytes: Buffer): void {
    const answers = this.#reader.read(bytes);
    if (answers !== undefined) this.#socket.write(answers);
    if (this.#open === 0) this.#next();
  }
}

process.on("message", (order: LoadOrder) => {
  const socket = connect({ host: "127.0.0.1", port: order.port, noDelay: true });
  socket.write(connectPacket("load"));
  socket.once("data", (connack: Buffer) => {
    if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error("mosquitto refuses the load");
    new Load(socket, order);
  });
});
// Without its parent it has nothing to do.
process.on("disconnect", () => process.exit());
