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
function reedOptions(port: number, clientIdentifier: string): ServerOptions {
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
  readonly #client: MqttClient;
  #onDone: () => void = ignore;
  #onConnected = ignore;
  #onSubscribed = ignore;

  constructor(port: number, clientIdentifier: string) {
    this.#client = new MqttClient({ ...PORTS, observer: this }, reedOptions(port, clientIdentifier));
  }

  connect(): Promise<void> {
    this.#client.start();
    return new Promise((resolve) => {
      this.#onConnected = resolve;
    });
  }

  publish(qos: QoS, onDone: () => void): void {
    this.#onDone = onDone;
    this.#client.publish({ topicName: TOPIC_NAME, payload: PAYLOAD, qos }, this);
  }

  subscribe(topicFilters: readonly string[], qos: QoS, onMessage: () => void): Promise<void> {
    const handler = { onMessage };
    for (const topicFilter of topicFilters) this.#client.subscribe(topicFilter, handler, qos);
    return new Promise((resolve) => {
      this.#onSubscribed = resolve;
    });
  }

  onOutcome(): void {
    this.#onDone();
  }

  onEvent(event: ClientEvent): void {
    if (event.type === "disconnected") {
      // Thrown here it would come back as an event.
      process.nextTick(fail, event.reason);
    } else if (event.type === "connected") {
      this.#onConnected();
      this.#onConnected = ignore;
    } else if (event.type === "subscribed") {
      this.#onSubscribed();
      this.#onSubscribed = ignore;
    }
  }
}

function fail(reason: string): void {
  throw new Error(`Reed was disconnected: ${reason}`);
}

function ignore(): void {
  // Nobody waits.
}
