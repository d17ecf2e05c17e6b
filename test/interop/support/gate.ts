/**
 * A relay between clients and a broker that sees every control packet, and can shut between any two of them: what
 * comes from then on, from either side, is lost, as if the network had failed at that moment.
 */

import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";
import { packetByteLength } from "../../support/server-codec.js";
import { Changes } from "./changes.js";

const LIMIT = 15_000;
const PINGREQ = Uint8Array.of(0xc0, 0);
const PINGRESP_TYPE = 13;

/** Who sent a packet. */
export type Side = "client" | "broker";

/** Sees a packet before it passes; `type` is the number of table 2.1. */
export type Watcher = (from: Side, type: number, packet: Uint8Array) => void;

/** Opens a gate to the broker at `port`, which need not run yet. Within a test only: it ends with the test. */
export async function openGate(port: number): Promise<Gate> {
  const gate = new Gate(port);
  onTestFinished(() => gate.dispose());
  await gate.listen();
  return gate;
}

export class Gate {
  readonly #brokerPort: number;
  readonly #server: Server;
  readonly #links = new Set<GateLink>();
  readonly #changes = new Changes();
  /** Decides at each packet whether the gate shuts before it. */
  #shutsBefore: ((from: Side, type: number) => boolean) | undefined;
  #watcher: Watcher | undefined;
  #isShut = false;
  #passedCount = 0;
  #strike: (() => void) | undefined;
  #strikeAt = 0;

  constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((socket) => {
      const link = new GateLink(socket, connect(this.#brokerPort, "127.0.0.1"), this);
      this.#links.add(link);
    });
  }

  /** Where clients connect. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  /** Shows every packet that passes. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  /** Shuts before the first packet of this type from this side; resolves when it has. */
  async shutBefore(from: Side, type: number): Promise<void> {
    this.#shutsBefore = (side, packetType) => side === from && packetType === type;
    const describe = () => "the gate was never shut: no such packet came";
    await this.#changes.until(() => this.#isShut, describe, LIMIT);
  }

  /** Shuts now. */
  shut(): void {
    this.#isShut = true;
  }

  /** Calls `strike` when `count` more packets have passed, in both directions together, before the next one does. */
  async after(count: number, strike: () => void): Promise<void> {
    this.#strikeAt = this.#passedCount + count;
    this.#strike = strike;
    const describe = () => `of ${count} packets, ${this.#strikeAt - this.#passedCount} did not come`;
    await this.#changes.until(() => this.#strike === undefined, describe, LIMIT);
  }

  /** Lets packets pass again, on new connections. */
  reopen(): void {
    this.cut();
    this.#isShut = false;
  }

  /** Cuts all connections off with a reset. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  /** Resolves when the broker has worked off all that passed before the gate shut, so that it stands still. */
  async brokerSettled(): Promise<void> {
    const links = [...this.#links].filter((link) => !link.isOver);
    // The broker takes the packets of a connection in order: when it answers this one, it has seen all others.
    for (const link of links) link.ping();
    const isSettled = () => links.every((link) => link.isOver || link.isAnswered);
    await this.#changes.until(isSettled, () => "the broker answers no PINGREQ", LIMIT);
  }

  async dispose(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** For the links: whether this packet may pass. */
  passes(from: Side, packet: Uint8Array): boolean {
    const type = (packet[0] as number) >> 4;
    if (!this.#isShut && this.#shutsBefore?.(from, type) === true) {
      this.#isShut = true;
      this.#shutsBefore = undefined;
      this.#changes.changed();
    }
    if (this.#isShut) return false;
    this.#watcher?.(from, type, packet);
    this.#passedCount += 1;
    return true;
  }

  /** For the links: a packet has passed. */
  passed(): void {
    if (this.#strike === undefined || this.#passedCount < this.#strikeAt) return;
    this.#strike();
    this.#strike = undefined;
    this.#changes.changed();
  }

  /** For the links: one is over, or its broker has answered. */
  changed(link: GateLink): void {
    if (link.isOver) this.#links.delete(link);
    this.#changes.changed();
  }
}

/** One client's connection through the gate. */
class GateLink {
  isOver = false;
  /** The broker has answered `ping`. */
  isAnswered = false;
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #gate: Gate;
  #isPinged = false;

  constructor(client: Socket, broker: Socket, gate: Gate) {
    this.#client = client;
    this.#broker = broker;
    this.#gate = gate;
    this.#relay("client", client, broker);
    this.#relay("broker", broker, client);
  }

  /** Asks the broker for a sign of life, on behalf of a client that hears no answer. */
  ping(): void {
    this.#isPinged = true;
    this.#broker.write(PINGREQ);
  }

  destroy(): void {
    this.#client.resetAndDestroy();
    this.#broker.resetAndDestroy();
    this.#end();
  }

  #relay(from: Side, source: Socket, target: Socket): void {
    let unread = new Uint8Array(0);
    source.setNoDelay(true);
    source.on("data", (bytes) => {
      if (this.isOver) return;
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      for (;;) {
        const byteLength = packetByteLength(unread);
        if (byteLength === undefined || byteLength > unread.length) return;
        const packet = unread.subarray(0, byteLength);
        unread = unread.subarray(byteLength);
        if (this.#gate.passes(from, packet)) {
          target.write(packet);
          this.#gate.passed();
          if (this.isOver) return;
        } else if (from === "broker") {
          this.#answered(packet);
        }
      }
    });
    // How one side ends, the other shall see: in order with FIN, otherwise with a reset.
    source.on("end", () => {
      if (this.#gate.isShut) this.destroy();
      else target.end();
    });
    source.on("error", () => this.destroy());
    source.on("close", () => {
      if (!target.writableEnded) target.destroy();
      if (target.destroyed) this.#end();
    });
  }

  #answered(packet: Uint8Array): void {
    if (!this.#isPinged || (packet[0] as number) >> 4 !== PINGRESP_TYPE) return;
    this.isAnswered = true;
    this.#gate.changed(this);
  }

  #end(): void {
    this.isOver = true;
    this.#gate.changed(this);
  }
}
