/** The timers of the engine over the SDK's module `timer`. */

import type { ExpiryHandler, Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";

/**
 * Module `timer` of the SDK, as far as it is needed.
 * @typeParam H its handle
 */
export interface TimerModule<H> {
  /** Calls back once after `delay` ms; the handle is void from then on. */
  set(callback: () => void, delay: Milliseconds): H;
  clear(handle: H): void;
}

/** The module counts in signed numbers of 32 bits: 24.8 days. */
const MAXIMUM_DELAY: Milliseconds = 0x7fff_ffff;

export class DeviceTimers<H> implements TimerProvider {
  readonly #module: TimerModule<H>;

  constructor(module: TimerModule<H>) {
    this.#module = module;
  }

  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    return new DeviceTimer(this.#module, onExpired as ExpiryHandler<unknown>, target);
  }
}

/**
 * A handle is made for each schedule: a one-shot handle of the module cannot be used again once it has fired, and
 * rescheduling one that is about to fire in the same round of the main loop would let it fire too early.
 */
class DeviceTimer<H> implements Timer {
  readonly #module: TimerModule<H>;
  readonly #fire: () => void;
  #handle: H | undefined;

  constructor(module: TimerModule<H>, onExpired: ExpiryHandler<unknown>, target: unknown) {
    this.#module = module;
    this.#fire = () => {
      this.#handle = undefined;
      onExpired(target);
    };
  }

  schedule(delay: Milliseconds): void {
    this.cancel();
    // Whole and rounded up: a fraction would be cut off, and the timer fire just before its deadline.
    const whole = Math.min(MAXIMUM_DELAY, Math.max(0, Math.ceil(delay)));
    this.#handle = this.#module.set(this.#fire, whole);
  }

  cancel(): void {
    if (this.#handle === undefined) return;
    this.#module.clear(this.#handle);
    this.#handle = undefined;
  }
}
