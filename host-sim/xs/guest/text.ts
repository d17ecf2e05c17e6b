/** UTF-8 in the worker, by its native encoder and decoder: they stand for those of the engine on a device. */

import type { TextPort } from "../../../src/mqtt/ports.js";
import "./globals.js";

export class GuestText implements TextPort {
  /** A device's decoder takes a place in a buffer; this one needs a view of it, and keeps the last one. */
  #view: Uint8Array = new Uint8Array(0);
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  encode(text: string): Uint8Array {
    return xs.encodeText(text);
  }

  decode(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (start !== this.#start || end !== this.#end || bytes !== this.#bytes) {
      this.#view = bytes.subarray(start, end);
      this.#bytes = bytes;
      this.#start = start;
      this.#end = end;
    }
    try {
      return xs.decodeText(this.#view);
    } catch {
      // Not well-formed.
      return undefined;
    }
  }
}
