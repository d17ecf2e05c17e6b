/** A server on the virtual network that does exactly what a test says: scenarios that read like packet captures. */

import type { IConnackPacket, IConnectPacket, Packet } from "mqtt-packet";
import type { Direction } from "../../host-sim/virtual/virtual-link.js";
import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { ScriptedConnection } from "./scripted-connection.js";
import type { PacketDescription, PacketOf } from "./server-codec.js";

/**
 * Its methods speak for the connection accepted last, see `ScriptedConnection`; the first one is accepted by itself, a
 * later one by `accept`, so that a test cannot take a reconnection for the old connection.
 */
export class ScriptedServer {
  readonly host: string;
  readonly port: number;
  readonly #network: VirtualNetwork;
  /** Connected and not accepted, oldest first. */
  readonly #waiting: ScriptedConnection[] = [];
  #current: ScriptedConnection | undefined;

  constructor(network: VirtualNetwork, host = "broker", port = 1883) {
    this.host = host;
    this.port = port;
    this.#network = network;
    const settle = () => this.#settle();
    network.listen(host, port, (link) => {
      const connection = new ScriptedConnection(link, settle);
      this.#waiting.push(connection);
      return connection;
    });
  }

  /** Connections that wait for `accept`. */
  get waitingCount(): number {
    this.#settle();
    return this.#waiting.length;
  }

  /** The connection accepted last. */
  get connection(): ScriptedConnection {
    return this.#current ?? this.accept();
  }

  /** Goes on to the next connection, the oldest that waits. Throws when there is none. */
  accept(): ScriptedConnection {
    this.#settle();
    const connection = this.#waiting.shift();
    if (connection === undefined) {
      throw new Error(`nobody has connected to ${this.host}:${this.port}`);
    }
    this.#current = connection;
    return connection;
  }

  /** Nobody has connected since the connection accepted last. */
  expectNoConnection(): void {
    if (this.waitingCount > 0) {
      throw new Error(`${this.waitingCount} connections to ${this.host}:${this.port}, expected: none`);
    }
  }

  /** Accepts the next connection, expects CONNECT on it, answers with CONNACK, and returns the CONNECT. */
  greet(answer: Partial<Omit<IConnackPacket, "cmd">> = {}): IConnectPacket {
    const connection = this.accept();
    const connect = connection.expectPacket({ cmd: "connect" });
    connection.sendPacket({ cmd: "connack", returnCode: 0, sessionPresent: false, ...answer });
    return connect;
  }

  get received(): readonly Packet[] {
    return this.connection.received;
  }

  expect(expected: string | PacketDescription): void {
    this.connection.expect(expected);
  }

  expectPacket<C extends PacketDescription>(description: C): PacketOf<C["cmd"]> {
    return this.connection.expectPacket(description);
  }

  expectNothing(): void {
    this.connection.expectNothing();
  }

  expectEnd(): void {
    this.connection.expectEnd();
  }

  send(bytes: string | Uint8Array): void {
    this.connection.send(bytes);
  }

  sendPacket(packet: PacketDescription): void {
    this.connection.sendPacket(packet);
  }

  close(): void {
    this.connection.close();
  }

  reset(): void {
    this.connection.reset();
  }

  vanish(direction: Direction = "both"): void {
    this.connection.vanish(direction);
  }

  #settle(): void {
    this.#network.clock.advance(0);
  }
}
