/**
 * Plain objects in place of devices, as many for each as a device has memory: what the memory of this machine alone
 * makes dearer when there are more of them, however little is done with each.
 */

import { cpuTime, median } from "./measured.js";
import { collectedMemory } from "./memory.js";

/** Of an object of five properties on Node; also as much as most processors fetch from memory at once. */
export const OBJECT_BYTES = 64;

export interface PlainMeasured {
  readonly devices: number;
  /** In place of each device. */
  readonly objects: number;
  /** CPU time in ns to go to the next object and count a visit in it; the median of the rounds. */
  readonly visitCpu: number;
}

class Plain {
  readonly next: Plain | undefined;
  visits = 0;
  readonly b = 0;
  readonly c = 0;
  readonly d = 0;

  constructor(next: Plain | undefined) {
    this.next = next;
  }
}

const ROUNDS = 3;
/** In a round each one is visited at least once. */
const VISITS = 5_000_000;
/** In the warming up, in which nothing is measured. */
const WARM_DEVICES = 10;

export function measurePlainFleet(devices: number, objects: number): PlainMeasured {
  visit(chains(WARM_DEVICES, objects), VISITS / objects);
  const fleet = chains(devices, objects);
  // To where they stay.
  collectedMemory();
  const turns = Math.max(devices, Math.ceil(VISITS / objects));
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const cpu = cpuTime();
    visit(fleet, turns);
    rounds.push(((cpuTime() - cpu) * 1_000) / (turns * objects));
  }
  return { devices, objects, visitCpu: median(rounds) };
}

function chains(devices: number, objects: number): readonly Plain[] {
  return Array.from({ length: devices }, () => {
    let first = new Plain(undefined);
    for (let count = 1; count < objects; count += 1) first = new Plain(first);
    return first;
  });
}

/** All objects of one device after those of the other, as doors move. */
function visit(fleet: readonly Plain[], turns: number): void {
  for (let turn = 0; turn < turns; turn += 1) {
    for (let at = fleet[turn % fleet.length]; at !== undefined; at = at.next) at.visits += 1;
  }
}
