/** The virtual network's transport keeps the same contract as the one over real sockets. */

import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { LinkConditions } from "../../host-sim/virtual/virtual-pipe.js";
import type { Transport, TransportHandler } from "../../src/mqtt/ports.js";
import type { ContractServer, TransportWorld } from "../support/transport-contract.js";
import { describeTransport } from "../support/transport-contract.js";

describeTransport("the virtual transport on a perfect network", () => createVirtualWorld({}));
describeTransport("the virtual transport on a slow network", () =>
  createVirtualWorld({ latency: 120, bandwidth: 250_000, segment: 1_460 }),
);

class VirtualServer implements ContractServer, TransportHandler {
  readonly links: VirtualLink[] = [];
  readonly pieces: Uint8Array[] = [];
  ending: "none" | "ended" | "broken" = "none";
  #reading = true;
  #unread = 0;

  accept(link: VirtualLink): TransportHandler {
    this.links.push(link);
    return this;
  }

  onReadable(byteLength: number): void {
    this.#unread = byteLength;
    if (this.#reading) {
      this.#read();
    }
  }

  onWritable(): void {}

  onError(cause?: unknown): void {
    this.ending = cause === undefined ? "ended" : "broken";
  }

  get connectionCount(): number {
    return this.links.filter((link) => link.server.state !== "opening").length;
  }

  get unsentByteLength(): number {
    return this.links.at(-1)?.server.undeliveredByteLength ?? 0;
  }

  send(bytes: Uint8Array): void {
    this.#newest?.write(bytes);
  }

  end(): void {
    this.#newest?.close();
  }

  reset(): void {
    this.links.at(-1)?.server.reset();
  }

  setReading(reading: boolean): void {
    this.#reading = reading;
    if (reading && this.#unread > 0) {
      this.#read();
    }
  }

  #read(): void {
    const bytes = new Uint8Array(this.#unread);
    this.#unread = 0;
    this.#newest?.read(bytes);
    this.pieces.push(bytes);
  }

  get #newest(): Transport | undefined {
    return this.links.at(-1)?.server;
  }
}

async function createVirtualWorld(conditions: Partial<LinkConditions>): Promise<TransportWorld> {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, conditions);
  const server = new VirtualServer();
  network.listen("broker", 1883, (link) => server.accept(link));
  return {
    provider: network.provider(),
    server,
    endpoint: { host: "broker", port: 1883 },
    refusingEndpoint: { host: "broker", port: 8883 },
    unknownEndpoint: { host: "nowhere.invalid", port: 1883 },
    until: async (isDone) => {
      clock.runUntil(isDone, 600_000);
    },
    settle: async () => clock.advance(10_000),
    dispose: async () => {},
  };
}
