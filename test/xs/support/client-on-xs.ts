/** An MQTT client that runs inside XS over Node's sockets; it ends with its test. */

import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { SimulatedPins } from "../../../host-sim/device/simulated-pins.js";
import { FileFolder } from "../../../host-sim/io/file-folder.js";
import { MemoryStore } from "../../../host-sim/io/memory-store.js";
import { NodeClock } from "../../../host-sim/io/node-clock.js";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { NodeTimers } from "../../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../../host-sim/io/node-transport.js";
import type { HeapFigures } from "../../../host-sim/xs/heap-snapshot.js";
import { heapGrowth } from "../../../host-sim/xs/heap-snapshot.js";
import { LoadedProgram, XsHost } from "../../../host-sim/xs/xs-host.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { ClientCommand, ClientState, Settings } from "./client-message.js";

/** A session that is kept, and short waits. */
const SETTINGS: Settings = {
  client_id: "door",
  clean_session: false,
  max_qos: 2,
  reconnect_timeout_min: 0.05,
  reconnect_timeout_max: 0.2,
};
const LIMIT = { timeout: 10_000 };

export class ClientOnXs {
  readonly events: ClientEvent[] = [];
  readonly #transport = new NodeTransportProvider();
  readonly #timers = new NodeTimers();
  readonly #program: LoadedProgram;
  readonly #host: XsHost<ClientCommand>;
  #failure: Error | undefined;

  /** Starts it, and resolves when it is connected. */
  static async connect(settings: Settings): Promise<ClientOnXs> {
    const client = await ClientOnXs.start(settings);
    await client.reaches(1, "connected");
    return client;
  }

  /** Its session is kept unless `settings` say otherwise, and its waits are short. */
  static async start(settings: Settings): Promise<ClientOnXs> {
    const client = new ClientOnXs(await LoadedProgram.load(join(import.meta.dirname, "client-main.ts")));
    client.#host.post({ type: "connect", settings: { ...SETTINGS, ...settings } });
    return client;
  }

  private constructor(program: LoadedProgram) {
    this.#program = program;
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
      files: new FileFolder("."),
      crypto: new NodeCrypto(),
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

  /** What lives now beyond the loaded code. */
  async weigh(): Promise<HeapFigures> {
    const heap = await new Promise<HeapFigures>((resolve) => this.#host.weigh(resolve));
    return heapGrowth(this.#program.heap, heap);
  }

  /** Resolves once it has told at least `count` events of `type`. */
  async reaches(count: number, type: ClientEvent["type"]): Promise<void> {
    await expect.poll(() => this.#count(type), LIMIT).toBeGreaterThanOrEqual(count);
  }

  #count(type: ClientEvent["type"]): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.events.filter((event) => event.type === type).length;
  }

  /** Resolves once the state is as `expected` says, in what it says. */
  async settles(expected: Partial<ClientState>): Promise<void> {
    await expect.poll(() => this.state(), LIMIT).toMatchObject(expected);
  }
}
