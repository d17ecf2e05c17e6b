/** Bytes waiting in order: copied in at one end, copied out at the other. */

const EMPTY = new Uint8Array(0);

/** Unlike a list of chunks it can be read in any portions; it keeps its memory for the next bytes. */
export class ByteQueue {
  #bytes = EMPTY;
  #start = 0;
  #end = 0;

  /** Bytes that wait. */
  get byteLength(): number {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.byteLength);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.byteLength;
  }

  /** Fills the whole of `target`; throws a `RangeError` when fewer bytes wait. */
  read(target: Uint8Array): void {
    if (target.byteLength > this.byteLength) {
      throw new RangeError(`${target.byteLength} bytes asked for, ${this.byteLength} there`);
    }
    target.set(this.#bytes.subarray(this.#start, this.#start + target.byteLength));
    this.#start += target.byteLength;
    if (this.#start === this.#end) {
      this.clear();
    }
  }

  /** The first `limit` bytes, or all there are when they are fewer, as a copy. */
  take(limit: number): Uint8Array {
    const taken = new Uint8Array(Math.min(limit, this.byteLength));
    this.read(taken);
    return taken;
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
  }

  #makeRoom(byteLength: number): void {
    if (this.#end + byteLength <= this.#bytes.byteLength) {
      return;
    }
    const kept = this.byteLength;
    const needed = kept + byteLength;
    // Moving is worth it only when half is free; otherwise a reader that trails would make it quadratic.
    const target =
      needed * 2 <= this.#bytes.byteLength ? this.#bytes : new Uint8Array(Math.max(1024, needed * 2));
    target.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = target;
    this.#start = 0;
    this.#end = kept;
  }
}
