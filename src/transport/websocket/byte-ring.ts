/** Bytes that wait to be read, in a ring of fixed length: filled in place, read in any portions, never moved. */

export class ByteRing {
  readonly #bytes: Uint8Array;
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Where to put what comes next: at most `limit` bytes, fewer where the ring turns, none when it is full. */
  space(limit: number): Uint8Array {
    const capacity = this.#bytes.length;
    let end = this.#start + this.#length;
    let free = capacity - end;
    if (free <= 0) {
      end -= capacity;
      free = this.#start - end;
    }
    return this.#bytes.subarray(end, end + Math.min(limit, free));
  }

  /** The first `byteLength` bytes of the last `space` have been filled. */
  commit(byteLength: number): void {
    this.#length += byteLength;
  }

  /** Fills `target`, which is not longer than what waits. */
  read(target: Uint8Array): void {
    const capacity = this.#bytes.length;
    const end = this.#start + target.length;
    if (end <= capacity) {
      target.set(this.#bytes.subarray(this.#start, end));
    } else {
      target.set(this.#bytes.subarray(this.#start));
      target.set(this.#bytes.subarray(0, end - capacity), capacity - this.#start);
    }
    this.#length -= target.length;
    // An empty ring starts anew, so that what comes next is not cut in two.
    this.#start = this.#length === 0 ? 0 : end % capacity;
  }
}
