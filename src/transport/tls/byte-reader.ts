/** Reads a handshake message field by field, and refuses one that is shorter or longer than its fields. */

import { malformed } from "./tls-error.js";

export class ByteReader {
  readonly #bytes: Uint8Array;
  /** For errors. */
  readonly #what: string;
  #position = 0;

  /** @param what is read, such as "ServerHello" */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  uint8(): number {
    return this.#uint(1);
  }

  uint16(): number {
    return this.#uint(2);
  }

  /** A view of the next `byteLength` bytes. */
  bytes(byteLength: number): Uint8Array {
    const start = this.#position;
    const end = start + byteLength;
    if (end > this.#bytes.length) throw malformed(this.#what, "ends too early");
    this.#position = end;
    return this.#bytes.subarray(start, end);
  }

  /** A view of the content of a vector whose length stands before it in `lengthBytes` bytes. */
  vector(lengthBytes: 1 | 2 | 3, minimum = 0, maximum = 0xff_ff_ff): Uint8Array {
    const byteLength = this.#uint(lengthBytes);
    if (byteLength < minimum || byteLength > maximum)
      throw malformed(this.#what, "has a field of wrong length");
    return this.bytes(byteLength);
  }

  /** Everything up to here, from the offset `start`. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#position);
  }

  get position(): number {
    return this.#position;
  }

  /** Nothing may be left. */
  end(): void {
    if (!this.isAtEnd) throw malformed(this.#what, "goes on after its end");
  }

  #uint(byteLength: number): number {
    let value = 0;
    for (const byte of this.bytes(byteLength)) value = (value << 8) | byte;
    return value;
  }
}
