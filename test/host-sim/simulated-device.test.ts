/** Simulated devices in virtual time, beside each other. */

import { describe, expect, test } from "vitest";
import type { DeviceListener } from "../../host-sim/device/simulated-device.js";
import { SimulatedDevice } from "../../host-sim/device/simulated-device.js";
import { VirtualWorld } from "../../host-sim/device/virtual-world.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { MiniBroker } from "../support/mini-broker.js";

class House implements DeviceListener {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork(this.clock);
  readonly broker = new MiniBroker(this.network);
  readonly lines: string[] = [];
  readonly events: ClientEvent["type"][] = [];
  readonly sirens: boolean[] = [];

  device(id: string, values: PartialConfig): SimulatedDevice {
    const config = loadConfig([
      { name: "house", values: { ...values, device: { id }, mqtt: { enable: true, server: "broker" } } },
    ]);
    const note = (line: string): void => {
      this.lines.push(`${id}: ${line}`);
    };
    const log = { info: note, warn: note, error: note };
    const world = new VirtualWorld(this.network, id);
    const simulated = new SimulatedDevice(config, log, this, undefined, undefined, world);
    simulated.device.start();
    this.clock.advance(1_000);
    return simulated;
  }

  onEvent(event: ClientEvent): void {
    this.events.push(event.type);
  }

  onSiren(sounding: boolean): void {
    this.sirens.push(sounding);
  }
}

describe("in virtual time", () => {
  test("a door tells the alarm, and the alarm sounds its siren", () => {
    const house = new House();
    const alarm = { doors: ["front/door/state"], armed: true };
    const hall = house.device("hall", { app: "alarm", alarm });
    const front = house.device("front", { app: "door-sensor" });
    front.setDoor("open");
    house.clock.advance(1_000);
    expect(house.lines).toContain("front: door open, event 1");
    expect(house.sirens).toEqual([true]);
    expect(hall.pressPanel("disarm")).toBe(true);
    house.clock.advance(1_000);
    expect(house.sirens).toEqual([true, false]);
    expect(front.pressPanel("arm")).toBe(false);
  });

  test("a door that was open at the start is so when the firmware first looks", () => {
    const house = new House();
    const front = house.device("front", { app: "door-sensor", door: { active_low: false } });
    expect(house.lines[0]).toBe("front: door closed");
    front.setDoor("open");
    front.setDoor("closed");
    house.clock.advance(1_000);
    expect(house.lines.filter((line) => line.includes("event"))).toEqual([]);
  });

  test("a device without power does nothing any more, and nobody is told", () => {
    const house = new House();
    const front = house.device("front", { app: "door-sensor" });
    const back = house.device("back", { app: "door-sensor" });
    const { events, lines } = house;
    front.crash();
    events.length = 0;
    lines.length = 0;
    front.setDoor("open");
    house.clock.advance(1_000);
    expect([...events, ...lines]).toEqual([]);
    back.setDoor("open");
    house.clock.advance(3_600_000);
    expect(lines).toEqual(["back: door open, event 1"]);
    expect(back.device.client.connected).toBe(true);
  });
});
