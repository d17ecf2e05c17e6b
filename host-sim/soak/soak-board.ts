/** The board of a device in virtual time: one input that a test can move, a time of day, and a log that is listened to. */

import type { DigitalInput, DigitalOutput, Level, Log, Pins, WallClock } from "../../firmware/apps/io.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { VirtualPin } from "../io/digital.js";
import type { VirtualClock } from "../virtual/virtual-clock.js";

/** The time of day when the virtual clock started: 2026-01-01. */
const EPOCH: Milliseconds = 1_767_225_600_000;

export class SoakBoard implements Pins, WallClock, Log {
  readonly #clock: VirtualClock;
  readonly #onLine: (line: string) => void;
  readonly #level: Level;
  #input: VirtualPin | undefined;

  /** @param level of the input at the start */
  constructor(clock: VirtualClock, level: Level, onLine: (line: string) => void = () => {}) {
    this.#clock = clock;
    this.#level = level;
    this.#onLine = onLine;
  }

  setInput(level: Level): void {
    this.#input?.set(level);
  }

  openInput(_pin: number, _pull: "up" | "down", onReadable: () => void): DigitalInput {
    const input = new VirtualPin({
      defer: (task) => this.#clock.defer(task),
      level: this.#level,
      onReadable,
    });
    this.#input = input;
    return {
      read: () => input.read(),
      close: () => {
        input.onReadable = undefined;
      },
    };
  }

  openOutput(_pin: number, _level: Level): DigitalOutput {
    return { write: () => {} };
  }

  now(): Milliseconds {
    return EPOCH + this.#clock.now();
  }

  info(line: string): void {
    this.#onLine(line);
  }

  warn(line: string): void {
    this.#onLine(line);
  }

  error(line: string): void {
    this.#onLine(line);
  }
}
