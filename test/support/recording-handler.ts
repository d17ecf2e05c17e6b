/** A transport handler that writes down what it is told, and reads and answers as a test wishes. */

import type { Transport, TransportHandler } from "../../src/mqtt/ports.js";

export class RecordingHandler implements TransportHandler {
  /** Set by the test right after `open`. */
  transport: Transport | undefined;
  /** The calls in order, such as "readable 5". */
  readonly calls: string[] = [];
  receivedByteLength = 0;
  /** Announced and not read yet, in bytes. */
  unread = 0;
  /** As last announced by `onWritable`, in bytes. */
  room = 0;
  opened = false;
  ended = false;
  cause: unknown;
  /** Read everything at once when told of it; else it waits for `readAll`. */
  reads = true;
  /** Further reactions, called after the handler's own. */
  onBytes: (() => void) | undefined;
  onRoom: (() => void) | undefined;

  readonly #pieces: Uint8Array[] = [];

  /** All that was read. */
  get received(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }

  onReadable(byteLength: number): void {
    this.calls.push(`readable ${byteLength}`);
    this.unread = byteLength;
    if (this.reads) {
      this.readAll();
    }
    this.onBytes?.();
  }

  onWritable(byteLength: number): void {
    this.calls.push(`writable ${byteLength}`);
    this.opened = true;
    this.room = byteLength;
    this.onRoom?.();
  }

  onError(cause?: unknown): void {
    this.calls.push("error");
    this.ended = true;
    this.cause = cause;
  }

  /** Reads everything announced, in portions of at most `portion` bytes. */
  readAll(portion = Number.POSITIVE_INFINITY): void {
    while (this.unread > 0) {
      this.read(Math.min(portion, this.unread));
    }
  }

  /** Reads exactly `byteLength` bytes. */
  read(byteLength: number): void {
    const bytes = new Uint8Array(byteLength);
    this.transport?.read(bytes);
    this.unread -= byteLength;
    this.receivedByteLength += byteLength;
    this.#pieces.push(bytes);
  }
}
