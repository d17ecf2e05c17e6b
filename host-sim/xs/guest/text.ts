/** UTF-8 in the worker, by its native encoder and decoder: they stand for those of the engine on a device. */

import { LastView } from "../../../src/mqtt/last-view.js";
import type { TextPort } from "../../../src/mqtt/ports.js";
import "./globals.js";

export class GuestText implements TextPort {
  /** A device's decoder takes a place in a buffer; this one needs a view of it. */
  readonly #view = new LastView();

  encode(text: string): Uint8Array {
    return xs.encodeText(text);
  }

  decode(bytes: Uint8Array, start: number, end: number): string | undefined {
    try {
      return xs.decodeText(this.#view.of(bytes, start, end));
    } catch {
      // Not well-formed.
      return undefined;
    }
  }
}
