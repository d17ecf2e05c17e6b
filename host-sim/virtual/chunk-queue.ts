/**
 * Bytes waiting in order, in the pieces in which they came. Nothing is copied before it is read, and nothing is held
 * while none wait: of a hundred thousand connections few have something under way.
 */
export class ChunkQueue {
  #first: Link | undefined;
  #last: Link | undefined;
  #byteLength = 0;

  /** Bytes that wait. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Takes `chunk` over: it must not change any more. */
  append(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    const link: Link = { chunk, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#byteLength += chunk.byteLength;
  }

  /** Fills the whole of `target`; throws a `RangeError` when fewer bytes wait. */
  read(target: Uint8Array): void {
    if (target.byteLength > this.#byteLength) {
      throw new RangeError(`${target.byteLength} bytes asked for, ${this.#byteLength} there`);
    }
    for (let filled = 0; filled < target.byteLength; ) {
      const chunk = this.#takeOne(target.byteLength - filled);
      target.set(chunk, filled);
      filled += chunk.byteLength;
    }
  }

  /** The first `limit` bytes, or all there are when they are fewer: not to be changed. */
  take(limit: number): Uint8Array {
    const byteLength = Math.min(limit, this.#byteLength);
    const chunk = this.#takeOne(byteLength);
    if (chunk.byteLength === byteLength) return chunk;
    const taken = Buffer.allocUnsafe(byteLength);
    taken.set(chunk);
    this.read(taken.subarray(chunk.byteLength));
    return taken;
  }

  /** The first chunk, or as much of it as `limit`. */
  #takeOne(limit: number): Uint8Array {
    const first = this.#first;
    if (first === undefined) return NOTHING;
    const { chunk } = first;
    if (limit < chunk.byteLength) {
      first.chunk = chunk.subarray(limit);
      this.#byteLength -= limit;
      return chunk.subarray(0, limit);
    }
    this.#first = first.next;
    if (first.next === undefined) this.#last = undefined;
    this.#byteLength -= chunk.byteLength;
    return chunk;
  }
}

interface Link {
  chunk: Uint8Array;
  next: Link | undefined;
}

const NOTHING = new Uint8Array(0);
