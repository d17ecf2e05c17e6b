/** A device on the stage of the demonstration: what it does is shown, and what was seen of it is remembered. */

import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import type { ClientEvent, ServerName } from "../../src/mqtt/event.js";
import type { Colour, Timeline } from "../cli/timeline.js";
import type { DeviceListener } from "../device/simulated-device.js";
import { SimulatedDevice } from "../device/simulated-device.js";
import type { Milestones } from "./milestones.js";

export class Actor implements DeviceListener {
  readonly #device: SimulatedDevice;
  readonly #timeline: Timeline;
  readonly #name: string;
  readonly #colour: Colour;
  readonly #milestones: Milestones;
  /** The server that has accepted the present connection. */
  connectedTo: ServerName | undefined;
  sirenSounding = false;
  /** Attempts at the primary that failed since it was last connected. */
  failedAttempts = 0;

  constructor(
    name: string,
    config: PartialConfig,
    colour: Colour,
    timeline: Timeline,
    milestones: Milestones,
  ) {
    this.#name = name;
    this.#colour = colour;
    this.#timeline = timeline;
    this.#milestones = milestones;
    this.#device = new SimulatedDevice(
      loadConfig([{ name: "demo", values: config }]),
      timeline.log(name, colour),
      this,
    );
    this.#device.device.start();
  }

  /** Opens or closes its door. */
  setDoor(state: "open" | "closed"): void {
    this.#device.setDoor(state);
  }

  /** Presses a key of its panel. */
  pressPanel(command: "arm" | "disarm"): void {
    this.#device.pressPanel(command);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#device.device.stop(resolve));
  }

  onEvent(event: ClientEvent): void {
    if (event.type === "connected") {
      this.connectedTo = event.server;
      this.failedAttempts = 0;
    } else if (event.type === "disconnected") {
      this.connectedTo = undefined;
      if (event.server === "mqtt" && event.stage !== "connected") this.failedAttempts += 1;
    }
    this.#milestones.changed();
  }

  onSiren(sounding: boolean): void {
    this.sirenSounding = sounding;
    this.#timeline.line(this.#name, sounding ? "*** SIREN ON ***" : "siren off", this.#colour);
    this.#milestones.changed();
  }
}
