/** MQTT.js as the other side of a test: a client that is not ours; it ends with its test. */

import type { IClientOptions, MqttClient } from "mqtt";
import { connectAsync } from "mqtt";
import { onTestFinished } from "vitest";
import type { QoS } from "../../../src/mqtt/packet.js";
import { Changes } from "./changes.js";
import type { Received } from "./received.js";
import { received, text } from "./received.js";

const LIMIT = 15_000;
/** mosquitto closes the connection of a client that has more QoS 2 messages under way. */
const WINDOW = 20;

/** Resolves when it is connected. It does not reconnect, unless `options` say so. */
export async function connectMqttJs(port: number, options: IClientOptions = {}): Promise<MqttJsPeer> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  return new MqttJsPeer(client);
}

export class MqttJsPeer {
  readonly client: MqttClient;
  readonly messages: Received[] = [];
  readonly texts: string[] = [];
  readonly #changes = new Changes();

  constructor(client: MqttClient) {
    this.client = client;
    // A broker that is killed resets its connections.
    client.on("error", () => {});
    client.on("message", (topicName, payload, { qos, retain }) => {
      this.messages.push(received(topicName, payload, qos, retain));
      this.texts.push(text(payload));
      this.#changes.changed();
    });
    onTestFinished(() => client.endAsync(true));
  }

  /** Resolves when the subscription is acknowledged. */
  async subscribe(topicFilter: string, qos: QoS): Promise<void> {
    await this.client.subscribeAsync(topicFilter, { qos });
  }

  /** Resolves when the message is acknowledged. */
  async publish(topicName: string, payload: string | Uint8Array, qos: QoS, retain = false): Promise<void> {
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    await this.client.publishAsync(topicName, bytes, { qos, retain });
  }

  /** Publishes in this order; resolves when everything is acknowledged. */
  async publishAll(messages: readonly { topicName: string; payload: string; qos: QoS }[]): Promise<void> {
    const queue = messages.values();
    const publishNext = async (): Promise<void> => {
      for (const { topicName, payload, qos } of queue) await this.publish(topicName, payload, qos);
    };
    await Promise.all(Array.from({ length: WINDOW }, publishNext));
  }

  /** Resolves with all messages once there are `count`. */
  async take(count: number, limit = LIMIT): Promise<readonly Received[]> {
    const describe = () => `MQTT.js got ${this.messages.length} messages of ${count}`;
    await this.#changes.until(() => this.messages.length >= count, describe, limit);
    return this.messages;
  }

  /** Resolves with all texts once `last` is among them. */
  async takeUntil(last: string, limit = LIMIT): Promise<string[]> {
    const describe = () => `MQTT.js got ${this.messages.length} messages, none of them "${last}"`;
    await this.#changes.until(() => this.texts.includes(last), describe, limit);
    return this.texts;
  }
}
