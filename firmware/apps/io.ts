/** The ports of the applications besides the MQTT client's: pins, the time of day, the log; types only. */

import type { Milliseconds } from "../../src/mqtt/ports.js";

/** 0: low, 1: high. */
export type Level = 0 | 1;

/** An input pin, as ECMA-419 `Digital`. */
export interface DigitalInput {
  read(): Level;
  /** From now on its callback is not called any more. */
  close(): void;
}

/** An output pin, as ECMA-419 `Digital`. */
export interface DigitalOutput {
  write(level: Level): void;
}

/** The pins of the board, by GPIO number. */
export interface Pins {
  /**
   * @param pull the internal resistor, which gives an open switch its level
   * @param onReadable the level has changed: read it. Several changes may give one call, and none is made from inside
   *   a method.
   */
  openInput(pin: number, pull: "up" | "down", onReadable: () => void): DigitalInput;
  /** @param level what it drives from the first moment on, so that nothing twitches at boot */
  openOutput(pin: number, level: Level): DigitalOutput;
}

/** The time of day, which a device does not know before somebody has told it. */
export interface WallClock {
  /** Ms since 1970-01-01T00:00:00Z; undefined while it is not set. */
  now(): Milliseconds | undefined;
}

/** Lines for people, without time and device name, which the adapter adds as it sees fit. */
export interface Log {
  /** What the device does. */
  info(text: string): void;
  /** Something went wrong; the device copes with it. */
  warn(text: string): void;
  /** A fault in the firmware. */
  error(text: string): void;
}
