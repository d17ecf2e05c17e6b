/** One timeout of Node's for many timers: one for each would take 200 bytes, and a process can have ten thousand. */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { HeapTimer } from "../virtual/timer-heap.js";
import { TimerHeap } from "../virtual/timer-heap.js";

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const NEVER = Number.POSITIVE_INFINITY;
const AT_ONCE = Number.NEGATIVE_INFINITY;

/** Who waits for a time. */
export interface Sleeper extends HeapTimer {
  /** The time has come; it does not wait any more. */
  expire(): void;
}

/**
 * It may wake too early, and then sees that there is time left: so it is left as it is when the one it was set for goes,
 * or moves away. While anybody waits it keeps the process alive.
 */
export class SharedTimeout<T extends Sleeper> {
  readonly #sleepers = new TimerHeap<T>();
  #added = 0;
  #timeout: NodeJS.Timeout | undefined;
  /** When `#timeout` wakes. */
  #wakeTime = NEVER;

  /** Those that wait, in no order. */
  get sleepers(): readonly T[] {
    return this.#sleepers.toArray();
  }

  /** Wakes `sleeper`, which does not wait yet, at `time` by `performance.now()`, or a little later. */
  add(sleeper: T, time: Milliseconds): void {
    sleeper.time = time;
    sleeper.order = this.#added;
    this.#added += 1;
    this.#sleepers.add(sleeper);
    this.settle();
  }

  /** Forgets `sleeper`, which waits; `settle` is to follow. */
  remove(sleeper: T): void {
    this.#sleepers.remove(sleeper);
  }

  /** Leaves nothing running for nobody, and sees to it that nobody is woken too late. */
  settle(): void {
    const first = this.#sleepers.first();
    if (first === undefined) this.#stop();
    else if (first.time < this.#wakeTime) this.#wakeAt(first.time);
  }

  #wakeAt(time: Milliseconds): void {
    this.#stop();
    const now = performance.now();
    const delay = Math.min(Math.ceil(time - now), LONGEST_TIMEOUT);
    // Not the time at which it really wakes, a part of a millisecond later: it would be set again and again.
    this.#wakeTime = Math.min(time, now + LONGEST_TIMEOUT);
    this.#timeout = setTimeout(wake, delay, this);
  }

  #stop(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#wakeTime = NEVER;
  }

  /** For `setTimeout`. */
  onTimeout(): void {
    this.#timeout = undefined;
    // Whoever is added meanwhile need not set another one.
    this.#wakeTime = AT_ONCE;
    try {
      this.#expireAll(performance.now());
    } finally {
      this.#wakeTime = NEVER;
      this.settle();
    }
  }

  #expireAll(now: Milliseconds): void {
    for (;;) {
      const first = this.#sleepers.first();
      // A timeout may wake up to 1 ms early, on account of rounding.
      if (first === undefined || first.time > now) return;
      this.#sleepers.remove(first);
      first.expire();
    }
  }
}

function wake(timeout: SharedTimeout<Sleeper>): void {
  timeout.onTimeout();
}
