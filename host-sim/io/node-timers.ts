/** The timer port on Node: never early, any delay, and cheap to move, which a client does in nearly every turn. */

import type { ExpiryHandler, Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Sleeper } from "./shared-timeout.js";
import { SharedTimeout } from "./shared-timeout.js";

const NEVER = Number.POSITIVE_INFINITY;

/** One for the process, though it changes: thousands of devices in it have thousands of providers. */
const TIMEOUT = new SharedTimeout<NodeTimer>();

export class NodeTimers implements TimerProvider {
  readonly timeout: SharedTimeout<NodeTimer>;
  #isOn = true;

  /** @param timeout what they wait with; that of the process, unless its time is not that of others */
  constructor(timeout = TIMEOUT) {
    this.timeout = timeout;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    return new NodeTimer(this, onExpired as ExpiryHandler<unknown>, target);
  }

  /**
   * As a power cut: no timer of this provider fires any more, and none keeps the process alive. It looks at all timers of
   * the process: rather that than a list for each of ten thousand devices, of which few lose power.
   */
  powerOff(): void {
    this.#isOn = false;
    for (const timer of this.timeout.sleepers) if (timer.provider === this) timer.cancel();
  }
}

/** A timer that is scheduled keeps the process alive. */
export class NodeTimer implements Timer, Sleeper {
  time = 0;
  order = 0;
  position = 0;
  readonly provider: NodeTimers;
  readonly #onExpired: ExpiryHandler<unknown>;
  readonly #target: unknown;
  /** Whether it is one of those that wait with the others. */
  #isAsleep = false;
  #immediate: NodeJS.Immediate | undefined;

  constructor(provider: NodeTimers, onExpired: ExpiryHandler<unknown>, target: unknown) {
    this.provider = provider;
    this.#onExpired = onExpired;
    this.#target = target;
  }

  /** Throws a `RangeError` for NaN; a negative delay is 0, an infinite one means never. */
  schedule(delay: Milliseconds): void {
    if (Number.isNaN(delay)) {
      throw new RangeError("a delay must be a number, not NaN");
    }
    if (delay === NEVER || !this.provider.isOn) {
      this.cancel();
    } else if (delay > 0) {
      this.#forget();
      this.#isAsleep = true;
      // In whole ms, as by `NodeClock`.
      this.provider.timeout.add(this, Math.ceil(performance.now() + delay));
    } else {
      // Most often it is scheduled again when it expires, and the timeout that runs will do for that.
      this.#wakeUp();
      this.#immediate ??= setImmediate(onImmediate, this);
    }
  }

  cancel(): void {
    this.#forget();
    this.provider.timeout.settle();
  }

  /** For the timeout. */
  expire(): void {
    this.#isAsleep = false;
    this.#onExpired(this.#target);
  }

  /** For `setImmediate`. */
  onImmediate(): void {
    this.#immediate = undefined;
    try {
      if (this.provider.isOn) this.#onExpired(this.#target);
    } finally {
      this.provider.timeout.settle();
    }
  }

  #forget(): void {
    this.#wakeUp();
    if (this.#immediate === undefined) return;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #wakeUp(): void {
    if (this.#isAsleep) this.provider.timeout.remove(this);
    this.#isAsleep = false;
  }
}

function onImmediate(timer: NodeTimer): void {
  timer.onImmediate();
}
