/** The section `scale`: the fleet it measures does what it is said to do, and its figures are shown as they are. */

import { describe, expect, it } from "vitest";
import { Fleet, MESSAGES_PER_MOVEMENT } from "../../bench/scale/fleet.js";
import { startInstantBroker } from "../../bench/scale/instant-broker.js";
import type { Measured, MeasuredOnSockets } from "../../bench/scale/measured.js";
import { median } from "../../bench/scale/measured.js";
import type { ScaleResult } from "../../bench/scale/section.js";
import { scaleSection } from "../../bench/scale/section.js";
import { intervalOf } from "../../bench/scale/socket-fleet.js";
import { VirtualWorld } from "../../host-sim/device/virtual-world.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";

describe("a fleet", () => {
  function connectedFleet(size: number): { fleet: Fleet; clock: VirtualClock; network: VirtualNetwork } {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(clock);
    startInstantBroker(network, "broker");
    const fleet = new Fleet("door", size, "broker", (name) => new VirtualWorld(network, name));
    fleet.start(size);
    clock.advance(1_000);
    return { fleet, clock, network };
  }

  it("connects, tells its state, and then every movement", () => {
    const { fleet, clock } = connectedFleet(20);
    expect([fleet.connected, fleet.pending, fleet.failures]).toEqual([20, 0, 0]);
    const before = fleet.acknowledged;
    for (let index = 0; index < 40; index += 1) {
      fleet.move(index % 20);
      clock.advance(100);
    }
    expect(fleet.acknowledged - before).toBe(40 * MESSAGES_PER_MOVEMENT);
    expect(fleet.pending).toBe(0);
  });

  it("stays connected when it is quiet", () => {
    const { fleet, clock } = connectedFleet(5);
    clock.advance(3_600_000);
    expect([fleet.connected, fleet.failures]).toEqual([5, 0]);
  });

  it("starts so many as it is told, each once", () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(clock);
    startInstantBroker(network, "broker");
    const fleet = new Fleet("door", 10, "broker", (name) => new VirtualWorld(network, name));
    fleet.start(2);
    fleet.onConnected = () => fleet.start(1);
    clock.advance(1_000);
    expect(fleet.connected).toBe(10);
  });

  it("counts what is lost", () => {
    const { fleet, clock, network } = connectedFleet(5);
    network.cut("broker");
    clock.advance(100);
    expect([fleet.connected, fleet.failures]).toEqual([0, 5]);
    fleet.crash();
    clock.advance(60_000);
    expect(fleet.failures).toBe(5);
  });
});

describe("the section", () => {
  const memory = { heap: 9 * 1024, buffers: 1024, resident: 100 * 2 ** 20 };

  function virtual(devices: number, messageCpu: number): Measured {
    return { devices, connectCpu: 80, memory, messageCpu, messages: 300_000 };
  }

  function socket(devices: number): MeasuredOnSockets {
    return { ...virtual(devices, 100), connectTime: 1, rate: 200, lag: 0.5, worstLag: 3 };
  }

  const result: ScaleResult = {
    sockets: [socket(1), socket(100), socket(1_000)],
    virtual: [virtual(100, 4), virtual(1_000, 8), virtual(10_000, 10)],
    cold: virtual(100, 6),
    leftOut: ["10000 devices on sockets: the system allows only 1024 open files"],
  };

  it("says whether costs grow faster than the devices, by the figures", () => {
    expect(scaleSection.text(result)).toContain(
      "CPU per message, in virtual time: from 1,000 to 10,000 devices 1.25 times, or 1.25 times for ten times the devices: " +
        "linear or better is missed.",
    );
    expect(scaleSection.markdown(result)).toContain(
      "- CPU per message, on sockets: from 100 to 1,000 devices 1.00 times, or 1.00 times for ten times the devices: " +
        "linear or better is met.",
    );
  });

  it("shows beside them what few cost when they are not found in the caches", () => {
    const text = scaleSection.markdown(result);
    expect(text).toContain("| 100, caches emptied | 6 | 80 | 9 | 1 | 100 | 300,000 |");
    expect(text).toContain("| 100 | 4 | 80 | 9 | 1 | 100 | 300,000 |");
    expect(text).toContain(
      "- CPU per message, in virtual time, with 100 devices: 0.50 of that with 1,000, and 0.75 of it with caches emptied.",
    );
  });

  it("does not guess the memory of a few devices, and says what was left out", () => {
    const text = scaleSection.markdown(result);
    expect(text).toContain("| 1 | 100 | 80 | – | – | 100 | 1 | 200 | 0.5 | 3 |");
    expect(text).toContain("| 100 | 100 | 80 | 9 | 1 | 100 | 1 | 200 | 0.5 | 3 |");
    expect(text).toContain("- Left out: 10000 devices on sockets: the system allows only 1024 open files.");
  });

  it("says so when there is nothing to compare", () => {
    const few = { sockets: [socket(1)], virtual: [virtual(100, 4)], cold: virtual(100, 6), leftOut: [] };
    expect(scaleSection.text(few)).toContain("CPU per message, in virtual time: not measured.");
    expect(Object.keys(scaleSection.charts(few))).toEqual([
      "scale-cpu.svg",
      "scale-memory.svg",
      "scale-lag.svg",
    ]);
  });
});

it("doors move every 10 s, a few of them more often, and none more often than it is debounced", () => {
  expect([1, 10, 100, 1_000, 10_000].map(intervalOf)).toEqual([200, 200, 1_000, 10_000, 10_000]);
});

it("the median is the one in the middle, or between the two", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
