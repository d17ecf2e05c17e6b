/** UTF-8 by what XS and the SDK offer besides ECMAScript: native, and without garbage on the way. */

import TextDecoder from "text/decoder";
import type { TextPort } from "../../src/mqtt/ports.js";

/** What XS adds to `ArrayBuffer`. */
export interface FromString {
  fromString(text: string): ArrayBuffer;
}

/** The decoder itself, since it is asked for every message. */
export class EngineText extends TextDecoder implements TextPort {
  readonly #buffers: FromString;

  /** @param buffers `ArrayBuffer` */
  constructor(buffers: FromString) {
    super("utf-8", { fatal: true, ignoreBOM: true });
    this.#buffers = buffers;
  }

  encode(text: string): Uint8Array {
    return new Uint8Array(this.#buffers.fromString(text));
  }
}
