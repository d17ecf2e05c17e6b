/** A transport as one of Node's streams, for `node:tls` to put itself on top of; both directions hold each other back. */

import { Duplex } from "node:stream";
import type { OpeningStage, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import type { Opener } from "../../src/transport/opener.js";

/** Bytes taken from the transport at a time, and that may wait in each direction of the stream. */
const PORTION = 16_384;

/** Hears what a stream cannot say. */
export interface DuplexWatcher {
  onStage(stage: OpeningStage): void;
  /** The transport is open. */
  onOpened(): void;
  /** It is over; what came before can still be read from the stream, which then ends. */
  onLost(cause: unknown): void;
}

/** What is written waits until the transport is open; destroying the stream closes the transport. */
export class TransportDuplex extends Duplex implements TransportHandler {
  readonly #watcher: DuplexWatcher;
  readonly #below: Transport;
  #isOpen = false;
  #isLost = false;
  /** Announced by the transport and not read. */
  #unread = 0;
  /** Announced by it and not written. */
  #room = 0;
  /** Whether Node asked for more than it has got. */
  #isWanted = false;
  #pending: Uint8Array | undefined;
  #onPendingSent: (() => void) | undefined;

  /** Opens the transport. */
  constructor(below: Opener, watcher: DuplexWatcher) {
    super({ highWaterMark: PORTION });
    this.#watcher = watcher;
    this.#below = below(this);
  }

  onStage(stage: OpeningStage): void {
    this.#watcher.onStage(stage);
  }

  onReadable(byteLength: number): void {
    this.#unread = byteLength;
    this.#deliver();
  }

  onWritable(byteLength: number): void {
    this.#room = byteLength;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#watcher.onOpened();
    }
    this.#send();
  }

  onError(cause?: unknown): void {
    this.#isLost = true;
    this.#watcher.onLost(cause);
    this.#send();
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#deliver();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, onSent: () => void): void {
    this.#pending = bytes;
    this.#onPendingSent = onSent;
    this.#send();
  }

  /** A transport does not end in one direction only. */
  override _final(onDone: () => void): void {
    if (!this.#isLost) this.push(null);
    this.#closeBelow();
    onDone();
  }

  override _destroy(error: Error | null, onDone: (error: Error | null) => void): void {
    this.#closeBelow();
    onDone(error);
  }

  #closeBelow(): void {
    this.#below.close();
    this.#isLost = true;
    this.#unread = 0;
  }

  #deliver(): void {
    while (this.#isWanted && this.#unread > 0 && !this.destroyed) {
      const bytes = Buffer.allocUnsafe(Math.min(this.#unread, PORTION));
      this.#below.read(bytes);
      this.#unread -= bytes.byteLength;
      this.#isWanted = this.push(bytes);
    }
  }

  /** A simulated power cut destroys the transport without a word to anybody; what is written then goes nowhere. */
  #writeBelow(bytes: Uint8Array): void {
    try {
      this.#room = this.#below.write(bytes);
    } catch {
      this.#isLost = true;
    }
  }

  #send(): void {
    const bytes = this.#pending;
    if (bytes === undefined) return;
    // Of a transport that is gone the writer hears by the end of the stream.
    const byteLength = this.#isLost ? bytes.byteLength : Math.min(this.#room, bytes.byteLength);
    if (!this.#isLost && byteLength > 0) this.#writeBelow(bytes.subarray(0, byteLength));
    if (byteLength < bytes.byteLength) {
      this.#pending = bytes.subarray(byteLength);
      return;
    }
    const onSent = this.#onPendingSent;
    this.#pending = undefined;
    this.#onPendingSent = undefined;
    onSent?.();
  }
}
