/** An MQTT client that runs inside XS over Node's sockets; it ends with its test. */

import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { SimulatedPins } from "../../../host-sim/device/simulated-pins.js";
import { MemoryStore } from "../../../host-sim/io/memory-store.js";
import { NodeClock } from "../../../host-sim/io/node-clock.js";
import { NodeTimers } from "../../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../../host-sim/io/node-transport.js";
import { LoadedProgram, XsHost } from "../../../host-sim/xs/xs-host.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { OPTIONS } from "../../mqtt/support/server-options.js";
import type { ClientCommand, ClientState } from "./client-message.js";

const LIMIT = { timeout: 10_000 };

export class ClientOnXs {
  readonly events: ClientEvent[] = [];
  readonly #transport = new NodeTransportProvider();
  readonly #timers = new NodeTimers();
  readonly #host: XsHost<ClientCommand>;
  #failure: Error | undefined;

  /** Starts it, and resolves when it is connected. Its session is kept. */
  static async connect(port: number): Promise<ClientOnXs> {
    const program = await LoadedProgram.load(join(import.meta.dirname, "client-main.ts"));
    const client = new ClientOnXs(program);
    const endpoint = { host: "127.0.0.1", port };
    const waits = { reconnectMinimum: 50, reconnectMaximum: 200 };
    client.#host.post({ type: "connect", options: { ...OPTIONS, ...waits, endpoint } });
    await client.reaches(1, "connected");
    return client;
  }

  private constructor(program: LoadedProgram) {
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const ports = {
      transport: this.#transport,
      timers: this.#timers,
      clock: new NodeClock(),
      wallClock: { now: () => Date.now() },
      random: Math.random,
      pins: new SimulatedPins({ onOutput: () => {} }),
      log,
      store: new MemoryStore(),
      observer: { onEvent: (event: ClientEvent) => this.events.push(event) },
      onStopped: () => {},
    };
    this.#host = new XsHost<ClientCommand>(program, ports, (error) => {
      this.#failure = error;
    });
    onTestFinished(() => {
      this.#timers.powerOff();
      this.#transport.destroyAll();
      this.#host.end();
    });
  }

  publish(topicName: string, payload: string, qos: QoS): void {
    this.#host.post({ type: "publish", topicName, payload, qos });
  }

  subscribe(topicFilter: string, qos: QoS): void {
    this.#host.post({ type: "subscribe", topicFilter, qos });
  }

  disconnect(): void {
    this.#host.post({ type: "disconnect" });
  }

  async state(): Promise<ClientState> {
    if (this.#failure !== undefined) throw this.#failure;
    return await new Promise((resolve) => {
      this.#host.post({ type: "state" }, (value) => resolve(value as ClientState));
    });
  }

  /** Resolves once it has told at least `count` events of `type`. */
  async reaches(count: number, type: ClientEvent["type"]): Promise<void> {
    await expect
      .poll(() => this.events.filter((event) => event.type === type).length, LIMIT)
      .toBeGreaterThanOrEqual(count);
  }

  /** Resolves once the state is as `expected` says, in what it says. */
  async settles(expected: Partial<ClientState>): Promise<void> {
    await expect.poll(() => this.state(), LIMIT).toMatchObject(expected);
  }
}
