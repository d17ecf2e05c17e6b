/** Buffers that streams borrow while they have bytes to collect: an idle stream holds none. */

/** So many are kept for the next borrower; more are needed only while the network takes nothing. */
const KEPT = 16;

export class BufferPool {
  /** Of each buffer. */
  readonly byteLength: number;
  readonly #free: Buffer[] = [];

  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  /** A buffer with any bytes in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.byteLength);
  }

  /** Takes back a buffer that nobody looks at any more; one of another length is let go. */
  give(buffer: Buffer): void {
    if (buffer.byteLength === this.byteLength && this.#free.length < KEPT) this.#free.push(buffer);
  }
}
