/**
 * The head of an HTTP/1.1 response, line by line (RFC 9112 sections 2 and 5). It never takes a byte that may lie
 * behind the head: what follows belongs to another protocol. Strict: lines end with CR LF and hold no control
 * characters but the tabulator.
 */

/** What a byte has brought about. */
export const NOTHING = 0;
/** A line is complete: see `line`. */
export const LINE = 1;
/** The empty line that ends the head. */
export const END = 2;
/** This is no head. */
export const MALFORMED = 3;

export type HeadEvent = typeof NOTHING | typeof LINE | typeof END | typeof MALFORMED;

/** Of a longer line only so many bytes are kept. */
const LINE_LIMIT = 512;

/** The head ends with CR LF CR LF. */
const TERMINATOR_LENGTH = 4;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;

export class HeadReader {
  /** Bytes taken so far, of all heads. */
  byteLength = 0;
  readonly #bytes = new Uint8Array(TERMINATOR_LENGTH);
  #next = 0;
  #filled = 0;
  readonly #line = new Uint8Array(LINE_LIMIT);
  #lineLength = 0;
  /** How much of CR LF CR LF has been seen. */
  #matched = 0;

  /** Where to put what comes next: as many bytes as the head still has at least, at most `available`. */
  space(available: number): Uint8Array {
    return this.#bytes.subarray(0, Math.min(available, TERMINATOR_LENGTH - this.#matched));
  }

  /** `byteLength` bytes of the last `space` were filled. */
  received(byteLength: number): void {
    this.#next = 0;
    this.#filled = byteLength;
  }

  get hasMore(): boolean {
    return this.#next < this.#filled;
  }

  /** Goes on by one byte; only when it `hasMore`. */
  next(): HeadEvent {
    const byte = this.#bytes[this.#next] as number;
    this.#next += 1;
    this.byteLength += 1;
    if (this.#matched % 2 === 1) {
      if (byte !== LF) return MALFORMED;
      this.#matched += 1;
      if (this.#matched === 2) return LINE;
      this.#matched = 0;
      return END;
    }
    if (this.#matched === 2) {
      this.#lineLength = 0;
      if (byte !== CR) this.#matched = 0;
    }
    if (byte === CR) {
      this.#matched += 1;
      return NOTHING;
    }
    if (this.#lineLength < LINE_LIMIT) this.#line[this.#lineLength] = byte;
    this.#lineLength += 1;
    return (byte < 0x20 && byte !== TAB) || byte === 0x7f ? MALFORMED : NOTHING;
  }

  /** Whether the line under way, or just completed, is longer than `line` can tell. */
  get isCut(): boolean {
    return this.#lineLength > LINE_LIMIT;
  }

  /** The line under way, or just completed, as far as it is kept; a character for each byte. */
  get line(): string {
    const bytes = this.#line.subarray(0, Math.min(this.#lineLength, LINE_LIMIT));
    return String.fromCharCode.apply(null, bytes as unknown as number[]);
  }
}
