/** The legible output of the simulator: when, who, what; in colours on a terminal that has them. */

import pc from "picocolors";
import type { Log } from "../../firmware/apps/io.js";

/** Gives a text its colour. */
export type Colour = (text: string) => string;

const NAME_WIDTH = 11;

export class Timeline {
  readonly #startedAt = performance.now();
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream;
  }

  /** Ms since the timeline began. */
  get time(): number {
    return performance.now() - this.#startedAt;
  }

  /** A line of `who`, whose name has the given colour. */
  line(who: string, text: string, colour: Colour): void {
    const seconds = `${(this.time / 1000).toFixed(2)} s`.padStart(8);
    this.#stream.write(`${pc.dim(seconds)}  ${colour(who.padEnd(NAME_WIDTH))}  ${text}\n`);
  }

  /** A line on its own, such as a heading. */
  note(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  /** The log of a device as lines of the timeline. */
  log(who: string, colour: Colour): Log {
    return {
      info: (text) => this.line(who, text, colour),
      warn: (text) => this.line(who, pc.yellow(text), colour),
      error: (text) => this.line(who, pc.red(text), colour),
    };
  }
}
