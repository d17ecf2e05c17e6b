/** A real MQTT broker inside this process (aedes), for the demonstration: it can be stopped as if by a power cut. */

import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { Aedes } from "aedes";

export class EmbeddedBroker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.once("close", () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
  }

  /** Starts a broker on a free port of the loopback interface. */
  static async start(): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(await Aedes.createBroker());
    await new Promise<void>((resolve, reject) => {
      broker.#server.once("error", reject);
      broker.#server.listen(0, "127.0.0.1", resolve);
    });
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends it at once: connections are cut, not closed politely, and new ones are refused. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
    await new Promise<void>((resolve) => {
      this.#aedes.close(() => resolve());
    });
  }
}
