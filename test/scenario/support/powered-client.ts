/** A client that loses its power at a byte of its flash, and starts again with what the flash holds. */

import type { Power, VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import type { VirtualNetwork } from "../../../host-sim/virtual/virtual-network.js";
import type { VirtualTransportProvider } from "../../../host-sim/virtual/virtual-transport-provider.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { TimerProvider } from "../../../src/mqtt/ports.js";
import { OPTIONS } from "../../mqtt/support/server-options.js";
import { MemoryFlash } from "../../support/memory-flash.js";

export class PoweredClient {
  /** Texts of the messages that `publish` said were stored. */
  readonly stored: string[] = [];
  /** Texts that arrived, in all its lives. */
  readonly arrived: string[] = [];
  readonly events: ClientEvent[] = [];
  client!: MqttClient;
  flash: MemoryFlash;
  isOn = false;
  readonly #clock: VirtualClock;
  readonly #network: VirtualNetwork;
  readonly #options: ServerOptions;
  #provider!: VirtualTransportProvider;

  constructor(
    network: VirtualNetwork,
    clock: VirtualClock,
    options: Partial<ServerOptions> = {},
    flash = new MemoryFlash(1024, 4),
  ) {
    this.#network = network;
    this.#clock = clock;
    this.#options = { ...OPTIONS, cleanSession: false, ...options };
    this.flash = flash;
  }

  /** Starts with `power` bytes to be written or erased before the power fails. */
  boot(power = Number.POSITIVE_INFINITY): void {
    const flash = this.flash.restarted();
    this.flash = flash;
    this.isOn = true;
    flash.power = power;
    flash.onPowerFailure = () => this.powerOff();
    const provider = this.#network.provider("door");
    this.#provider = provider;
    const clock = this.#clock;
    const isAlive = (): boolean => this.flash === flash && this.isOn;
    const life: Power = {
      get isOn() {
        return isAlive();
      },
    };
    const timers: TimerProvider = {
      create: (onExpired, target) => clock.create(onExpired, target, life),
    };
    this.client = new MqttClient(
      {
        transport: {
          // What a client without power still does is of no effect.
          open: (endpoint, handler) => {
            const stream = provider.open(endpoint, handler);
            return {
              read: (target) => isAlive() && stream.read(target),
              write: (bytes) => (isAlive() ? stream.write(bytes) : 0),
              close: () => isAlive() && stream.close(),
            };
          },
        },
        clock,
        timers,
        random: () => 0.5,
        flash,
        observer: { onEvent: (event) => this.events.push(event) },
      },
      this.#options,
    );
    this.client.subscribe(
      "in/#",
      {
        onMessage: ({ payload }) => {
          if (isAlive()) this.arrived.push(Buffer.from(payload).toString());
        },
      },
      2,
    );
    this.client.start();
    clock.advance(0);
  }

  /** Nothing is heard of it any more, and it hears nothing. */
  powerOff(): void {
    this.isOn = false;
    this.#provider.destroyAll();
  }

  publish(text: string, qos: QoS): void {
    if (!this.isOn) return;
    const delivery = this.client.publish({ topicName: `out/${qos}`, payload: text, qos });
    // With the power gone in between, nobody was told that it is stored.
    if (this.isOn && delivery.isStored) this.stored.push(text);
  }

  /** Breaks its link, as a network does. */
  drop(): void {
    if (this.isOn) this.#provider.drop();
  }
}
