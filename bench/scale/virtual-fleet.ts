/** A fleet in virtual time: as many devices as memory has room for, on a network that costs nothing but its own code. */

import { VirtualWorld } from "../../host-sim/device/virtual-world.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { Caches } from "./caches.js";
import { Fleet, MESSAGES_PER_MOVEMENT } from "./fleet.js";
import { startInstantBroker } from "./instant-broker.js";
import type { Measured } from "./measured.js";
import { cpuTime, median } from "./measured.js";
import { collectedMemory, memoryEach } from "./memory.js";

/** Each door moves once in this time. */
export const INTERVAL: Milliseconds = 10_000;

const ROUNDS = 5;
/** In a round each door moves at least once. */
const MOVEMENTS = 50_000;
/** In the warming up, in which nothing is measured. */
const WARM_DEVICES = 2_000;
const WARM_MOVEMENTS = 50_000;
/** In which all connect, so that they do not all send PINGREQ at once either. */
const CONNECTING: Milliseconds = 50_000;
const SETTLING: Milliseconds = 1_000;

/** @param caches emptied whenever each door has moved; absent: left as they are */
export function measureVirtualFleet(devices: number, caches?: Caches): Measured {
  const warm = warmUp();
  caches?.empty();
  const before = collectedMemory();
  const cpu = cpuTime();
  const world = new FleetWorld(devices);
  world.connect();
  const connectCpu = (cpuTime() - cpu) / devices;
  const memory = memoryEach(before, devices);
  const movements = Math.max(MOVEMENTS, devices);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(world.move(movements, caches));
  warm.check();
  return {
    devices,
    connectCpu,
    memory,
    messageCpu: median(rounds),
    messages: ROUNDS * movements * MESSAGES_PER_MOVEMENT,
  };
}

/** So that code is compiled, and does not count as memory of devices. To be held on to: else code goes with its objects. */
function warmUp(): FleetWorld {
  const world = new FleetWorld(WARM_DEVICES);
  world.connect();
  world.move(WARM_MOVEMENTS);
  return world;
}

class FleetWorld {
  readonly #clock = new VirtualClock();
  readonly #fleet: Fleet;

  constructor(devices: number) {
    const network = new VirtualNetwork(this.#clock);
    startInstantBroker(network, "broker");
    this.#fleet = new Fleet("door", devices, "broker", (name) => new VirtualWorld(network, name));
  }

  connect(): void {
    this.#spread(this.#fleet.size, CONNECTING / this.#fleet.size, () => this.#fleet.start(1));
    this.#clock.advance(SETTLING);
    this.check();
  }

  /** The doors move in turn, `movements` times in all. Returns the CPU time in µs per message. */
  move(movements: number, caches?: Caches): number {
    const fleet = this.#fleet;
    const before = fleet.acknowledged;
    const emptying = caches?.spent ?? 0;
    const cpu = cpuTime();
    this.#spread(movements, INTERVAL / fleet.size, (count) => {
      const index = count % fleet.size;
      if (index === 0) caches?.empty();
      fleet.move(index);
    });
    this.#clock.advance(SETTLING);
    const spent = cpuTime() - cpu - ((caches?.spent ?? 0) - emptying);
    this.check();
    const acknowledged = fleet.acknowledged - before;
    if (acknowledged !== movements * MESSAGES_PER_MOVEMENT) {
      throw new Error(`${movements} movements gave ${acknowledged} acknowledged messages`);
    }
    return spent / acknowledged;
  }

  /** Calls `task` so many times, one after the other at `distance` from each other, rounded to whole ms. */
  #spread(times: number, distance: Milliseconds, task: (count: number) => void): void {
    const start = this.#clock.now();
    for (let count = 0; count < times; count += 1) {
      const time = start + Math.floor(count * distance);
      if (time > this.#clock.now()) this.#clock.advanceTo(time);
      task(count);
    }
  }

  /** Throws an `Error` when a device is not connected, or a message not acknowledged. */
  check(): void {
    const { connected, pending, size } = this.#fleet;
    if (connected !== size || pending > 0) {
      throw new Error(`${connected} of ${size} devices are connected, and ${pending} messages on their way`);
    }
  }
}
