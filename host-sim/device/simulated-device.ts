/** One device on this machine: the real firmware code over Node's network, with a door, a siren and weather made of air. */

import { Alarm } from "../../firmware/apps/alarm.js";
import { Device } from "../../firmware/apps/device.js";
import type { Level, Log } from "../../firmware/apps/io.js";
import type { Config } from "../../src/config/schema.js";
import type { ClientObserver } from "../../src/mqtt/event.js";
import type { Flash } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { FileFolder } from "../io/file-folder.js";
import { nodeText } from "../io/node-text.js";
import { sharedMemory } from "../io/shared-memory.js";
import type { DeviceWorld } from "./device-world.js";
import { NodeWorld } from "./node-world.js";
import { SimulatedClimate } from "./simulated-climate.js";
import type { OutputListener, SimulatedInput } from "./simulated-pins.js";
import { SimulatedPins } from "./simulated-pins.js";

/** Hears what the device does to the world. */
export interface DeviceListener extends ClientObserver {
  onSiren(sounding: boolean): void;
}

export class SimulatedDevice implements OutputListener {
  readonly device: Device;
  readonly #config: Config;
  readonly #listener: DeviceListener;
  /** The reed switch. */
  readonly #door: SimulatedInput;
  readonly #isDoorActiveLow: boolean;
  readonly #world: DeviceWorld;

  /**
   * Throws as `Device` does. The door is closed at the start.
   * @param files where certificates and keys are that the config names
   * @param flash where events and sessions survive its end
   * @param world where it lives; default: on this machine, where `files` are
   */
  constructor(
    config: Config,
    log: Log,
    listener: DeviceListener,
    files: FileStore = new FileFolder("."),
    flash?: Flash,
    world: DeviceWorld = new NodeWorld(files),
  ) {
    const { clock, timers, transport, wallClock } = world;
    this.#config = config;
    this.#listener = listener;
    this.#world = world;
    const pins = new SimulatedPins(this, world.defer);
    this.#isDoorActiveLow = config.door.active_low;
    this.#door = pins.input(config.door.pin, this.#isDoorActiveLow ? 0 : 1);
    this.device = new Device(config, {
      transport,
      clock,
      timers,
      random: Math.random,
      text: nodeText,
      shared: sharedMemory,
      pins,
      climate: new SimulatedClimate(clock),
      wallClock,
      log,
      deviceId: `sim-${config.app}`,
      observer: listener,
      ...(flash === undefined ? {} : { flash }),
    });
  }

  /** Opens or closes the door that the reed switch is on. */
  setDoor(state: "open" | "closed"): void {
    this.#door.set((state === "closed") === this.#isDoorActiveLow ? 0 : 1);
  }

  /** Presses a key of the alarm's own panel; returns false when the device is no alarm. */
  pressPanel(command: "arm" | "disarm"): boolean {
    const { app } = this.device;
    if (!(app instanceof Alarm)) return false;
    app.apply(command, "panel");
    return true;
  }

  /** Cuts its power, for good: no DISCONNECT, and the server publishes the will. */
  crash(): void {
    this.#world.powerOff();
  }

  /** For the pins. */
  onOutput(pin: number, level: Level): void {
    const { siren_pin: sirenPin, siren_active_low: sirenActiveLow } = this.#config.alarm;
    if (pin === sirenPin) this.#listener.onSiren((level === 1) !== sirenActiveLow);
  }
}
