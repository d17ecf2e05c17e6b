/** UTF-8 by what XS offers besides ECMAScript: native, and without garbage on the way. */

import type { TextPort } from "../../src/mqtt/ports.js";

/** What XS adds to `ArrayBuffer`. */
export interface FromString {
  fromString(text: string): ArrayBuffer;
}

/** What XS adds to `String`; the SDK's typings lack offset and length. */
export interface FromArrayBuffer {
  fromArrayBuffer(buffer: ArrayBufferLike, offset: number, byteLength: number): string;
}

export class EngineText implements TextPort {
  readonly #buffers: FromString;
  readonly #strings: FromArrayBuffer;

  /**
   * @param buffers `ArrayBuffer`
   * @param strings `String`
   */
  constructor(buffers: FromString, strings: FromArrayBuffer) {
    this.#buffers = buffers;
    this.#strings = strings;
  }

  encode(text: string): Uint8Array {
    return new Uint8Array(this.#buffers.fromString(text));
  }

  /** XS takes encoded surrogates for text, so that only ASCII is sure: as many characters as there are bytes. */
  decode(bytes: Uint8Array, start: number, end: number): string | undefined {
    const byteLength = end - start;
    try {
      const text = this.#strings.fromArrayBuffer(bytes.buffer, bytes.byteOffset + start, byteLength);
      return text.length === byteLength ? text : undefined;
    } catch {
      // Not UTF-8 at all.
      return undefined;
    }
  }
}
