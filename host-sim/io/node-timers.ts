/** The timer port on Node: never early, any delay, and cheap to move, which a client does with every packet. */

import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export class NodeTimers implements TimerProvider {
  /** Those that are scheduled. */
  readonly #running = new Set<NodeTimer>();
  #on = true;

  create(onExpired: () => void): Timer {
    return new NodeTimer(this.#running, () => {
      if (this.#on) onExpired();
    });
  }

  /** As a power cut: no timer of this provider fires any more, and none keeps the process alive. */
  powerOff(): void {
    this.#on = false;
    for (const timer of this.#running) timer.cancel();
  }
}

/**
 * Moving a timer later only moves the deadline: the running timeout wakes at the old time, sees that there is time
 * left, and goes on. A timer that is scheduled keeps the process alive.
 */
class NodeTimer implements Timer {
  readonly #running: Set<NodeTimer>;
  readonly #onExpired: () => void;
  #deadline = Number.POSITIVE_INFINITY;
  #timeout: NodeJS.Timeout | undefined;
  /** When `#timeout` wakes. */
  #wakeTime = Number.POSITIVE_INFINITY;
  #immediate: NodeJS.Immediate | undefined;

  /** @param running holds it while it is scheduled */
  constructor(running: Set<NodeTimer>, onExpired: () => void) {
    this.#running = running;
    this.#onExpired = onExpired;
  }

  /** Throws a `RangeError` for NaN; a negative delay is 0, an infinite one means never. */
  schedule(delay: Milliseconds): void {
    if (Number.isNaN(delay)) {
      throw new RangeError("a delay must be a number, not NaN");
    }
    if (delay === Number.POSITIVE_INFINITY) {
      this.cancel();
      return;
    }
    this.#running.add(this);
    if (delay <= 0) {
      this.#deadline = Number.NEGATIVE_INFINITY;
      this.#immediate ??= setImmediate(() => this.#onImmediate());
      return;
    }
    const now = performance.now();
    this.#deadline = now + delay;
    if (this.#wakeTime > this.#deadline) {
      this.#wakeIn(delay, now);
    }
  }

  cancel(): void {
    this.#running.delete(this);
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#stopTimeout();
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #wakeIn(delay: Milliseconds, now: Milliseconds): void {
    this.#stopTimeout();
    const timeout = Math.min(Math.ceil(delay), LONGEST_TIMEOUT);
    this.#wakeTime = now + timeout;
    this.#timeout = setTimeout(() => this.#onTimeout(), timeout);
  }

  #stopTimeout(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#wakeTime = Number.POSITIVE_INFINITY;
  }

  #onImmediate(): void {
    this.#immediate = undefined;
    if (this.#deadline === Number.NEGATIVE_INFINITY) {
      this.#expire();
    }
  }

  #onTimeout(): void {
    this.#timeout = undefined;
    this.#wakeTime = Number.POSITIVE_INFINITY;
    const now = performance.now();
    // A timeout may wake up to 1 ms early, on account of rounding.
    if (now >= this.#deadline) {
      this.#expire();
    } else if (this.#deadline !== Number.POSITIVE_INFINITY) {
      this.#wakeIn(this.#deadline - now, now);
    }
  }

  #expire(): void {
    this.cancel();
    this.#onExpired();
  }
}
