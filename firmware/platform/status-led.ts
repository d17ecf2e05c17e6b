/** An LED that shows how the board fares. */

import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { DigitalOutput, Level, Pins } from "../apps/io.js";

/** What is missing, or nothing. */
export type BoardStatus = "no-network" | "no-server" | "connected" | "faulty";

interface Pattern {
  readonly on: Milliseconds;
  readonly off: Milliseconds;
}

const PATTERNS: Readonly<Record<BoardStatus, Pattern>> = Object.freeze({
  "no-network": Object.freeze({ on: 100, off: 100 }),
  "no-server": Object.freeze({ on: 500, off: 500 }),
  connected: Object.freeze({ on: 50, off: 2950 }),
  // Steady, but for a blink that tells it from an LED that is broken.
  faulty: Object.freeze({ on: 2950, off: 50 }),
});

export class StatusLed {
  readonly #output: DigitalOutput;
  readonly #activeLow: boolean;
  readonly #timer: Timer;
  #status: BoardStatus = "no-network";
  #isOn = false;

  /** @throws when the board has no such pin, or it is in use */
  constructor(pin: number, activeLow: boolean, pins: Pins, timers: TimerProvider) {
    this.#activeLow = activeLow;
    this.#output = pins.openOutput(pin, activeLow ? 1 : 0);
    this.#timer = timers.create(() => this.#toggle());
    this.#toggle();
  }

  /** From now on it shows `status`. */
  show(status: BoardStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#isOn = false;
    this.#toggle();
  }

  #toggle(): void {
    this.#isOn = !this.#isOn;
    const level: Level = this.#isOn === this.#activeLow ? 0 : 1;
    this.#output.write(level);
    const { on, off } = PATTERNS[this.#status];
    this.#timer.schedule(this.#isOn ? on : off);
  }
}
