/** The door sensor of a soak in virtual time, whose power can be cut: each life is a device of its own. */

import { Device } from "../../firmware/apps/device.js";
import type { Level } from "../../firmware/apps/io.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Flash, Random, TimerProvider } from "../../src/mqtt/ports.js";
import type { Power, VirtualClock } from "../virtual/virtual-clock.js";
import type { VirtualNetwork } from "../virtual/virtual-network.js";
import type { VirtualTransportProvider } from "../virtual/virtual-transport-provider.js";
import type { Books } from "./books.js";
import { soakTopic } from "./books.js";
import { SoakBoard } from "./soak-board.js";
import { doorConfig, eventNumber } from "./soak-config.js";

export interface DoorPorts {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  /** Keeps what it holds from one life to the next. */
  readonly flash: Flash;
  readonly random: Random;
  readonly books: Books;
  /** A connection was accepted. */
  readonly onConnected: () => void;
}

export class VirtualDoor {
  readonly provider: VirtualTransportProvider;
  peakPending = 0;
  readonly #ports: DoorPorts;
  #life = 0;
  #level: Level = 0;
  #count = 0;
  #device: Device | undefined;
  #board: SoakBoard | undefined;

  constructor(ports: DoorPorts) {
    this.#ports = ports;
    this.provider = ports.network.provider("front");
  }

  get isOn(): boolean {
    return this.#device !== undefined;
  }

  /** Messages that its client holds. */
  get pending(): number {
    return this.#device?.client.pending ?? 0;
  }

  /** How often it has been switched on. */
  get lives(): number {
    return this.#life;
  }

  powerOn(): void {
    if (this.isOn) return;
    const { books, clock, flash, onConnected, random } = this.#ports;
    this.#life += 1;
    const life = this.#life;
    const board = new SoakBoard(clock, this.#level, (line) => {
      const number = eventNumber(line);
      if (number !== undefined) books.door.happened(life, number);
    });
    const isAlive = (): boolean => this.#life === life && this.isOn;
    const power: Power = {
      get isOn() {
        return isAlive();
      },
    };
    const timers: TimerProvider = {
      create: (onExpired, target) => clock.create(onExpired, target, power),
    };
    this.#board = board;
    this.#device = new Device(doorConfig({ server: "broker" }), {
      transport: this.provider,
      clock,
      timers,
      random,
      pins: board,
      wallClock: board,
      log: board,
      deviceId: "front",
      flash,
      observer: {
        onEvent: ({ type }) => {
          if (type === "connected") onConnected();
        },
      },
    });
    this.#device.start();
  }

  /** The power is gone: the broker hears nothing of it, and neither does the device. */
  powerOff(): void {
    this.#device = undefined;
    this.#board = undefined;
    this.provider.powerOff();
  }

  /** The door opens or closes; whether the device sees it depends on its power. */
  move(): void {
    this.#level = this.#level === 0 ? 1 : 0;
    this.#board?.setInput(this.#level);
  }

  /** Publishes the next numbered message. */
  publish(qos: QoS): void {
    const device = this.#device;
    if (device === undefined) return;
    this.#count += 1;
    const text = `${this.#count}`;
    const { isStored, outcome } = device.client.publish({ topicName: soakTopic(qos), payload: text, qos });
    // QoS 0 is refused without a connection, and says so: then nothing is promised.
    if (qos === 0 ? outcome !== "refused" : isStored) this.#ports.books.published(qos, text);
    this.peakPending = Math.max(this.peakPending, device.client.pending);
  }
}
