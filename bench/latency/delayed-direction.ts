/** One direction of the delayed link: what is taken goes on unchanged and in order, a fixed time later. */

import type { Socket } from "node:net";
import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";

export interface DirectionOptions {
  /** From one end to the other. */
  readonly delay: Milliseconds;
  readonly timers: TimerProvider;
  readonly target: Socket;
  /**
   * Whether the sender holds small segments back while one is unacknowledged, as TCP does by default (Nagle's
   * algorithm, RFC 1122 section 4.2.3.4): until the acknowledgement is back, a round trip after it was sent.
   */
  readonly isNagled: boolean;
  onArrival(bytes: Buffer, at: Milliseconds): void;
}

interface Underway {
  /** When it arrives. */
  readonly due: Milliseconds;
  /** Undefined: the end of the stream. */
  readonly bytes: Buffer | undefined;
}

export class DelayedDirection {
  readonly #options: DirectionOptions;
  readonly #arrival: Timer;
  readonly #release: Timer;
  /** Held back by Nagle's algorithm: leaves together, with the end if that has come. */
  readonly #held: Buffer[] = [];
  #isEnding = false;
  /** When what was sent last is acknowledged. */
  #acknowledgedAt: Milliseconds = 0;
  /** Oldest first. */
  readonly #underway: Underway[] = [];

  constructor(options: DirectionOptions) {
    this.#options = options;
    this.#arrival = options.timers.create(() => this.#deliver());
    this.#release = options.timers.create(() => this.#send(performance.now()));
  }

  /** @param bytes a chunk, which is kept */
  take(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#sendOrHold();
  }

  /** The stream ends after what was taken. */
  end(): void {
    this.#isEnding = true;
    this.#sendOrHold();
  }

  /** What is under way is lost. */
  close(): void {
    this.#arrival.cancel();
    this.#release.cancel();
    this.#held.length = 0;
    this.#underway.length = 0;
  }

  #sendOrHold(): void {
    const now = performance.now();
    const wait = this.#options.isNagled ? this.#acknowledgedAt - now : 0;
    if (wait > 0) this.#release.schedule(wait);
    else this.#send(now);
  }

  #send(now: Milliseconds): void {
    const { delay } = this.#options;
    const due = now + delay;
    if (this.#held.length > 0) {
      this.#underway.push({ due, bytes: Buffer.concat(this.#held) });
      this.#held.length = 0;
      this.#acknowledgedAt = due + delay;
    }
    if (this.#isEnding) this.#underway.push({ due, bytes: undefined });
    const [next] = this.#underway;
    if (next !== undefined) this.#arrival.schedule(next.due - now);
  }

  #deliver(): void {
    const now = performance.now();
    let next = this.#underway[0];
    while (next !== undefined && next.due <= now) {
      this.#underway.shift();
      this.#deliverOne(next.bytes, now);
      next = this.#underway[0];
    }
    if (next !== undefined) this.#arrival.schedule(next.due - now);
  }

  #deliverOne(bytes: Buffer | undefined, now: Milliseconds): void {
    const { target, onArrival } = this.#options;
    if (target.destroyed) return;
    if (bytes === undefined) {
      target.end();
      return;
    }
    target.write(bytes);
    onArrival(bytes, now);
  }
}
