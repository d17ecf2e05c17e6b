/** One end of a virtual connection, a device's or a server's, with the contract of every transport. */

import type { Endpoint, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import { ChunkQueue } from "./chunk-queue.js";
import type { VirtualClock } from "./virtual-clock.js";
import { networkError } from "./virtual-network-error.js";
import type { PipeEnd, Signal, VirtualPipe } from "./virtual-pipe.js";

/** `ending`: the connection is gone, but the handler has not been told yet because bytes are still unread. */
export type StreamState = "opening" | "open" | "ending" | "closed";

/** The connection that a stream is an end of. */
export interface StreamOwner {
  readonly endpoint: Endpoint;
  /** To a server's end: a device asks for the connection. */
  onRequest(): void;
  /** Called once, when the stream has ended for its own application. */
  onOver(): void;
}

export class VirtualStream implements Transport, PipeEnd {
  readonly #clock: VirtualClock;
  readonly #owner: StreamOwner;
  readonly #window: number;
  readonly #outgoing: VirtualPipe;
  readonly #incoming: VirtualPipe;
  /** Delivered and not read; undefined when there is nothing. */
  #unread: ChunkQueue | undefined;
  #handler: TransportHandler | undefined;
  #state: StreamState = "opening";
  #cause: unknown;
  /** The room the handler knows of. */
  #announced = 0;

  /** @param window how many bytes may wait to be delivered */
  constructor(
    clock: VirtualClock,
    owner: StreamOwner,
    outgoing: VirtualPipe,
    incoming: VirtualPipe,
    window: number,
  ) {
    this.#clock = clock;
    this.#owner = owner;
    this.#window = window;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#outgoing.sender = this;
    this.#incoming.receiver = this;
  }

  get state(): StreamState {
    return this.#state;
  }

  get unreadByteLength(): number {
    return this.#unread === undefined ? 0 : this.#unread.byteLength;
  }

  /** Bytes written and not delivered to the other end. */
  get undeliveredByteLength(): number {
    return this.#outgoing.undeliveredByteLength;
  }

  read(target: Uint8Array): void {
    if (target.byteLength > this.unreadByteLength) {
      throw new RangeError(`cannot read ${target.byteLength} bytes, ${this.unreadByteLength} unread`);
    }
    this.#unread?.read(target);
    if (this.unreadByteLength === 0) this.#unread = undefined;
    this.#incoming.onRead();
    if (this.#state === "ending" && this.#unread === undefined) {
      this.#clock.defer(() => this.#reportEnd());
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#state === "ending") {
      return this.#window;
    }
    if (this.#state !== "open") {
      throw new Error(`cannot write to a stream that is ${this.#state}`);
    }
    const room = this.#room();
    if (bytes.byteLength > room) {
      throw new RangeError(`cannot write ${bytes.byteLength} bytes, room for ${room}`);
    }
    this.#outgoing.send(bytes);
    this.#announced = room - bytes.byteLength;
    return this.#announced;
  }

  close(): void {
    if (this.#state === "opening") {
      this.reset();
    } else if (this.#state !== "closed") {
      this.#outgoing.end();
      this.#leave();
    }
  }

  /** Ends the stream abruptly: what has not departed is discarded, the peer sees a reset, the own handler nothing. */
  reset(): void {
    if (this.#state !== "closed") {
      this.#outgoing.signal("reset");
      this.#leave();
    }
  }

  /** The same, but the own handler hears `onError(cause)`. */
  drop(cause: unknown): void {
    if (this.#state !== "closed") {
      this.#outgoing.signal("reset");
      // Announced bytes stay readable until then: the handler may be in the middle of reading them.
      this.#state = "ending";
      this.#cause = cause;
      this.#clock.defer(() => this.#reportEnd());
    }
  }

  /** Ends as a device without power does: no callback, and nothing for the peer either. */
  vanish(): void {
    this.#outgoing.setState("lost");
    this.#incoming.setState("lost");
    this.#leave();
  }

  /** For the network: who is told. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
  }

  /** For the network, at the server's end: the connection stands, and the device is told so. */
  grant(handler: TransportHandler): void {
    this.#handler = handler;
    this.#clock.defer(() => this.opened());
    this.#outgoing.signal("open");
  }

  /** For the network: the connection stands. */
  opened(): void {
    if (this.#state === "opening") {
      this.#state = "open";
      this.#announced = this.#window;
      this.#handler?.onWritable(this.#window);
    }
  }

  /** For the network: the connection is gone, or never came about. */
  ended(cause: unknown): void {
    if (this.#state !== "opening" && this.#state !== "open") {
      return;
    }
    this.#state = "ending";
    this.#cause = cause;
    if (this.#unread === undefined) {
      this.#reportEnd();
    } else if (this.#announced < this.#window) {
      // A handler that reads no further before it can write would else wait for ever.
      this.#announced = this.#window;
      this.#handler?.onWritable(this.#window);
    }
  }

  /** For the pipe. */
  onBytes(bytes: Uint8Array): void {
    if (this.#state === "open") {
      this.#unread ??= new ChunkQueue();
      this.#unread.append(bytes);
      this.#handler?.onReadable(this.#unread.byteLength);
    }
  }

  /** For the pipe. */
  onSignal(signal: Signal): void {
    switch (signal) {
      case "request":
        this.#owner.onRequest();
        break;
      case "open":
        this.opened();
        break;
      case "end":
        this.ended(undefined);
        break;
      case "reset":
        this.ended(
          networkError(this.#state === "opening" ? "ECONNREFUSED" : "ECONNRESET", this.#owner.endpoint),
        );
        break;
    }
  }

  /** For the pipe. */
  onDelivered(): void {
    const room = this.#state === "open" ? this.#room() : 0;
    if (room > this.#announced) {
      this.#announced = room;
      this.#handler?.onWritable(room);
    }
  }

  #room(): number {
    return this.#window - this.#outgoing.undeliveredByteLength;
  }

  #reportEnd(): void {
    if (this.#state === "ending") {
      this.#leave();
      this.#handler?.onError(this.#cause);
    }
  }

  #leave(): void {
    if (this.#state !== "closed") {
      this.#state = "closed";
      this.#unread = undefined;
      this.#owner.onOver();
    }
  }
}
