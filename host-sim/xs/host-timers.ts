/** The host's end of the device's timers. */

import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Post } from "./host-streams.js";

interface Entry {
  readonly timer: Timer;
  /** Counts up with whatever the device does to it: what was due before that is not any more. */
  version: number;
}

export class HostTimers {
  readonly #provider: TimerProvider;
  readonly #post: Post;
  readonly #entries = new Map<number, Entry>();

  constructor(provider: TimerProvider, post: Post) {
    this.#provider = provider;
    this.#post = post;
  }

  schedule(timer: number, delay: Milliseconds): void {
    const entry = this.#entry(timer);
    entry.version += 1;
    entry.timer.schedule(delay);
  }

  cancel(timer: number): void {
    const entry = this.#entry(timer);
    entry.version += 1;
    entry.timer.cancel();
  }

  #entry(timer: number): Entry {
    const found = this.#entries.get(timer);
    if (found !== undefined) return found;
    const entry: Entry = { timer: this.#provider.create(() => this.#expired(timer, entry)), version: 0 };
    this.#entries.set(timer, entry);
    return entry;
  }

  #expired(timer: number, entry: Entry): void {
    const { version } = entry;
    this.#post(() => (entry.version === version ? { type: "expired", timer } : undefined));
  }
}
