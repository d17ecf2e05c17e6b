/** What is measured of a fleet of devices in one process. */

import type { Memory } from "./memory.js";

export interface Measured {
  readonly devices: number;
  /** CPU time in µs per device to make it, connect it, and publish what it has to say first. */
  readonly connectCpu: number;
  /** Per device, connected and quiet. Of a few it cannot be told from what the process itself takes and frees. */
  readonly memory: Memory;
  /** CPU time in µs per acknowledged message; the median of the rounds. */
  readonly messageCpu: number;
  /** In all rounds. */
  readonly messages: number;
}

export interface MeasuredOnSockets extends Measured {
  /** Until all were connected, and had published what they have to say first; in s. */
  readonly connectTime: number;
  /** Messages per second while doors moved. */
  readonly rate: number;
  /** How much later than it should the event loop came round while doors moved, in ms: 99 of 100 times, and at worst. */
  readonly lag: number;
  readonly worstLag: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** CPU time of this process so far, with all its threads, in µs. */
export function cpuTime(): number {
  const { system, user } = process.cpuUsage();
  return system + user;
}
