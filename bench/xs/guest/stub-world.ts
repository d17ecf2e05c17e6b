/**
 * A world inside the worker, as small as it can be, so that what is metered is the client. It makes no garbage once it
 * has warmed up.
 */

import type {
  Clock,
  Endpoint,
  Milliseconds,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../../src/mqtt/ports.js";

const ROOM = 65_536;
const NOTHING = -1;

export class StubClock implements Clock {
  time: Milliseconds = 1000;

  now(): Milliseconds {
    return this.time;
  }
}

/** The one timer of a client. Time passes by a millisecond an operation: only what is due at once falls due. */
export class StubTimer implements Timer, TimerProvider {
  #delay: Milliseconds = NOTHING;
  #onExpired: (() => void) | undefined;

  create(onExpired: () => void): Timer {
    if (this.#onExpired !== undefined) throw new Error("a second timer");
    this.#onExpired = onExpired;
    return this;
  }

  schedule(delay: Milliseconds): void {
    this.#delay = delay;
  }

  cancel(): void {
    this.#delay = NOTHING;
  }

  /** Rings as often as it is due. */
  settle(): void {
    while (this.#delay === 0) {
      this.#delay = NOTHING;
      this.#onExpired?.();
    }
  }
}

/** A stream whose other end is the driver: it sees what was written, and says what there is to be read. */
export class StubTransport implements Transport, TransportProvider {
  handler: TransportHandler | undefined;
  /** What was written since `begin`. */
  readonly sent = new Uint8Array(ROOM);
  sentLength = 0;
  bytes = 0;
  writes = 0;
  #incoming: Uint8Array = this.sent;
  #offset = 0;
  #parts: Uint8Array[] = [];
  #part = 0;

  open(_endpoint: Endpoint, handler: TransportHandler): Transport {
    this.handler = handler;
    return this;
  }

  begin(): void {
    this.bytes += this.sentLength;
    this.sentLength = 0;
  }

  /** Lets the client read all of `bytes`. */
  feed(bytes: Uint8Array): void {
    this.#incoming = bytes;
    this.#offset = 0;
    this.#part = 0;
    this.handler?.onReadable(bytes.length);
    if (this.#offset < bytes.length) throw new Error("not everything was read");
  }

  read(target: Uint8Array): void {
    if (this.#offset === 0 && target.length === this.#incoming.length) target.set(this.#incoming);
    else target.set(this.#nextPart(target.length));
    this.#offset += target.length;
  }

  /** A view of what is to be read next. It comes out the same each time, and is kept. */
  #nextPart(byteLength: number): Uint8Array {
    const { buffer } = this.#incoming;
    let part = this.#parts[this.#part];
    if (part?.buffer !== buffer || part.byteOffset !== this.#offset || part.length !== byteLength) {
      part = this.#incoming.subarray(this.#offset, this.#offset + byteLength);
      this.#parts[this.#part] = part;
    }
    this.#part += 1;
    return part;
  }

  write(bytes: Uint8Array): number {
    this.sent.set(bytes, this.sentLength);
    this.sentLength += bytes.length;
    this.writes += 1;
    return ROOM;
  }

  close(): void {
    this.handler = undefined;
  }
}
