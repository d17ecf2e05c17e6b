/** The pins of a simulated board: the firmware opens them, the simulation moves the inputs and hears the outputs. */

import type { DigitalInput, DigitalOutput, Level, Pins } from "../../firmware/apps/io.js";
import { VirtualPin } from "../io/digital.js";

/** What hangs on the outputs. */
export interface OutputListener {
  onOutput(pin: number, level: Level): void;
}

export class SimulatedPins implements Pins {
  readonly #inputs = new Map<number, VirtualPin>();
  /** Levels that were set before the firmware opened the pin. */
  readonly #levels = new Map<number, Level>();
  readonly #listener: OutputListener;

  constructor(listener: OutputListener) {
    this.#listener = listener;
  }

  /** Moves an input, as a door moves the reed switch. */
  setInput(pin: number, level: Level): void {
    this.#levels.set(pin, level);
    this.#inputs.get(pin)?.set(level);
  }

  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput {
    const level = this.#levels.get(pin) ?? (pull === "up" ? 1 : 0);
    const input = new VirtualPin({ defer: setImmediate, level, onReadable });
    this.#inputs.set(pin, input);
    return {
      read: () => input.read(),
      close: () => {
        input.onReadable = undefined;
        this.#inputs.delete(pin);
      },
    };
  }

  openOutput(pin: number, level: Level): DigitalOutput {
    const onChanged = (changed: Level): void => this.#listener.onOutput(pin, changed);
    const output = new VirtualPin({ defer: setImmediate, level, onChanged });
    return { write: (next) => output.write(next) };
  }
}
