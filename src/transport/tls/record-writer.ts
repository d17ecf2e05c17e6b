/** Makes records, and holds them until they are sent. */

import { PlainSealer } from "./plain-records.js";
import type { RecordSealer } from "./record.js";

/**
 * Most plaintext in a record that we send, and the most that the server is asked to put into its own
 * (max_fragment_length, RFC 6066 section 4), in bytes: a device has better use for 16 KB.
 */
export const FRAGMENT_LENGTH = 2_048;

/** Most plaintext that is taken at once, in full records. */
const RECORDS_AT_ONCE = 8;

export class RecordWriter {
  #sealer: RecordSealer = new PlainSealer();
  readonly #queue: Uint8Array[] = [];
  /** Of the first record, bytes that were sent. */
  #sent = 0;
  /** Bytes that were not. */
  #pending = 0;

  /** Records under the present keys. */
  get count(): number {
    return this.#sealer.count;
  }

  /** Whether nothing waits to be sent. */
  get isEmpty(): boolean {
    return this.#pending === 0;
  }

  /** The records that follow are protected so. */
  protect(sealer: RecordSealer): void {
    this.#sealer.wipe();
    this.#sealer = sealer;
  }

  /** How much plaintext makes records that fit into `room` with those that wait. */
  capacity(room: number): number {
    const left = room - this.#pending;
    const full = this.#sealer.sealedLength(FRAGMENT_LENGTH);
    const count = Math.min(Math.floor(left / full), RECORDS_AT_ONCE);
    if (count < 0) return 0;
    if (count === RECORDS_AT_ONCE) return count * FRAGMENT_LENGTH;
    const rest = this.#sealer.plaintextLength(left - count * full);
    return count * FRAGMENT_LENGTH + Math.max(rest, 0);
  }

  /** Puts `bytes` into records, as few as can be. */
  write(type: number, bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += FRAGMENT_LENGTH) {
      const record = this.#sealer.seal(type, bytes.subarray(start, start + FRAGMENT_LENGTH));
      this.#queue.push(record);
      this.#pending += record.length;
    }
  }

  /** What to send next, at most `limit` bytes. */
  next(limit: number): Uint8Array | undefined {
    const [record] = this.#queue;
    if (record === undefined) return undefined;
    const bytes = record.subarray(this.#sent, this.#sent + limit);
    this.#sent += bytes.length;
    this.#pending -= bytes.length;
    if (this.#sent === record.length) {
      this.#queue.shift();
      this.#sent = 0;
    }
    return bytes;
  }

  /** Nothing can be sent any more. */
  discard(): void {
    this.#queue.length = 0;
    this.#sent = 0;
    this.#pending = 0;
  }

  /** No more records follow; those that wait can still be sent. */
  end(): void {
    this.protect(new PlainSealer());
  }
}
