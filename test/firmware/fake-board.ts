/** A board in memory: its pins, its time of day and its log, for tests. */

import type { DigitalInput, DigitalOutput, Level, Log, Pins, WallClock } from "../../firmware/apps/io.js";
import type { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { overheard } from "../support/no-secrets.js";

interface FakeInput {
  level: Level;
  readonly pull: "up" | "down";
  onReadable: (() => void) | undefined;
}

export class FakeBoard implements Pins, WallClock, Log {
  /** Lines such as "info: door open". */
  readonly lines: string[] = [];
  /** All levels each output has had, by GPIO number. */
  readonly outputs = new Map<number, Level[]>();
  readonly inputs = new Map<number, FakeInput>();
  /** The level inputs have when they are opened. */
  firstLevel: Level = 0;
  /** Set by a test that wants writing to throw. */
  failing = false;
  readonly #clock: VirtualClock;
  /** The time of day when the clock started. */
  #epoch: Milliseconds | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput {
    const input: FakeInput = { level: this.firstLevel, pull, onReadable };
    this.inputs.set(pin, input);
    return {
      read: () => input.level,
      close: () => {
        input.onReadable = undefined;
      },
    };
  }

  openOutput(pin: number, level: Level): DigitalOutput {
    const levels = [level];
    this.outputs.set(pin, levels);
    return {
      write: (next) => {
        if (this.failing) throw new Error(`pin ${pin} is broken`);
        levels.push(next);
      },
    };
  }

  /** The outside world sets an input, and the program hears of it. */
  set(pin: number, level: Level): void {
    const input = this.inputs.get(pin);
    if (input === undefined) throw new Error(`nobody has opened pin ${pin} as an input`);
    input.level = level;
    input.onReadable?.();
  }

  /** The level an output has now. */
  level(pin: number): Level | undefined {
    return this.outputs.get(pin)?.at(-1);
  }

  /** From now on the time of day is known: it is `time` now. */
  setTime(time: string): void {
    this.#epoch = Date.parse(time) - this.#clock.now();
  }

  now(): Milliseconds | undefined {
    return this.#epoch === undefined ? undefined : this.#epoch + this.#clock.now();
  }

  info(text: string): void {
    this.#log(`info: ${text}`);
  }

  warn(text: string): void {
    this.#log(`warn: ${text}`);
  }

  error(text: string): void {
    this.#log(`error: ${text}`);
  }

  #log(line: string): void {
    overheard(line);
    this.lines.push(line);
  }
}
