/** A transport whose other end is the test: room is given and bytes arrive by hand, in any portions. */

import type {
  Endpoint,
  OpeningStage,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../../src/mqtt/ports.js";
import { bytesFromHex, hexFromBytes, joined } from "./hex.js";

/** Opens any number of streams, one after the other; its methods are about the newest. */
export class ManualTransport implements Transport, TransportProvider {
  /** How many streams were opened. */
  openCount = 0;
  /** How many times it was written to. */
  writeCount = 0;
  closed = false;
  /** Whether what is written is gone at once, so that the room stays as it is. */
  isInstant = false;
  peerVerified: boolean | undefined;
  /** Bytes that arrived and were not read. */
  unread: Uint8Array = new Uint8Array(0);
  #handler: TransportHandler | undefined;
  #written: Uint8Array[] = [];
  #room = 0;

  open(_endpoint: Endpoint, handler: TransportHandler): Transport {
    this.openCount += 1;
    this.closed = false;
    this.unread = new Uint8Array(0);
    this.#handler = handler;
    this.#written = [];
    this.#room = 0;
    return this;
  }

  read(target: Uint8Array): void {
    if (this.closed || target.length > this.unread.length) throw new RangeError("nothing to read");
    target.set(this.unread.subarray(0, target.length));
    this.unread = this.unread.slice(target.length);
  }

  write(bytes: Uint8Array): number {
    if (this.closed || bytes.length > this.#room) throw new RangeError(`no room for ${bytes.length} bytes`);
    this.#written.push(bytes.slice());
    this.writeCount += 1;
    if (!this.isInstant) this.#room -= bytes.length;
    return this.#room;
  }

  close(): void {
    this.closed = true;
  }

  stage(stage: OpeningStage): void {
    this.#handler?.onStage?.(stage);
  }

  /** Announces room for `byteLength` bytes; the first time, that the stream is open. */
  give(byteLength: number): void {
    this.#room = byteLength;
    this.#handler?.onWritable(byteLength);
  }

  /** Lets everything out that wants to, `byteLength` bytes at a time. */
  drain(byteLength: number): void {
    let before = -1;
    while (before !== this.#written.length && !this.closed) {
      before = this.#written.length;
      this.give(byteLength);
    }
  }

  /** Lets bytes arrive, as in `"20 02 00 00"`. */
  arrive(text: string): void {
    this.unread = joined([this.unread, bytesFromHex(text)]);
    this.#handler?.onReadable(this.unread.length);
  }

  /** Ends the stream, with a cause if it breaks. */
  end(cause?: unknown): void {
    this.closed = true;
    this.#handler?.onError(cause);
  }

  /** Ends the stream, and what has arrived can still be read. */
  unreadEnd(): void {
    this.#handler?.onError();
  }

  /** What was written since the last call, in hexadecimal. */
  taken(): string {
    const bytes = joined(this.#written);
    this.#written = [];
    return hexFromBytes(bytes);
  }
}
