/** A relay between devices and a broker, by which the network between them can be cut, or frozen for good. */

import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";

export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isMuted = false;
  #isFrozen = false;

  private constructor(brokerPort: number) {
    this.#server = createServer((device) => {
      const broker = connect(brokerPort, "127.0.0.1");
      this.#forward(device, broker, () => this.#isFrozen);
      this.#forward(broker, device, () => this.#isFrozen || this.#isMuted);
    });
  }

  /** Starts on a free port of the loopback interface; the broker need not run yet. */
  static async open(brokerPort: number): Promise<Relay> {
    const relay = new Relay(brokerPort);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once("error", reject);
      relay.#server.listen(0, "127.0.0.1", resolve);
    });
    return relay;
  }

  /** Where devices connect. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on all that the broker says is lost, until `cut`; it still hears the devices. */
  mute(): void {
    this.#isMuted = true;
  }

  /** From now on all that is sent, in both directions, is lost, until `cut`. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Breaks all connections; new ones pass again. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#isMuted = false;
    this.#isFrozen = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #forward(from: Socket, to: Socket, isLost: () => boolean): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => {
      if (!isLost()) to.write(bytes);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
