/** Reed as the client that is measured, with its adapters for Node. */

import { nodePorts } from "../../host-sim/io/node-ports.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent, ClientObserver } from "../../src/mqtt/event.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import type { DeliveryHandler } from "../../src/mqtt/outgoing.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { PAYLOAD, TOPIC_NAME, WINDOW } from "./message.js";
import type { Subject } from "./subject.js";

/** As the device config has them by default, but for the window. */
export function reedOptions(port: number, clientIdentifier: string): ServerOptions {
  return {
    endpoint: { host: "127.0.0.1", port },
    clientIdentifier,
    cleanSession: true,
    keepAlive: 60,
    maximumQos: 2,
    reconnectMinimum: 1_000,
    reconnectMaximum: 60_000,
    reconnectStable: 60_000,
    failBackAfter: 0,
    connectTimeout: 15_000,
    responseTimeout: 10_000,
    receiveLimit: 3_072,
    maximumInFlight: WINDOW,
    maximumQueueLength: 1_000,
    maximumQueueBytes: 1_000_000,
    queueQos0: false,
  };
}

/** For all clients of the process, as a process with many of them would have it. */
const PORTS = nodePorts({ onEvent() {} });

export class ReedSubject implements Subject, ClientObserver, DeliveryHandler {
  #client: MqttClient | undefined;
  #onDone: () => void = ignore;
  #awaited: ClientEvent["type"] | undefined;
  #resolve: () => void = ignore;

  connect(port: number, clientIdentifier: string): Promise<void> {
    this.#client = new MqttClient({ ...PORTS, observer: this }, reedOptions(port, clientIdentifier));
    this.#client.start();
    return this.#until("ready");
  }

  publish(qos: QoS, onDone: () => void): void {
    this.#onDone = onDone;
    this.#client?.publish({ topicName: TOPIC_NAME, payload: PAYLOAD, qos }, this);
  }

  subscribe(topicFilter: string, qos: QoS, onMessage: () => void): Promise<void> {
    this.#client?.subscribe(topicFilter, { onMessage }, qos);
    return this.#until("subscribed");
  }

  onOutcome(): void {
    this.#onDone();
  }

  onEvent(event: ClientEvent): void {
    if (event.type === "disconnected") throw new Error(`Reed was disconnected: ${event.reason}`);
    if (event.type === this.#awaited) this.#resolve();
  }

  #until(type: ClientEvent["type"]): Promise<void> {
    this.#awaited = type;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

function ignore(): void {
  // Nobody waits.
}
