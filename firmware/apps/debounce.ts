/**
 * Debounces a digital input, without I/O: levels and times go in, a settled level and a deadline come out.
 *
 * The contacts of a switch bounce for some milliseconds, and long wires pick up spikes. So another level counts only
 * once every sample has shown it for the whole debounce time; one sample of the old level in between starts it anew.
 */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { Level } from "./io.js";

export class Debouncer {
  readonly #duration: Milliseconds;
  #level: Level;
  #since: Milliseconds;
  /** Since when every sample has shown the other level. */
  #otherSince: Milliseconds | undefined;

  /**
   * @param level the level at the start, which counts at once
   * @param duration how long another level must last; 0 takes every change
   */
  constructor(level: Level, duration: Milliseconds, now: Milliseconds) {
    this.#level = level;
    this.#since = now;
    this.#duration = duration;
  }

  /** The level that counts. */
  get level(): Level {
    return this.#level;
  }

  /** When `level` began: its first sample, which is before it counted. */
  get since(): Milliseconds {
    return this.#since;
  }

  /** When to sample again even if the input does not change; earlier samples do no harm. */
  get deadline(): Milliseconds | undefined {
    return this.#otherSince === undefined ? undefined : this.#otherSince + this.#duration;
  }

  /** The input is at `level` now. Returns whether that has become the level that counts. */
  sampled(level: Level, now: Milliseconds): boolean {
    if (level === this.#level) {
      this.#otherSince = undefined;
      return false;
    }
    this.#otherSince ??= now;
    // The very sum that `deadline` says: a difference may be rounded another way.
    if (now < this.#otherSince + this.#duration) return false;
    this.#level = level;
    this.#since = this.#otherSince;
    this.#otherSince = undefined;
    return true;
  }
}
