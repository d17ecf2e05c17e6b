/** The log, on the debug connection: the serial port of a board, in debug builds. */

import type { Clock } from "../../src/mqtt/ports.js";
import type { Log } from "../apps/io.js";

export class TraceLog implements Log {
  readonly #trace: (text: string) => void;
  readonly #clock: Clock;

  /** @param trace writes a text, which ends its line itself */
  constructor(trace: (text: string) => void, clock: Clock) {
    this.#trace = trace;
    this.#clock = clock;
  }

  info(text: string): void {
    this.#line("", text);
  }

  warn(text: string): void {
    this.#line("warning: ", text);
  }

  error(text: string): void {
    this.#line("error: ", text);
  }

  #line(mark: string, text: string): void {
    this.#trace(`${(this.#clock.now() / 1000).toFixed(3)} ${mark}${text}\n`);
  }
}
