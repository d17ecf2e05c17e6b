/** The program of a simulated device in the worker: the same device as everywhere, its ports relayed to the host. */

import { Alarm } from "../../../firmware/apps/alarm.js";
import { Device } from "../../../firmware/apps/device.js";
import { loadConfig } from "../../../src/config/load.js";
import { SimulatedClimate } from "../../device/simulated-climate.js";
import type { DeviceCommand } from "../message.js";
import { ask } from "./ask.js";
import { GuestFlash } from "./flash.js";
import type { GuestProgram } from "./world.js";
import { GuestWorld, runProgram } from "./world.js";

class DeviceProgram implements GuestProgram<DeviceCommand> {
  readonly #world: GuestWorld;
  #device: Device | undefined;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** For `make` the problems, if no device can be made; for `count` the number of messages not completed. */
  handle(command: DeviceCommand): unknown {
    switch (command.type) {
      case "make":
        return this.#make(command);
      case "start":
        this.#device?.start();
        return undefined;
      case "stop":
        this.#device?.stop(() => ask({ type: "stopped" }));
        return undefined;
      case "press": {
        const app = this.#device?.app;
        if (app instanceof Alarm) app.apply(command.command, "panel");
        return undefined;
      }
      case "count":
        return this.#device?.client.pending ?? 0;
    }
  }

  #make({ config, deviceId, flash }: Extract<DeviceCommand, { type: "make" }>): string | undefined {
    const world = this.#world;
    const { clock, log, pins, random, text, timers, transport, wallClock } = world;
    const climate = new SimulatedClimate(clock);
    const ports = {
      climate,
      clock,
      log,
      pins,
      random,
      text,
      timers,
      transport,
      wallClock,
      deviceId,
      observer: world,
      ...(flash === undefined ? {} : { flash: new GuestFlash(flash) }),
    };
    try {
      this.#device = new Device(loadConfig([{ text: config }]), ports);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

const world = new GuestWorld();
runProgram(world, new DeviceProgram(world));
