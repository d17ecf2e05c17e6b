/** Simulated pins in the manner of ECMA-419 Digital: one side is the program's, the other the outside world's. */

/** 0: low, 1: high. */
export type Level = 0 | 1;

/** Runs `task` soon, but not before the caller has returned: `setImmediate`, or a virtual clock's `defer`. */
export type Defer = (task: () => void) => void;

export interface VirtualPinOptions {
  readonly defer: Defer;
  /** The level at the start. Default: 0. */
  readonly level?: Level;
  /** The program's: the level was changed by the outside world. */
  readonly onReadable?: () => void;
  /** The outside world's: the program wrote another level than before; called inside `write`. */
  readonly onChanged?: (level: Level) => void;
}

/** A pin that may serve as an input (a reed switch, set by a person) or an output (a siren, written by the program). */
export class VirtualPin {
  /** As in ECMA-419: several changes before the call is made give one call, and it does not say to what. */
  onReadable: (() => void) | undefined;
  onChanged: ((level: Level) => void) | undefined;
  readonly #defer: Defer;
  #level: Level;
  #callScheduled = false;

  constructor(options: VirtualPinOptions) {
    this.#defer = options.defer;
    this.#level = options.level ?? 0;
    this.onReadable = options.onReadable;
    this.onChanged = options.onChanged;
  }

  /** The level now, whoever set it. */
  get level(): Level {
    return this.#level;
  }

  /** The program reads its input. */
  read(): Level {
    return this.#level;
  }

  /** The program sets its output. */
  write(level: Level): void {
    if (level !== this.#level) {
      this.#level = level;
      this.onChanged?.(level);
    }
  }

  /** The outside world sets an input. */
  set(level: Level): void {
    if (level === this.#level) {
      return;
    }
    this.#level = level;
    if (!this.#callScheduled) {
      this.#callScheduled = true;
      this.#defer(() => {
        this.#callScheduled = false;
        this.onReadable?.();
      });
    }
  }
}
