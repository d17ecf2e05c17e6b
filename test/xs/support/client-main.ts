/** The program of a bare MQTT client in the worker, for tests: it does as it is told, and writes down what comes. */

import { ask } from "../../../host-sim/xs/guest/ask.js";
import type { GuestProgram } from "../../../host-sim/xs/guest/world.js";
import { GuestWorld, runProgram } from "../../../host-sim/xs/guest/world.js";
import { loadConfig } from "../../../src/config/load.js";
import { serverOptions } from "../../../src/config/server-options.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import { decodeUtf8 } from "../../../src/mqtt/utf8.js";
import type { ClientCommand, ClientState } from "./client-message.js";

class ClientProgram implements GuestProgram<ClientCommand> {
  readonly #world: GuestWorld;
  readonly #deliveries: Delivery[] = [];
  readonly #received: string[] = [];
  #client: MqttClient | undefined;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  handle(command: ClientCommand): ClientState | undefined {
    switch (command.type) {
      case "connect": {
        const { clock, random, timers, transport } = this.#world;
        const ports = { clock, random, timers, transport, observer: this.#world };
        const config = loadConfig([{ values: { mqtt: { enable: true, ...command.settings } } }]);
        this.#client = new MqttClient(ports, serverOptions(config, "mqtt", "") as ServerOptions);
        this.#client.start();
        return undefined;
      }
      case "disconnect":
        this.#client?.stop();
        return undefined;
      case "publish": {
        const { topicName, payload, qos } = command;
        const delivery = this.#client?.publish({ topicName, payload, qos });
        if (delivery !== undefined) this.#deliveries.push(delivery);
        return undefined;
      }
      case "subscribe":
        this.#client?.subscribe(command.topicFilter, this, command.qos);
        return undefined;
      case "state":
        return {
          outcomes: this.#deliveries.map(({ outcome }) => outcome ?? null),
          received: this.#received,
        };
    }
  }

  onMessage(message: {
    readonly topicName: string;
    readonly qos: number;
    readonly payload: Uint8Array;
  }): void {
    this.#received.push(`${message.topicName}: ${message.qos}: ${decodeUtf8(message.payload)}`);
    ask({ type: "log", level: "info", text: "received" });
  }
}

const world = new GuestWorld();
runProgram(world, new ClientProgram(world));
