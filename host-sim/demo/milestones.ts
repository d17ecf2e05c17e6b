/** Waits for what a demonstration claims, and says whether it was seen. */

import type { Milliseconds } from "../../src/mqtt/ports.js";

/** Something that was to be seen was not. */
export class NotObserved extends Error {
  override readonly name = "NotObserved";
}

/** The demonstration was interrupted. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Conditions are looked at whenever something has happened. */
export class Milestones {
  readonly #waiting = new Set<() => void>();
  #interrupted = false;

  /** Something has happened: whoever waits looks again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Every wait ends with `Interrupted`. */
  interrupt(): void {
    this.#interrupted = true;
    this.changed();
  }

  /**
   * Resolves once `isTrue`.
   * @throws NotObserved when it is not within `limit` ms
   * @throws Interrupted
   */
  async until(what: string, limit: Milliseconds, isTrue: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(new NotObserved(`${what}: not seen within ${limit / 1000} s`)),
        limit,
      );
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (this.#interrupted) settle(new Interrupted("interrupted"));
        else if (isTrue()) settle();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Lets a moment pass that makes the output easier to follow. */
  async pause(duration: Milliseconds): Promise<void> {
    const end = performance.now() + duration;
    const timer = setTimeout(() => this.changed(), duration);
    try {
      await this.until("a pause", duration + 1000, () => performance.now() >= end - 1);
    } finally {
      clearTimeout(timer);
    }
  }
}
