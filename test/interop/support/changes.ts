/** Waiting without polling: whoever changes something says so, and whoever waits looks again. */

export class Changes {
  readonly #checks = new Set<() => void>();

  /** Something may be different now. */
  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Resolves when `isDone()`; rejects after `limit` ms with what `describe` says of the state of things. */
  until(isDone: () => boolean, describe: () => string, limit: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timeout);
        this.#checks.delete(check);
        settle();
      };
      const timeout = setTimeout(() => {
        finish(() => reject(new Error(`not done within ${limit} ms; ${describe()}`)));
      }, limit);
      const check = (): void => {
        try {
          if (isDone()) finish(resolve);
        } catch (error) {
          finish(() => reject(error));
        }
      };
      this.#checks.add(check);
      check();
    });
  }
}
