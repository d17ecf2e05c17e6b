/** The timer port in the worker: the host keeps the time. */

import type { Milliseconds, Timer, TimerProvider } from "../../../src/mqtt/ports.js";
import { ask } from "./ask.js";

export class GuestTimers implements TimerProvider {
  readonly #callbacks: (() => void)[] = [];

  create(onExpired: () => void): Timer {
    const timer = this.#callbacks.length;
    this.#callbacks.push(onExpired);
    return {
      schedule: (delay: Milliseconds) => {
        ask({ type: "schedule", timer, delay });
      },
      cancel: () => {
        ask({ type: "cancel", timer });
      },
    };
  }

  expired(timer: number): void {
    this.#callbacks[timer]?.();
  }
}
