/** Many door sensors in one process, each a whole simulated device, as `reed-sim run` makes it. */

import type { Log } from "../../firmware/apps/io.js";
import type { DeviceWorld } from "../../host-sim/device/device-world.js";
import type { DeviceListener } from "../../host-sim/device/simulated-device.js";
import { SimulatedDevice } from "../../host-sim/device/simulated-device.js";
import { FileFolder } from "../../host-sim/io/file-folder.js";
import { loadConfig } from "../../src/config/load.js";
import type { ClientEvent } from "../../src/mqtt/event.js";

/** Of one movement of a door: an event and a state, both with QoS 1. */
export const MESSAGES_PER_MOVEMENT = 2;

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

export class Fleet implements DeviceListener {
  readonly #devices: SimulatedDevice[] = [];
  readonly #isOpen: Uint8Array;
  #started = 0;
  #connected = 0;
  #failures = 0;
  /** Called for each connection. */
  onConnected: (() => void) | undefined;

  /**
   * @param kind begins their names
   * @param server the broker, as in `mqtt.server`
   * @param worldOf the place where the device of that name lives
   */
  constructor(kind: string, size: number, server: string, worldOf: (name: string) => DeviceWorld) {
    this.#isOpen = new Uint8Array(size);
    // They share their config, all but the name.
    const values = { app: "door-sensor", mqtt: { enable: true, server } } as const;
    const common = loadConfig([{ name: "bench", values }]);
    const files = new FileFolder(".");
    for (let i = 0; i < size; i += 1) {
      const id = `${kind}-${i}`;
      const config = { ...common, device: { ...common.device, id } };
      this.#devices.push(new SimulatedDevice(config, SILENT, this, files, undefined, worldOf(id)));
    }
  }

  get size(): number {
    return this.#devices.length;
  }

  /** Devices with a connection. */
  get connected(): number {
    return this.#connected;
  }

  /** Attempts that failed, and connections that broke. */
  get failures(): number {
    return this.#failures;
  }

  /** Messages that the broker has acknowledged. */
  get acknowledged(): number {
    return this.#devices.reduce((sum, { device }) => sum + device.client.counters.acknowledged, 0);
  }

  /** Messages that it has not. */
  get pending(): number {
    return this.#devices.reduce((sum, { device }) => sum + device.client.pending, 0);
  }

  /** Has the next `count` devices connect, as far as there are any left. */
  start(count: number): void {
    const end = Math.min(this.size, this.#started + count);
    for (; this.#started < end; this.#started += 1) this.#devices[this.#started]?.device.start();
  }

  /** Opens the door of a device, or closes it. */
  move(index: number): void {
    const isOpen = this.#isOpen[index] === 1;
    this.#isOpen[index] = isOpen ? 0 : 1;
    this.#devices[index]?.setDoor(isOpen ? "closed" : "open");
  }

  /** Cuts the power of all. */
  crash(): void {
    for (const device of this.#devices) device.crash();
  }

  onEvent(event: ClientEvent): void {
    if (event.type === "connected") {
      this.#connected += 1;
      this.onConnected?.();
    } else if (event.type === "disconnected") {
      this.#failures += 1;
      if (event.stage === "connected") this.#connected -= 1;
    }
  }

  onSiren(): void {}
}
