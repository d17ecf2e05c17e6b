/** The pins of a simulated board: the firmware opens them, the simulation moves the inputs and hears the outputs. */

import type { DigitalInput, DigitalOutput, Level, Pins } from "../../firmware/apps/io.js";
import type { Defer } from "../io/digital.js";
import { VirtualPin } from "../io/digital.js";

/** What hangs on the outputs. */
export interface OutputListener {
  onOutput(pin: number, level: Level): void;
}

export class SimulatedPins implements Pins {
  /** A list, since there are few on a device, and maybe many devices. */
  #inputs: readonly SimulatedInput[] = [];
  readonly #listener: OutputListener;
  readonly #defer: Defer;

  /** @param defer runs what the firmware is told of an input */
  constructor(listener: OutputListener, defer: Defer = setImmediate) {
    this.#listener = listener;
    this.#defer = defer;
  }

  /** Moves an input, as a door moves the reed switch. */
  setInput(pin: number, level: Level): void {
    this.input(pin, level).set(level);
  }

  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput {
    const input = this.input(pin, pull === "up" ? 1 : 0);
    input.onReadable = onReadable;
    return input;
  }

  openOutput(pin: number, level: Level): DigitalOutput {
    const onChanged = (changed: Level): void => this.#listener.onOutput(pin, changed);
    const output = new VirtualPin({ defer: this.#defer, level, onChanged });
    return { write: (next) => output.write(next) };
  }

  /** @param level what it is at if nobody has moved it yet */
  input(pin: number, level: Level): SimulatedInput {
    const known = this.#inputs.find((input) => input.pin === pin);
    if (known !== undefined) return known;
    const input = new SimulatedInput(pin, this.#defer, level);
    this.#inputs = [...this.#inputs, input];
    return input;
  }
}

/** An input, which has a level before the firmware opens it and after it is closed, too. */
export class SimulatedInput extends VirtualPin implements DigitalInput {
  readonly pin: number;

  constructor(pin: number, defer: Defer, level: Level) {
    super({ defer, level });
    this.pin = pin;
  }

  close(): void {
    this.onReadable = undefined;
  }
}
