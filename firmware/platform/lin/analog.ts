/** Stands in for `embedded:io/analog` in the Linux simulator: the file `analog-34` holds what GPIO 34 reads. */

import { readText } from "firmware/platform/lin/stand-in-files";

export default class Analog {
  readonly resolution = 12;
  readonly #name: string;

  constructor({ pin }: { readonly pin: number }) {
    this.#name = `analog-${pin}`;
  }

  /** 0 to 4095. */
  read(): number {
    return Number(readText(this.#name) ?? 0);
  }

  close(): void {
    // There is nothing to give back.
  }
}
