/**
 * MQTT.js as the client that is measured: as its documentation would have it, with what could cost it time left out.
 * Nagle's algorithm stays on, as it has it: without, each of its acknowledgements leaves alone, and it takes longer.
 */

import type { IClientPublishOptions, MqttClient } from "mqtt";
import mqtt from "mqtt";
import type { QoS } from "../../src/mqtt/packet.js";
import { PAYLOAD, TOPIC_NAME } from "./message.js";
import type { Subject } from "./subject.js";

const payload = Buffer.from(PAYLOAD);
const PUBLISH_OPTIONS: Readonly<Record<QoS, IClientPublishOptions>> = {
  0: { qos: 0 },
  1: { qos: 1 },
  2: { qos: 2 },
};

export class MqttjsSubject implements Subject {
  readonly #client: MqttClient;

  constructor(port: number, clientId: string) {
    this.#client = mqtt.connect({
      host: "127.0.0.1",
      port,
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      manualConnect: true,
      // It has lines of its log ready even when nobody reads them; this is the cheapest way to be without.
      log: ignore,
    });
  }

  connect(): Promise<void> {
    const client = this.#client.on("close", fail);
    client.connect();
    return new Promise<void>((resolve, reject) => {
      client.once("connect", () => {
        client.off("error", reject);
        resolve();
      });
      client.once("error", reject);
    });
  }

  publish(qos: QoS, onDone: () => void): void {
    this.#client.publish(TOPIC_NAME, payload, PUBLISH_OPTIONS[qos], onDone);
  }

  async subscribe(topicFilters: readonly string[], qos: QoS, onMessage: () => void): Promise<void> {
    this.#client.on("message", onMessage);
    await this.#client.subscribeAsync([...topicFilters], { qos });
  }
}

function fail(): void {
  throw new Error("MQTT.js was disconnected");
}

function ignore(): void {
  // Nobody reads it.
}
