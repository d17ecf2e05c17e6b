/** A plain client at the backup broker, which tells the demonstration what arrives there. */

import { loadConfig } from "../../src/config/load.js";
import { serverOptions } from "../../src/config/server-options.js";
import { MqttClient } from "../../src/mqtt/client.js";
import { decodeUtf8 } from "../../src/mqtt/utf8.js";
import { nodePorts } from "../io/node-ports.js";
import type { Milestones } from "./milestones.js";

export class Witness {
  readonly #client: MqttClient;
  readonly #states: string[] = [];
  readonly #milestones: Milestones;
  #onStopped: (() => void) | undefined;

  /** Listens for door events on `topicName` at the broker on `port`. */
  constructor(port: number, topicName: string, milestones: Milestones) {
    this.#milestones = milestones;
    const config = loadConfig([
      { name: "witness", values: { mqtt: { enable: true, server: `127.0.0.1:${port}` } } },
    ]);
    const options = serverOptions(config, "mqtt", "witness");
    if (options === undefined) throw new Error("unreachable: enabled above");
    this.#client = new MqttClient(
      nodePorts({
        onEvent: (event) => {
          if (event.type === "disconnected") this.#onStopped?.();
        },
      }),
      options,
    );
    this.#client.subscribe(topicName, { onMessage: ({ payload }) => this.#heard(decodeUtf8(payload) ?? "") });
    this.#client.start();
  }

  /** Whether just these states were told, in this order. */
  hasInOrder(states: readonly string[]): boolean {
    return this.#states.join() === states.join();
  }

  async stop(): Promise<void> {
    if (!this.#client.connected) {
      this.#client.stop();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#onStopped = resolve;
      this.#client.stop();
    });
  }

  #heard(text: string): void {
    this.#states.push((JSON.parse(text) as { state: string }).state);
    this.#milestones.changed();
  }
}
