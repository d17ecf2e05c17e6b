/** A clock that never wraps, out of the SDK's 32-bit tick counter. */

import type { Clock, Milliseconds } from "../../src/mqtt/ports.js";

/** Module `time` of the SDK, as far as it is needed. */
export interface TickCounter {
  /** Ms since the start, as a signed number of 32 bits: it wraps after 24.8 days. */
  readonly ticks: number;
  /** Ms from one tick count to a later one, across a wrap. */
  delta(start: number, end?: number): number;
}

/** Right as long as it is asked at least once in 24 days; the status light and the time of day see to that. */
export class MonotonicClock implements Clock {
  readonly #counter: TickCounter;
  #lastTicks: number;
  #elapsed: Milliseconds = 0;

  constructor(counter: TickCounter) {
    this.#counter = counter;
    this.#lastTicks = counter.ticks;
  }

  now(): Milliseconds {
    const { ticks } = this.#counter;
    this.#elapsed += this.#counter.delta(this.#lastTicks, ticks);
    this.#lastTicks = ticks;
    return this.#elapsed;
  }
}
