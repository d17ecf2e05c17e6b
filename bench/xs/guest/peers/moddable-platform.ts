/** Moddable's modules `timer` and `time`, as far as its MQTT client uses them. */

import { EcmaTimer } from "./ecma-stubs.js";

class Timers {
  /** Of the work under way. */
  stub = new EcmaTimer();

  set(callback: () => void, delay?: number): object {
    return this.stub.set(callback, delay);
  }

  clear(timer: unknown): void {
    this.stub.clear(timer);
  }

  repeat(): object {
    return this.stub.repeat();
  }
}

export const timers = new Timers();

/** It stands still. */
export const time = Object.freeze({ ticks: 1000, delta: () => 0 });
