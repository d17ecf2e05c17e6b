/** One direction of the delayed link: what is taken goes on unchanged and in order, each chunk a fixed time later. */

import type { Socket } from "node:net";
import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";

interface Underway {
  readonly due: Milliseconds;
  /** Undefined: the end of the stream. */
  readonly bytes: Buffer | undefined;
}

export class DelayedDirection {
  readonly #delay: Milliseconds;
  readonly #target: Socket;
  readonly #onArrival: (bytes: Buffer, at: Milliseconds) => void;
  readonly #timer: Timer;
  /** Oldest first. */
  readonly #underway: Underway[] = [];

  constructor(
    delay: Milliseconds,
    timers: TimerProvider,
    target: Socket,
    onArrival: (bytes: Buffer, at: Milliseconds) => void,
  ) {
    this.#delay = delay;
    this.#target = target;
    this.#onArrival = onArrival;
    this.#timer = timers.create(() => this.#deliver());
  }

  /** @param bytes a chunk, which is kept; undefined: the stream ends */
  take(bytes: Buffer | undefined): void {
    this.#underway.push({ due: performance.now() + this.#delay, bytes });
    if (this.#underway.length === 1) this.#timer.schedule(this.#delay);
  }

  /** What is under way is lost. */
  close(): void {
    this.#timer.cancel();
    this.#underway.length = 0;
  }

  #deliver(): void {
    const now = performance.now();
    let next = this.#underway[0];
    while (next !== undefined && next.due <= now) {
      this.#underway.shift();
      this.#deliverOne(next.bytes, now);
      next = this.#underway[0];
    }
    if (next !== undefined) this.#timer.schedule(next.due - now);
  }

  #deliverOne(bytes: Buffer | undefined, now: Milliseconds): void {
    if (this.#target.destroyed) return;
    if (bytes === undefined) {
      this.#target.end();
      return;
    }
    this.#target.write(bytes);
    this.#onArrival(bytes, now);
  }
}
