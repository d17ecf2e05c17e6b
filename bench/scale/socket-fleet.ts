/** A fleet on this machine's network, in real time: each device has a socket of its own to a real broker. */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeWorld } from "../../host-sim/device/node-world.js";
import { FileFolder } from "../../host-sim/io/file-folder.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { Fleet } from "./fleet.js";
import type { MeasuredOnSockets } from "./measured.js";
import { cpuTime, median } from "./measured.js";
import { collectedMemory, memoryEach } from "./memory.js";

/** Each door moves once in this time; */
const INTERVAL: Milliseconds = 10_000;
/** more often where there would be less than one movement in this time, or there was nothing to measure; */
const DISTANCE: Milliseconds = 10;
/** but not before this has passed, since doors are debounced. */
const SHORTEST_INTERVAL: Milliseconds = 200;

/** So many devices connect at the same time. */
const CONNECTING = 64;
const CONNECT_LIMIT: Milliseconds = 60_000;
const ROUNDS = 3;
const ROUND: Milliseconds = 2_500;
/** In which what was sent is acknowledged. */
const SETTLING: Milliseconds = 500;
/** How often doors are looked after, and the lag of the event loop. */
const TICK: Milliseconds = 5;
const WARM_DEVICES = 200;

/** How often each door of so many moves. */
export function intervalOf(devices: number): Milliseconds {
  return Math.max(SHORTEST_INTERVAL, Math.min(INTERVAL, devices * DISTANCE));
}

export async function measureSocketFleet(devices: number, server: string): Promise<MeasuredOnSockets> {
  const warm = await warmUp(server);
  const before = collectedMemory();
  const cpu = cpuTime();
  const start = performance.now();
  const fleet = await connectedFleet("door", devices, server);
  const connectTime = (performance.now() - start) / 1_000;
  const connectCpu = (cpuTime() - cpu) / devices;
  await sleep(SETTLING);
  const memory = memoryEach(before, devices);
  const lag = monitorEventLoopDelay({ resolution: TICK });
  lag.enable();
  const restCpu = await round(() => {});
  lag.reset();
  const interval = intervalOf(devices);
  const rounds: number[] = [];
  let messages = 0;
  for (let count = 0; count < ROUNDS; count += 1) {
    const earlier = fleet.acknowledged;
    const busyCpu = await moveDoors(fleet, interval);
    const acknowledged = fleet.acknowledged - earlier;
    rounds.push((busyCpu - restCpu) / acknowledged);
    messages += acknowledged;
  }
  lag.disable();
  if (fleet.failures + warm.failures > 0) throw new Error(`${fleet.failures} connections have failed`);
  return {
    devices,
    connectCpu,
    connectTime,
    memory,
    messageCpu: median(rounds),
    messages,
    rate: (messages * 1_000) / (ROUNDS * ROUND),
    lag: lateness(lag.percentile(99)),
    worstLag: lateness(lag.max),
  };
}

/** Code is compiled by it. To be held on to: else code goes with its objects. */
async function warmUp(server: string): Promise<Fleet> {
  const fleet = await connectedFleet("warm", WARM_DEVICES, server);
  await moveDoors(fleet, 2 * SHORTEST_INTERVAL);
  fleet.crash();
  return fleet;
}

/** Resolves when all are connected, and the broker has what they have to say at first. */
async function connectedFleet(kind: string, devices: number, server: string): Promise<Fleet> {
  const files = new FileFolder(".");
  const fleet = new Fleet(kind, devices, server, () => new NodeWorld(files));
  fleet.onConnected = () => fleet.start(1);
  fleet.start(CONNECTING);
  const end = performance.now() + CONNECT_LIMIT;
  while (fleet.connected < devices || fleet.pending > 0) {
    if (performance.now() > end) {
      throw new Error(
        `${fleet.connected} of ${devices} devices have connected within ${CONNECT_LIMIT / 1_000} s`,
      );
    }
    await sleep(TICK);
  }
  return fleet;
}

/** Moves the doors in turn, for a round. Returns the CPU time that took, in µs. */
async function moveDoors(fleet: Fleet, interval: Milliseconds): Promise<number> {
  const distance = interval / fleet.size;
  let moved = 0;
  const cpu = await round((passed) => {
    for (; moved * distance < passed; moved += 1) fleet.move(moved % fleet.size);
  });
  if (fleet.pending > 0)
    throw new Error(`${fleet.pending} messages are not acknowledged within ${SETTLING} ms`);
  return cpu;
}

/** Calls `onTick` with the time that has passed, for a round. Returns the CPU time of that and of the settling. */
async function round(onTick: (passed: Milliseconds) => void): Promise<number> {
  const cpu = cpuTime();
  const start = performance.now();
  for (let passed = 0; passed < ROUND; passed = performance.now() - start) {
    onTick(passed);
    await sleep(TICK);
  }
  await sleep(SETTLING);
  return cpuTime() - cpu;
}

/** In ms, of a figure of the histogram, which has the interval itself in it. */
function lateness(nanoseconds: number): Milliseconds {
  return Math.max(0, nanoseconds / 1e6 - TICK);
}
