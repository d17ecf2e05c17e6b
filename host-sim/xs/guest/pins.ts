/** The pins in the worker: the host has the door and the siren. */

import type { DigitalInput, DigitalOutput, Level, Pins } from "../../../firmware/apps/io.js";
import { ask } from "./ask.js";

export class GuestPins implements Pins {
  readonly #callbacks = new Map<number, () => void>();

  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput {
    this.#callbacks.set(pin, onReadable);
    ask({ type: "open-input", pin, pull });
    return {
      read: () => ask({ type: "read-input", pin }) as Level,
      close: () => {
        this.#callbacks.delete(pin);
        ask({ type: "close-input", pin });
      },
    };
  }

  openOutput(pin: number, level: Level): DigitalOutput {
    ask({ type: "open-output", pin, level });
    return {
      write: (next) => {
        ask({ type: "write-output", pin, level: next });
      },
    };
  }

  changed(pin: number): void {
    this.#callbacks.get(pin)?.();
  }
}
