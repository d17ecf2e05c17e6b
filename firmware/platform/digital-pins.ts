/** The pins of the board over ECMA-419 `embedded:io/digital`. */

import type { DigitalInput, DigitalOutput, Level, Pins } from "../apps/io.js";

/** An open pin of the SDK. */
export interface DigitalPin {
  read(): Level;
  write(level: Level): void;
  close(): void;
}

export interface DigitalOptions {
  readonly pin: number;
  readonly mode: number;
  /** Both may be set together. */
  readonly edge?: number;
  onReadable?(): void;
  /** What an output drives from the first moment on. Not in ECMA-419; the SDK has it since 8.0. */
  readonly initialValue?: Level;
}

/** `embedded:io/digital`, as far as it is needed. */
export interface DigitalConstructor {
  readonly InputPullUp: number;
  readonly InputPullDown: number;
  readonly Output: number;
  readonly Rising: number;
  readonly Falling: number;
  new (options: DigitalOptions): DigitalPin;
}

export class DigitalPins implements Pins {
  readonly #Digital: DigitalConstructor;

  constructor(Digital: DigitalConstructor) {
    this.#Digital = Digital;
  }

  /** @throws when the board has no such pin, or it is in use */
  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput {
    const Digital = this.#Digital;
    return new Digital({
      pin,
      mode: pull === "up" ? Digital.InputPullUp : Digital.InputPullDown,
      edge: Digital.Rising | Digital.Falling,
      onReadable,
    });
  }

  /** @throws when the board has no such pin, or it is in use */
  openOutput(pin: number, level: Level): DigitalOutput {
    const Digital = this.#Digital;
    const output = new Digital({ pin, mode: Digital.Output, initialValue: level });
    output.write(level);
    return output;
  }
}
