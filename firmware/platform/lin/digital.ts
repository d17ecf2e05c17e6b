/**
 * Stands in for `embedded:io/digital` in the Linux simulator: the level of GPIO 4 is in a file `pin-4`, as 0 or 1.
 * An input without a file is an open switch: its pull-up or pull-down decides. Outputs write their files.
 */

import { File } from "file";
import { pathOf, readText } from "firmware/platform/lin/stand-in-files";
import Timer from "timer";

/** Ms from one look at an input to the next. */
const POLL_INTERVAL = 20;

interface Options {
  readonly pin: number;
  readonly mode: number;
  readonly initialValue?: 0 | 1;
  onReadable?(): void;
}

export default class Digital {
  static readonly Input = 0;
  static readonly InputPullUp = 1;
  static readonly InputPullDown = 2;
  static readonly Output = 8;
  static readonly Rising = 1;
  static readonly Falling = 2;
  readonly #name: string;
  readonly #open: 0 | 1;
  #level: 0 | 1;
  #timer: Timer | undefined;

  constructor({ pin, mode, initialValue, onReadable }: Options) {
    this.#name = `pin-${pin}`;
    this.#open = mode === Digital.InputPullUp ? 1 : 0;
    this.#level = this.read();
    if (initialValue !== undefined) this.write(initialValue);
    if (onReadable === undefined) return;
    this.#timer = Timer.repeat(() => {
      const level = this.read();
      if (level === this.#level) return;
      this.#level = level;
      onReadable();
    }, POLL_INTERVAL);
  }

  read(): 0 | 1 {
    const text = readText(this.#name);
    // Empty: somebody is just writing it.
    if (text === "") return this.#level;
    if (text === undefined) return this.#open;
    return text === "0" ? 0 : 1;
  }

  write(level: 0 | 1): void {
    const path = pathOf(this.#name);
    File.delete(path);
    const file = new File(path, true);
    file.write(`${level}\n`);
    file.close();
  }

  close(): void {
    Timer.clear(this.#timer);
    this.#timer = undefined;
  }
}
