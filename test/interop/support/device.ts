/** The client under test over Node's sockets, with everything it tells written down; it ends with its test. */

import { onTestFinished } from "vitest";
import { nodePorts } from "../../../host-sim/io/node-ports.js";
import { NodeTransportProvider } from "../../../host-sim/io/node-transport.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { Message } from "../../../src/mqtt/message.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { SubscriptionHandler } from "../../../src/mqtt/subscriptions.js";
import { Changes } from "./changes.js";
import { Inbox } from "./inbox.js";

/** Longer than anything takes on a busy machine, shorter than a test may take. */
const LIMIT = 15_000;

/** The defaults of a device but for the waits, which are short, and the queue, which is large. */
export function serverOptions(port: number, changes: Partial<ServerOptions> = {}): ServerOptions {
  return {
    endpoint: { host: "127.0.0.1", port },
    clientIdentifier: "device",
    cleanSession: true,
    keepAlive: 60,
    maximumQos: 2,
    reconnectMinimum: 20,
    reconnectMaximum: 160,
    reconnectStable: 30_000,
    failBackAfter: 0,
    connectTimeout: 10_000,
    responseTimeout: 5_000,
    receiveLimit: 3072,
    maximumInFlight: 20,
    maximumQueueLength: 2_000,
    maximumQueueBytes: 4 * 1024 * 1024,
    queueQos0: false,
    ...changes,
  };
}

export class Device {
  readonly client: MqttClient;
  readonly transport = new NodeTransportProvider();
  readonly events: ClientEvent[] = [];
  /** How the messages published by `send` fare, in order. */
  readonly deliveries: Delivery[] = [];
  readonly #changes = new Changes();

  /** Within a test only: the device ends with it. `start` is still to be called. */
  constructor(primary: ServerOptions, backup?: ServerOptions) {
    const onEvent = (event: ClientEvent): void => {
      this.events.push(event);
      this.#changes.changed();
    };
    this.client = new MqttClient(nodePorts({ onEvent }, this.transport), primary, backup);
    onTestFinished(() => this.#dispose());
  }

  /** Starts it, and resolves when CONNACK has accepted it; returns whether the server had kept its session. */
  async connect(): Promise<boolean> {
    this.client.start();
    await this.until(() => this.client.connected);
    return this.eventsOf("connected").at(-1)?.sessionPresent === true;
  }

  /** Disconnects it in an orderly way; what it holds stays for the next `connect`. */
  async disconnect(): Promise<void> {
    const ended = this.eventsOf("disconnected").length;
    this.client.stop();
    await this.until(() => this.eventsOf("disconnected").length > ended);
  }

  /** A power failure: the link is cut without DISCONNECT, and nothing is tried again. */
  crash(): void {
    this.client.stop();
    this.transport.drop(new Error("power failure"));
  }

  /** Publishes and writes down how that fares. */
  send(topicName: string, payload: Message["payload"], qos: QoS, retain = false): Delivery {
    const onOutcome = () => this.#changes.changed();
    const delivery = this.client.publish({ topicName, payload, qos, retain }, { onOutcome });
    this.deliveries.push(delivery);
    return delivery;
  }

  /** Resolves when it is known of everything sent how it ended; returns that, in order. */
  async outcomes(limit = LIMIT): Promise<(string | undefined)[]> {
    await this.until(() => this.deliveries.every(({ outcome }) => outcome !== undefined), limit);
    return this.deliveries.map(({ outcome }) => outcome);
  }

  /** Subscribes, now or when it connects. */
  listen(topicFilter: string, qos: QoS): Inbox {
    const inbox = new Inbox(topicFilter, this.#changes);
    this.client.subscribe(topicFilter, inbox, qos);
    return inbox;
  }

  /** Subscribes, and resolves when the server has answered. */
  async subscribe(topicFilter: string, qos: QoS): Promise<Inbox> {
    const inbox = this.listen(topicFilter, qos);
    await inbox.answered();
    return inbox;
  }

  /** Subscribes with a handler of the test's own, and resolves when SUBACK grants it. */
  async subscribeWith(topicFilter: string, handler: SubscriptionHandler, qos: QoS): Promise<void> {
    const granted = this.eventsOf("subscribed").length;
    this.client.subscribe(topicFilter, handler, qos);
    await this.until(() => this.eventsOf("subscribed").length > granted);
  }

  eventsOf<T extends ClientEvent["type"]>(type: T): Extract<ClientEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { type: T }> => event.type === type);
  }

  /** Resolves when `isDone()`, which is asked again after each event, outcome and message; rejects after `limit` ms. */
  until(isDone: () => boolean, limit = LIMIT): Promise<void> {
    return this.#changes.until(isDone, () => this.#describe(), limit);
  }

  /** For handlers of the test's own: `until` is to look again. */
  changed(): void {
    this.#changes.changed();
  }

  #describe(): string {
    const open = this.deliveries.filter(({ outcome }) => outcome === undefined).length;
    const shown = this.events.slice(-12).map((event) => JSON.stringify(event, legibly));
    return `${open} of ${this.deliveries.length} deliveries open, last events:\n${shown.join("\n")}`;
  }

  async #dispose(): Promise<void> {
    this.client.stop();
    try {
      await this.until(() => this.transport.streamCount === 0 && !this.client.connected, 200);
    } catch {
      this.transport.drop();
    }
  }
}

function legibly(_: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
