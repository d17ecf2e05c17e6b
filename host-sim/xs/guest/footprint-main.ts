/** The program whose memory is measured: a bare client, or a whole door sensor, brought into one state after another. */

import { Device } from "../../../firmware/apps/device.js";
import { loadConfig } from "../../../src/config/load.js";
import type { Config } from "../../../src/config/schema.js";
import { serverOptions } from "../../../src/config/server-options.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { FootprintCommand } from "../footprint/command.js";
import type { GuestProgram } from "./world.js";
import { GuestWorld, runProgram } from "./world.js";

class FootprintProgram implements GuestProgram<FootprintCommand> {
  readonly #world: GuestWorld;
  /** What is measured is held here, and nowhere else. */
  #config: Config | undefined;
  #options: ServerOptions | undefined;
  #client: MqttClient | undefined;
  #device: Device | undefined;
  #message: unknown;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** For `pending` the number of messages not completed. */
  handle(command: FootprintCommand): number | undefined {
    const { clock, log, pins, random, text, timers, transport, wallClock } = this.#world;
    const observer = this.#world;
    switch (command.type) {
      case "load-config":
        this.#config = loadConfig([{ text: command.text }]);
        break;
      case "make-client":
        this.#options = serverOptions(loadConfig([{ text: command.text }]), "mqtt", "front") as ServerOptions;
        this.#client = new MqttClient({ clock, random, text, timers, transport, observer }, this.#options);
        break;
      case "make-device": {
        const ports = {
          clock,
          log,
          pins,
          random,
          text,
          timers,
          transport,
          wallClock,
          observer,
          deviceId: "front",
        };
        this.#device = new Device(this.#config as Config, ports);
        this.#client = this.#device.client;
        break;
      }
      case "start":
        (this.#device ?? this.#client)?.start();
        break;
      case "subscribe":
        this.#client?.subscribe(command.topicFilter, this);
        break;
      case "publish":
        this.#client?.publish({ topicName: command.topicName, payload: command.payload, qos: 1 });
        break;
      case "pending":
        return this.#client?.pending ?? 0;
    }
    return undefined;
  }

  /** Holds on to the last message, as if it were still being handled. */
  onMessage(message: unknown): void {
    this.#message = message;
  }

  get message(): unknown {
    return this.#message;
  }
}

const world = new GuestWorld();
runProgram(world, new FootprintProgram(world));
