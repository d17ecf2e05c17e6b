/** Time that passes only when told to, so that hours of behaviour take milliseconds and every run is the same. */

import type { Clock, ExpiryHandler, Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Defer } from "../io/digital.js";
import type { QueuedTimer } from "./timer-queue.js";
import { TimerQueue } from "./timer-queue.js";

/** How many timers may expire in a row without time passing. */
const DEFAULT_STILL_LIMIT = 100_000;

/** What timers may depend on: without it they do not expire. */
export interface Power {
  readonly isOn: boolean;
}

const ALWAYS_ON: Power = Object.freeze({ isOn: true });

export interface VirtualClockOptions {
  /** The time at the start. Default: 0 ms. */
  readonly start?: Milliseconds;
  /** How many timers may expire in a row at one time before it counts as an endless loop. Default: 100,000. */
  readonly stillLimit?: number;
}

/**
 * The clock and the timers of a simulated world. Timers expire in the order of their times, and those of the same time
 * in the order in which they were scheduled.
 */
export class VirtualClock implements Clock, TimerProvider {
  readonly #queue = new TimerQueue<VirtualTimer>();
  readonly #stillLimit: number;
  #now: Milliseconds;
  /** Timers expired since time passed last. */
  #still = 0;
  #running = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.start ?? 0;
    this.#stillLimit = options.stillLimit ?? DEFAULT_STILL_LIMIT;
  }

  now(): Milliseconds {
    return this.#now;
  }

  /** @param power without it the timer does not expire */
  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T, power = ALWAYS_ON): Timer {
    return new VirtualTimer(this, this.#queue, onExpired as ExpiryHandler<unknown>, target, power);
  }

  /** Runs `task` at the present time, but not before the caller has returned. A function, to be given to many. */
  readonly defer: Defer = (task) => this.create(task).schedule(0);

  /** How many timers are scheduled. */
  get pending(): number {
    return this.#queue.length;
  }

  /** When the next timer expires; `undefined` when none is scheduled. */
  get deadline(): Milliseconds | undefined {
    return this.#queue.first()?.time;
  }

  /** Lets `duration` ms pass. Timers scheduled on the way expire too when their time comes within it. */
  advance(duration: Milliseconds): void {
    this.advanceTo(this.#now + duration);
  }

  /** Lets time pass up to `time`, its timers included. */
  advanceTo(time: Milliseconds): void {
    if (!(time >= this.#now)) {
      throw new RangeError(`time cannot go back from ${this.#now} to ${time} ms`);
    }
    this.#still = 0;
    for (let due = this.#queue.first(); due !== undefined && due.time <= time; due = this.#queue.first()) {
      this.#expire(due);
    }
    this.#pass(time);
  }

  /** Goes to the next timer and lets it expire; false when none is scheduled. */
  runNext(): boolean {
    const next = this.#queue.first();
    if (next === undefined) {
      return false;
    }
    this.#expire(next);
    return true;
  }

  /**
   * Lets time pass until `isDone()`, which is asked after each timer, and returns how long it took. Throws when it is
   * still false after `limit` ms.
   */
  runUntil(isDone: () => boolean, limit: Milliseconds): Milliseconds {
    const start = this.#now;
    this.#still = 0;
    while (!isDone()) {
      const next = this.#queue.first();
      if (next === undefined || next.time > start + limit) {
        this.#pass(start + limit);
        throw new Error(`not done within ${limit} ms, at ${this.#now} ms`);
      }
      this.#expire(next);
    }
    return this.#now - start;
  }

  #expire(timer: VirtualTimer): void {
    if (this.#running) {
      throw new Error("time cannot be advanced from inside a timer");
    }
    this.#queue.remove(timer);
    this.#pass(timer.time);
    this.#still += 1;
    if (this.#still > this.#stillLimit) {
      throw new Error(
        `${this.#stillLimit} timers expired at ${this.#now} ms without time passing: an endless loop of zero delays`,
      );
    }
    this.#running = true;
    try {
      if (timer.power.isOn) timer.expire();
    } finally {
      this.#running = false;
    }
  }

  #pass(time: Milliseconds): void {
    if (time > this.#now) {
      this.#now = time;
      this.#still = 0;
    }
  }
}

class VirtualTimer implements Timer, QueuedTimer {
  time: Milliseconds = 0;
  order = 0;
  home: QueuedTimer["home"] = "nowhere";
  position = 0;
  readonly power: Power;
  readonly #onExpired: ExpiryHandler<unknown>;
  readonly #target: unknown;
  readonly #clock: Clock;
  readonly #queue: TimerQueue<VirtualTimer>;

  constructor(
    clock: Clock,
    queue: TimerQueue<VirtualTimer>,
    onExpired: ExpiryHandler<unknown>,
    target: unknown,
    power: Power,
  ) {
    this.#clock = clock;
    this.#queue = queue;
    this.#onExpired = onExpired;
    this.#target = target;
    this.power = power;
  }

  /** Throws a `RangeError` for NaN; a negative delay is 0, an infinite one means never. */
  schedule(delay: Milliseconds): void {
    if (Number.isNaN(delay)) {
      throw new RangeError("a delay must be a number, not NaN");
    }
    this.#queue.remove(this);
    if (delay <= 0) {
      this.time = this.#clock.now();
      this.#queue.addDue(this);
    } else if (delay !== Number.POSITIVE_INFINITY) {
      this.time = this.#clock.now() + delay;
      this.#queue.add(this);
    }
  }

  cancel(): void {
    this.#queue.remove(this);
  }

  /** For the clock. */
  expire(): void {
    this.#onExpired(this.#target);
  }
}
