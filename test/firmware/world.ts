/** A world in memory for tests of whole devices: a virtual clock and network, two brokers, and boards. */

import type { WifiReport } from "../../firmware/apps/attempt-text.js";
import { Device } from "../../firmware/apps/device.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Flash } from "../../src/mqtt/ports.js";
import { MiniBroker } from "../support/mini-broker.js";
import { FakeBoard } from "./fake-board.js";

/** The config of a door sensor, `front`, at the primary server alone. */
export const FRONT: PartialConfig = Object.freeze({
  device: { id: "front" },
  app: "door-sensor",
  mqtt: { enable: true, server: "broker" },
});

/** The config of an armed alarm, `hall`, that watches that door. */
export const HALL: PartialConfig = Object.freeze({
  device: { id: "hall" },
  app: "alarm",
  mqtt: { enable: true, server: "broker" },
  alarm: { doors: ["front/door/state"], armed: true },
});

export class World {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork(this.clock, { latency: 10 });

  readonly broker = new MiniBroker(this.network, {
    mayRead: (_clientIdentifier, topicFilter) => !topicFilter.startsWith("secret/"),
  });
  readonly backup = new MiniBroker(this.network, { host: "backup" });
  #deviceCount = 0;

  /** A device that is made but not started; `values` is a config as in a file. */
  createDevice(
    values: PartialConfig,
    onEvent?: (event: ClientEvent, device: Device) => void,
    ports: { readonly wifi?: () => WifiReport; readonly flash?: Flash } = {},
  ): TestDevice {
    const { clock } = this;
    const board = new FakeBoard(clock);
    // Another one for each, so that the runs of one device can be told apart.
    this.#deviceCount += 1;
    const random = 1 / (1 + this.#deviceCount);
    const provider = this.network.provider(values.device?.id ?? "unnamed");
    const events: ClientEvent[] = [];
    const device: Device = new Device(loadConfig([{ values }]), {
      transport: provider,
      clock,
      timers: clock,
      random: () => random,
      pins: board,
      wallClock: board,
      log: board,
      deviceId: "reed-4a5b6c",
      ...ports,
      observer: {
        onEvent(event) {
          events.push(event);
          onEvent?.(event, device);
        },
      },
    });
    return { device, board, provider, events };
  }

  /** As `createDevice`, started and given a second to connect. */
  startDevice(values: PartialConfig): TestDevice {
    const made = this.createDevice(values);
    made.device.start();
    this.clock.advance(1000);
    return made;
  }

  /** The payload retained on `topicName` by the primary broker. */
  retained(topicName: string): string | undefined {
    const message = this.broker.retained.get(topicName);
    return message && Buffer.from(message.payload).toString("utf8");
  }
}

export interface TestDevice {
  readonly device: Device;
  readonly board: FakeBoard;
  readonly provider: ReturnType<VirtualNetwork["provider"]>;
  /** What the observer heard. */
  readonly events: readonly ClientEvent[];
}

/** The level of a door's pin, as it is with the default config. */
export const CLOSED = 0;
export const OPEN = 1;
