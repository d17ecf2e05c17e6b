/** The timer port in the worker: the host keeps the time. */

import type { ExpiryHandler, Milliseconds, Timer, TimerProvider } from "../../../src/mqtt/ports.js";
import { ask } from "./ask.js";

/**
 * Timers that are scheduled, at their numbers. Only those have one, so that neither side has anything to remember of a
 * timer that its owner has let go.
 */
type Scheduled = (GuestTimer | undefined)[];

export class GuestTimers implements TimerProvider {
  readonly #scheduled: Scheduled = [];

  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    return new GuestTimer(this.#scheduled, onExpired as ExpiryHandler<unknown>, target);
  }

  /** For the host, which says it only as long as the timer has that number. */
  expired(number: number): void {
    this.#scheduled[number]?.expired();
  }
}

class GuestTimer implements Timer {
  readonly #scheduled: Scheduled;
  readonly #onExpired: ExpiryHandler<unknown>;
  readonly #target: unknown;
  #number: number | undefined;

  constructor(scheduled: Scheduled, onExpired: ExpiryHandler<unknown>, target: unknown) {
    this.#scheduled = scheduled;
    this.#onExpired = onExpired;
    this.#target = target;
  }

  schedule(delay: Milliseconds): void {
    this.#number ??= this.#takeNumber();
    ask({ type: "schedule", timer: this.#number, delay });
  }

  cancel(): void {
    if (this.#number === undefined) return;
    ask({ type: "cancel", timer: this.#number });
    this.#release();
  }

  expired(): void {
    this.#release();
    this.#onExpired(this.#target);
  }

  #takeNumber(): number {
    const free = this.#scheduled.indexOf(undefined);
    const number = free === -1 ? this.#scheduled.length : free;
    this.#scheduled[number] = this;
    return number;
  }

  #release(): void {
    this.#scheduled[this.#number as number] = undefined;
    this.#number = undefined;
  }
}
