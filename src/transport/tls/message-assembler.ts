/** Puts handshake messages together from records: a record may hold several, and a message may take several. */

import { ILLEGAL_PARAMETER, UNEXPECTED_MESSAGE } from "./alert.js";
import { MESSAGE_HEADER_LENGTH, messageLimit, messageName } from "./handshake-message.js";
import { TlsError } from "./tls-error.js";

export class MessageAssembler {
  /** What the record still holds. */
  #rest: Uint8Array = new Uint8Array(0);
  /** A message that takes more than one record, or so far the header of one. */
  #partial = new Uint8Array(0);
  #filled = 0;

  /** Whether a message has begun and is not complete, once all that are complete were taken out. */
  get isInside(): boolean {
    return this.#filled > 0;
  }

  /** A record's plaintext; what was in the last one has been taken out by `next`. */
  add(fragment: Uint8Array): void {
    this.#rest = fragment;
  }

  /**
   * The next message with its header, if it is complete; valid until the record's plaintext is not any more.
   * @throws TlsError when such a message may not come, or not so long
   */
  next(): Uint8Array | undefined {
    const rest = this.#rest;
    if (this.#filled === 0 && rest.length >= MESSAGE_HEADER_LENGTH && rest.length >= lengthOf(rest)) {
      return this.#take(lengthOf(rest));
    }
    while (this.#rest.length > 0) {
      const hasHeader = this.#filled >= MESSAGE_HEADER_LENGTH;
      const needed = hasHeader ? lengthOf(this.#partial) : MESSAGE_HEADER_LENGTH;
      if (this.#partial.length < needed) this.#grow(needed);
      const part = this.#take(Math.min(needed - this.#filled, this.#rest.length));
      this.#partial.set(part, this.#filled);
      this.#filled += part.length;
      if (this.#filled >= MESSAGE_HEADER_LENGTH && this.#filled === lengthOf(this.#partial)) {
        return this.#complete();
      }
    }
    return undefined;
  }

  #take(byteLength: number): Uint8Array {
    const taken = this.#rest.subarray(0, byteLength);
    this.#rest = this.#rest.subarray(byteLength);
    return taken;
  }

  #grow(byteLength: number): void {
    const larger = new Uint8Array(byteLength);
    larger.set(this.#partial);
    this.#partial = larger;
  }

  #complete(): Uint8Array {
    const message = this.#partial;
    this.#partial = new Uint8Array(0);
    this.#filled = 0;
    return message;
  }
}

/** Of the message that begins here, with its header. */
function lengthOf(message: Uint8Array): number {
  const [type = 0, high = 0, middle = 0, low = 0] = message;
  const byteLength = (high << 16) | (middle << 8) | low;
  const limit = messageLimit(type);
  if (limit === undefined) {
    const what = `the server sent ${messageName(type)}, which was not asked for`;
    throw new TlsError(UNEXPECTED_MESSAGE, "unexpected-message", what);
  }
  if (byteLength > limit) {
    const what = `the server's ${messageName(type)} has ${byteLength} bytes, more than ${limit}`;
    throw new TlsError(ILLEGAL_PARAMETER, "message-too-long", what);
  }
  return MESSAGE_HEADER_LENGTH + byteLength;
}
