/** The timer port on Node: never early, any delay, and cheap to move, which a client does with every packet. */

import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const NEVER = Number.POSITIVE_INFINITY;
const AT_ONCE = Number.NEGATIVE_INFINITY;

/** What timers of one provider share. */
class Running {
  isOn = true;
  /** Those that are scheduled. */
  readonly timers = new Set<NodeTimer>();
}

export class NodeTimers implements TimerProvider {
  readonly #running = new Running();

  create(onExpired: () => void): Timer {
    return new NodeTimer(this.#running, onExpired);
  }

  /** As a power cut: no timer of this provider fires any more, and none keeps the process alive. */
  powerOff(): void {
    this.#running.isOn = false;
    for (const timer of this.#running.timers) timer.cancel();
  }
}

/**
 * Moving a timer later only moves the deadline: the running timeout wakes at the old time, sees that there is time
 * left, and goes on. A timer that is scheduled keeps the process alive.
 */
class NodeTimer implements Timer {
  readonly #running: Running;
  readonly #onExpired: () => void;
  #deadline = NEVER;
  #timeout: NodeJS.Timeout | undefined;
  /** When `#timeout` wakes. */
  #wakeTime = NEVER;
  #immediate: NodeJS.Immediate | undefined;

  constructor(running: Running, onExpired: () => void) {
    this.#running = running;
    this.#onExpired = onExpired;
  }

  /** Throws a `RangeError` for NaN; a negative delay is 0, an infinite one means never. */
  schedule(delay: Milliseconds): void {
    if (Number.isNaN(delay)) {
      throw new RangeError("a delay must be a number, not NaN");
    }
    if (delay === NEVER || !this.#running.isOn) {
      this.cancel();
      return;
    }
    if (this.#deadline === NEVER) this.#running.timers.add(this);
    if (delay <= 0) {
      this.#deadline = AT_ONCE;
      this.#immediate ??= setImmediate(onImmediate, this);
      return;
    }
    const now = performance.now();
    this.#deadline = now + delay;
    if (this.#wakeTime > this.#deadline) {
      this.#wakeIn(delay, now);
    }
  }

  cancel(): void {
    this.#running.timers.delete(this);
    this.#deadline = NEVER;
    if (this.#timeout !== undefined) this.#stopTimeout();
    if (this.#immediate === undefined) return;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  /** For `setImmediate`. */
  onImmediate(): void {
    this.#immediate = undefined;
    if (this.#deadline === AT_ONCE) {
      this.#expire();
    }
  }

  /** For `setTimeout`. */
  onTimeout(): void {
    this.#timeout = undefined;
    this.#wakeTime = NEVER;
    const now = performance.now();
    // A timeout may wake up to 1 ms early, on account of rounding.
    if (now >= this.#deadline) {
      this.#expire();
    } else if (this.#deadline !== NEVER) {
      this.#wakeIn(this.#deadline - now, now);
    }
  }

  #wakeIn(delay: Milliseconds, now: Milliseconds): void {
    if (this.#timeout !== undefined) this.#stopTimeout();
    const timeout = Math.min(Math.ceil(delay), LONGEST_TIMEOUT);
    this.#wakeTime = now + timeout;
    this.#timeout = setTimeout(onTimeout, timeout, this);
  }

  #stopTimeout(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#wakeTime = NEVER;
  }

  /** Most often it is scheduled again at once, and the timeout that runs will do for that. */
  #expire(): void {
    this.#deadline = NEVER;
    try {
      this.#onExpired();
    } finally {
      if (this.#deadline === NEVER) this.cancel();
    }
  }
}

function onImmediate(timer: NodeTimer): void {
  timer.onImmediate();
}

function onTimeout(timer: NodeTimer): void {
  timer.onTimeout();
}
