/** The processor's caches, emptied of what a fleet has left there: so that few devices can be compared with many. */

import { cpuTime } from "./measured.js";

/** More than the caches of most machines hold. */
const BYTES = 64 * 2 ** 20;
/** Fetched from memory at once, at least. */
const LINE = 64;

export class Caches {
  readonly #bytes = new Uint8Array(BYTES);
  /** CPU time in µs that emptying them took so far. */
  spent = 0;

  /** Puts other things there. */
  empty(): void {
    const before = cpuTime();
    const bytes = this.#bytes;
    for (let i = 0; i < bytes.length; i += LINE) bytes[i] = (bytes[i] as number) + 1;
    this.spent += cpuTime() - before;
  }
}
