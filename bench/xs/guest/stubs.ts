/**
 * A world inside the worker, as small as it can be, so that what is metered is the client. It makes no garbage once it
 * has warmed up, and counts its calls, so that what it takes itself can be subtracted.
 */

import type {
  Clock,
  Endpoint,
  ExpiryHandler,
  Milliseconds,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../../src/mqtt/ports.js";

export const ROOM = 65_536;
const NOTHING = -1;

export class StubClock implements Clock {
  time: Milliseconds = 1000;
  calls = 0;

  now(): Milliseconds {
    this.calls += 1;
    return this.time;
  }
}

/** The one timer of a client. Time passes by a millisecond an operation: only what is due at once falls due. */
export class StubTimer implements Timer, TimerProvider {
  calls = 0;
  #delay: Milliseconds = NOTHING;
  #onExpired: ExpiryHandler<unknown> | undefined;
  #target: unknown;

  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    if (this.#onExpired !== undefined) throw new Error("a second timer");
    this.#onExpired = onExpired as ExpiryHandler<unknown>;
    this.#target = target;
    return this;
  }

  schedule(delay: Milliseconds): void {
    this.calls += 1;
    this.#delay = delay;
  }

  cancel(): void {
    this.calls += 1;
    this.#delay = NOTHING;
  }

  /** Rings as often as it is due. */
  settle(): void {
    while (this.#delay === 0) {
      this.#delay = NOTHING;
      this.#onExpired?.(this.#target);
    }
  }
}

/** A stream whose other end is the driver: it sees what was written, and says what there is to be read. */
export class StubTransport implements Transport, TransportProvider {
  handler: TransportHandler | undefined;
  /** What was written since `begin`. */
  readonly sent = new Uint8Array(ROOM);
  sentLength = 0;
  writes = 0;
  written = 0;
  reads = 0;
  bytesRead = 0;
  byteReads = 0;
  announced = 0;
  protected incoming: Uint8Array = this.sent;
  protected offset = 0;
  /** Views of what there is to read, in this order. They come out the same in each operation, and are kept. */
  readonly #parts: Uint8Array[] = [];
  #part = 0;

  open(_endpoint: Endpoint, handler: TransportHandler): Transport {
    this.handler = handler;
    return this;
  }

  /** An operation begins. */
  begin(): void {
    this.sentLength = 0;
    this.#part = 0;
  }

  /** Lets the client read all of `bytes`. */
  feed(bytes: Uint8Array): void {
    this.announce(bytes);
    this.handler?.onReadable(bytes.length);
  }

  announce(bytes: Uint8Array): void {
    this.incoming = bytes;
    this.offset = 0;
    this.announced += bytes.length;
  }

  read(target: Uint8Array): void {
    this.reads += 1;
    this.bytesRead += target.length;
    target.set(this.#next(target.length));
    this.offset += target.length;
  }

  #next(byteLength: number): Uint8Array {
    const incoming = this.incoming;
    let part = this.#parts[this.#part];
    if (
      part?.buffer !== incoming.buffer ||
      part.byteOffset !== incoming.byteOffset + this.offset ||
      part.length !== byteLength
    ) {
      part = incoming.subarray(this.offset, this.offset + byteLength);
      this.#parts[this.#part] = part;
    }
    this.#part += 1;
    return part;
  }

  write(bytes: Uint8Array): number {
    this.writes += 1;
    this.written += bytes.length;
    this.sent.set(bytes, this.sentLength);
    this.sentLength += bytes.length;
    return ROOM;
  }

  close(): void {
    this.handler = undefined;
  }
}

/** The application: counts what it is given. */
export class Counter {
  calls = 0;
  messages = 0;
  bytes = 0;

  onMessage(message: { readonly payload: Uint8Array }): void {
    this.calls += 1;
    this.messages += 1;
    this.bytes += message.payload.length;
  }

  onStream(): Counter {
    this.calls += 1;
    return this;
  }

  onChunk(bytes: Uint8Array): void {
    this.calls += 1;
    this.bytes += bytes.length;
  }

  onEnd(): void {
    this.calls += 1;
    this.messages += 1;
  }

  onAborted(): void {}
}

/** How a program gets its stubs. */
export type MakeStubs = () => Stubs;

export function makeStubs(): Stubs {
  return {
    clock: new StubClock(),
    timer: new StubTimer(),
    transport: new StubTransport(),
    counter: new Counter(),
  };
}

export interface Stubs {
  readonly clock: StubClock;
  readonly timer: StubTimer;
  readonly transport: StubTransport;
  readonly counter: Counter;
}
