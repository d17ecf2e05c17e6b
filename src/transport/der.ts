/**
 * Reads DER (X.690 section 10) strictly: definite, shortest lengths, tags of one byte, nothing after the end. It does
 * not recurse and copies nothing; what is not asked for is skipped by its length.
 */

/** Bytes that do not follow their format: DER, or PEM around it. `message` is for people. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** Tags (X.690 section 8, X.680 section 8.6); `CONTEXT` and `CONTEXT_CONSTRUCTED` are those of `[0]`. */
export const TAG = Object.freeze({
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OBJECT_IDENTIFIER: 0x06,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
  CONTEXT: 0x80,
  CONTEXT_CONSTRUCTED: 0xa0,
});

/** Bytes in an object identifier; those that are known have 11 at most. */
const MAXIMUM_IDENTIFIER_LENGTH = 64;

/** Reads elements one after the other. Every method throws `MalformedError` for what is not DER or not as asked for. */
export class DerReader {
  readonly #bytes: Uint8Array;
  /** Where the next element starts. */
  #offset: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#end;
  }

  /** Whether an element with this tag comes next. */
  isNext(tag: number): boolean {
    return this.#offset < this.#end && this.#bytes[this.#offset] === tag;
  }

  /** The elements inside the next one. */
  enter(tag: number): DerReader {
    const start = this.#next(tag);
    return new DerReader(this.#bytes, start, this.#offset);
  }

  /** The content of the next element, without tag and length; a view. */
  content(tag: number): Uint8Array {
    const start = this.#next(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** All of the next element, tag and length included; a view. */
  element(tag: number): Uint8Array {
    const start = this.#offset;
    this.#next(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** The content of the next element, whatever it is; a view. */
  anyContent(): Uint8Array {
    return this.content(this.#bytes[this.#offset] ?? 0);
  }

  /** Passes over the next element, whatever it is. */
  skip(): void {
    this.#next(this.#bytes[this.#offset] ?? 0);
  }

  /** Requires that nothing is left. */
  finish(): void {
    if (!this.isAtEnd) throw new MalformedError(`${this.#end - this.#offset} bytes too many`);
  }

  boolean(): boolean {
    const content = this.content(TAG.BOOLEAN);
    const [value] = content;
    if (content.length !== 1 || (value !== 0 && value !== 0xff)) {
      throw new MalformedError("a BOOLEAN is neither 00 nor ff");
    }
    return value === 0xff;
  }

  /** The bytes of an INTEGER that is not negative, without a leading zero (but 0 is one zero); a view. */
  unsignedInteger(): Uint8Array {
    const content = this.content(TAG.INTEGER);
    const [first, second = 0] = content;
    if (first === undefined) throw new MalformedError("an INTEGER is empty");
    if (first >= 0x80) throw new MalformedError("an INTEGER is negative");
    if (content.length === 1 || first !== 0) return content;
    if (second < 0x80) throw new MalformedError("an INTEGER has superfluous zeros");
    return content.subarray(1);
  }

  /** An INTEGER from 0 to `maximum`, which is at most 2^31 - 1. */
  smallInteger(maximum: number): number {
    const content = this.unsignedInteger();
    let value = 0;
    for (const byte of content) {
      value = value * 256 + byte;
      if (value > maximum) throw new MalformedError(`an INTEGER is more than ${maximum}`);
    }
    return value;
  }

  /** The bytes of a BIT STRING of whole bytes; a view. */
  bitStringBytes(): Uint8Array {
    const content = this.content(TAG.BIT_STRING);
    if (content[0] !== 0) throw new MalformedError("a BIT STRING is not made of whole bytes");
    return content.subarray(1);
  }

  /** The first 16 bits of a BIT STRING of named bits, the first as 0x8000 (X.690 section 11.2.2). */
  namedBits(): number {
    const content = this.content(TAG.BIT_STRING);
    const [unused, first = 0, second = 0] = content;
    const last = content.length === 1 ? 0 : (content[content.length - 1] as number);
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0)) {
      throw new MalformedError("a BIT STRING has no valid count of unused bits");
    }
    if ((last & ((1 << unused) - 1)) !== 0)
      throw new MalformedError("a BIT STRING has unused bits that are set");
    return first * 256 + second;
  }

  /** Such as "1.2.840.113549.1.1.11". Arcs beyond 2^53 are rounded: such an identifier is none that is known. */
  objectIdentifier(): string {
    const content = this.content(TAG.OBJECT_IDENTIFIER);
    if (content.length === 0 || content.length > MAXIMUM_IDENTIFIER_LENGTH) {
      throw new MalformedError(`an OBJECT IDENTIFIER has ${content.length} bytes`);
    }
    let text = "";
    let arc = 0;
    let isFirst = true;
    let isStart = true;
    for (const byte of content) {
      if (isStart && byte === 0x80) throw new MalformedError("an OBJECT IDENTIFIER has superfluous zeros");
      arc = arc * 128 + (byte & 0x7f);
      isStart = byte < 0x80;
      if (!isStart) continue;
      if (isFirst) {
        // The first two arcs share a number (X.690 section 8.19.4).
        const root = Math.min(Math.floor(arc / 40), 2);
        text = `${root}.${arc - root * 40}`;
      } else text += `.${arc}`;
      isFirst = false;
      arc = 0;
    }
    if (!isStart) throw new MalformedError("an OBJECT IDENTIFIER is cut off");
    return text;
  }

  /** Passes over the next element, which must have `tag`; returns where its content starts. */
  #next(tag: number): number {
    // What is there instead is not said: it may be part of a key.
    if (!this.isNext(tag))
      throw new MalformedError(`an element ${tag.toString(16).padStart(2, "0")} is missing`);
    if ((tag & 0x1f) === 0x1f) throw new MalformedError("a tag has more than one byte");
    let length = this.#at(this.#offset + 1);
    let start = this.#offset + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      // 0 is the indefinite form, of BER alone.
      if (count === 0 || count > 3) throw new MalformedError("a length is indefinite or too long");
      start += count;
      length = 0;
      for (let i = start - count; i < start; i += 1) length = length * 256 + this.#at(i);
      if (length < 0x80 || length < 256 ** (count - 1))
        throw new MalformedError("a length is not in the shortest form");
    }
    if (length > this.#end - start) throw new MalformedError("an element is cut off");
    this.#offset = start + length;
    return start;
  }

  #at(index: number): number {
    if (index >= this.#end) throw new MalformedError("an element is cut off");
    return this.#bytes[index] as number;
  }
}

/** Whether two byte strings are the same; takes a time that depends on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
