/** Real sockets on this machine, for the tests of the TCP transport. */

import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeTransportOptions } from "../../host-sim/io/node-transport.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { freePort } from "../../host-sim/process/free-port.js";
import type { ContractServer, TransportWorld } from "./transport-contract.js";

/** The contract's server over real sockets. */
export class TcpServer implements ContractServer {
  readonly sockets: Socket[] = [];
  readonly pieces: Uint8Array[] = [];
  readonly #server: Server;
  #broken = false;
  #ended = false;

  /** With a server of its own, unless it is given another one and what that calls a connection. */
  constructor(server = createServer({ allowHalfOpen: true }), connectionEvent = "connection") {
    this.#server = server;
    server.on(connectionEvent, (socket: Socket) => {
      this.sockets.push(socket);
      socket.on("data", (bytes) => this.pieces.push(bytes));
      socket.on("end", () => {
        this.#ended = true;
        socket.end();
      });
      socket.on("error", () => {
        this.#broken = true;
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get connectionCount(): number {
    return this.sockets.length;
  }

  get ending(): "none" | "ended" | "broken" {
    return this.#broken ? "broken" : this.#ended ? "ended" : "none";
  }

  get unsentByteLength(): number {
    return this.#newest?.writableLength ?? 0;
  }

  send(bytes: Uint8Array): void {
    this.#newest?.write(bytes);
  }

  end(): void {
    this.#newest?.end();
  }

  reset(): void {
    this.#newest?.resetAndDestroy();
  }

  setReading(reading: boolean): void {
    if (reading) {
      this.#newest?.resume();
    } else {
      this.#newest?.pause();
    }
  }

  get #newest(): Socket | undefined {
    return this.sockets.at(-1);
  }
}

/** A server and a provider that can reach it. */
export interface TcpWorld extends TransportWorld {
  readonly provider: NodeTransportProvider;
  readonly server: TcpServer;
}

/** Names resolve to this machine, all but `nowhere.invalid`, unless `options` say otherwise. */
export async function createTcpWorld(
  options: NodeTransportOptions = {},
  server = new TcpServer(),
): Promise<TcpWorld> {
  const port = await server.listen();
  const provider = new NodeTransportProvider({
    lookup: (name, _, callback) => {
      if (name === "nowhere.invalid") {
        // As from the system's resolver, without asking one.
        const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
        process.nextTick(callback, Object.assign(error, { code: "ENOTFOUND" }), []);
      } else {
        process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
      }
    },
    ...options,
  });
  return {
    provider,
    server,
    endpoint: { host: "127.0.0.1", port },
    refusingEndpoint: { host: "127.0.0.1", port: await freePort() },
    unknownEndpoint: { host: "nowhere.invalid", port },
    until: async (isDone) => {
      const limit = performance.now() + 15_000;
      while (!isDone()) {
        if (performance.now() > limit) {
          throw new Error("not done within 15 s");
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    // Whatever loopback is to deliver, it has delivered long before.
    settle: () => sleep(40),
    dispose: async () => {
      provider.destroyAll();
      await server.close();
    },
  };
}
