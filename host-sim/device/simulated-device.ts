/** One device on this machine: the real firmware code over Node's network, with a door, a siren and weather made of air. */

import { Alarm } from "../../firmware/apps/alarm.js";
import { Device } from "../../firmware/apps/device.js";
import type { Level, Log } from "../../firmware/apps/io.js";
import type { Config } from "../../src/config/schema.js";
import type { ClientObserver } from "../../src/mqtt/event.js";
import type { Flash } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { FileFolder } from "../io/file-folder.js";
import { NodeClock } from "../io/node-clock.js";
import { nodeNetwork } from "../io/node-network.js";
import { nodeText } from "../io/node-text.js";
import { NodeTimers } from "../io/node-timers.js";
import { NodeTransportProvider } from "../io/node-transport.js";
import { SimulatedClimate } from "./simulated-climate.js";
import { SimulatedPins } from "./simulated-pins.js";

/** Hears what the device does to the world. */
export interface DeviceListener extends ClientObserver {
  onSiren(sounding: boolean): void;
}

export class SimulatedDevice {
  readonly device: Device;
  readonly #config: Config;
  readonly #pins: SimulatedPins;
  readonly #network = new NodeTransportProvider();
  readonly #timers = new NodeTimers();

  /**
   * Throws as `Device` does. The door is closed at the start.
   * @param files where certificates and keys are that the config names
   * @param flash where events and sessions survive its end
   */
  constructor(
    config: Config,
    log: Log,
    listener: DeviceListener,
    files: FileStore = new FileFolder("."),
    flash?: Flash,
  ) {
    const { siren_pin: sirenPin, siren_active_low: sirenActiveLow } = config.alarm;
    this.#config = config;
    this.#pins = new SimulatedPins({
      onOutput(pin: number, level: Level) {
        if (pin === sirenPin) listener.onSiren((level === 1) !== sirenActiveLow);
      },
    });
    this.setDoor("closed");
    const clock = new NodeClock();
    this.device = new Device(config, {
      transport: nodeNetwork(this.#network, files, this.#timers),
      clock,
      timers: this.#timers,
      random: Math.random,
      text: nodeText,
      pins: this.#pins,
      climate: new SimulatedClimate(clock),
      wallClock: { now: () => Date.now() },
      log,
      deviceId: `sim-${config.app}`,
      observer: listener,
      ...(flash === undefined ? {} : { flash }),
    });
  }

  /** Opens or closes the door that the reed switch is on. */
  setDoor(state: "open" | "closed"): void {
    const { pin, active_low: activeLow } = this.#config.door;
    this.#pins.setInput(pin, (state === "closed") === activeLow ? 0 : 1);
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
    this.#timers.powerOff();
    this.#network.destroyAll();
  }
}
