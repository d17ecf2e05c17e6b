/** One TCP connection as an ECMA-419-shaped stream: byte counts in both directions instead of Node's stream events. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Endpoint, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import { ByteQueue } from "./byte-queue.js";
import { legibleError } from "./legible-error.js";
import { NodeSender } from "./node-sender.js";
import type { NodeTransportOptions } from "./node-transport.js";

const READ_SIZE = 65_536;

/** `ending`: the socket is gone, but the handler has not been told yet because bytes are still unread. */
type State = "opening" | "open" | "ending" | "closed";

/** Node reads into one buffer that is reused; from there the bytes are copied once, to where the handler wants them. */
export class NodeStream implements Transport {
  readonly #handler: TransportHandler;
  readonly #siblings: Set<NodeStream>;
  readonly #window: number;
  readonly #unreadLimit: number;
  readonly #lingerTimeout: number;
  /** Neither exists when Node refuses the endpoint itself. */
  readonly #socket: Socket | undefined;
  readonly #sender: NodeSender | undefined;
  #state: State = "opening";
  #cause: unknown;

  readonly #received = Buffer.allocUnsafeSlow(READ_SIZE);
  /** The unread part of `#received` while the handler is being told of it; empty at any other time. */
  #receivedStart = 0;
  #receivedEnd = 0;
  /** What the handler left unread. */
  readonly #unread = new ByteQueue();
  #isPaused = false;

  /** Removes itself from `siblings` when it is over. */
  constructor(
    endpoint: Endpoint,
    handler: TransportHandler,
    options: NodeTransportOptions,
    siblings: Set<NodeStream>,
  ) {
    this.#handler = handler;
    this.#siblings = siblings;
    this.#window = options.window ?? 65_536;
    this.#unreadLimit = options.unreadLimit ?? 65_536;
    this.#lingerTimeout = options.lingerTimeout ?? 2_000;
    try {
      this.#socket = this.#connect(endpoint, options);
      this.#sender = new NodeSender(this.#socket, this.#window, (room) => this.#onRoom(room));
    } catch (error) {
      // A port out of range, for one: failures are reported, never thrown.
      process.nextTick(() => this.#onEnd(error));
    }
  }

  read(target: Uint8Array): void {
    const inQueue = this.#unread.byteLength;
    const available = inQueue + this.#receivedEnd - this.#receivedStart;
    if (target.byteLength > available) {
      throw new RangeError(`cannot read ${target.byteLength} bytes, ${available} unread`);
    }
    if (inQueue === 0) {
      this.#receivedStart += this.#received.copy(target, 0, this.#receivedStart, this.#receivedEnd);
    } else if (target.byteLength <= inQueue) {
      this.#unread.read(target);
    } else {
      this.#unread.read(target.subarray(0, inQueue));
      this.#receivedStart += this.#received.copy(target, inQueue, this.#receivedStart, this.#receivedEnd);
    }
    if (this.#isPaused && this.#unread.byteLength < this.#unreadLimit) {
      this.#isPaused = false;
      this.#socket?.resume();
    }
    if (this.#state === "ending" && this.#unread.byteLength === 0) {
      process.nextTick(() => this.#reportEnd());
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#state === "ending") {
      // The network is gone and the handler about to hear of it: until then all it writes goes nowhere.
      return this.#window;
    }
    if (this.#state !== "open" || this.#sender === undefined) {
      throw new Error(`cannot write to a stream that is ${this.#state}`);
    }
    return this.#sender.write(bytes);
  }

  close(): void {
    const wasOpen = this.#state === "open";
    const wasClosed = this.#state === "closed";
    this.#leave();
    if (wasOpen) {
      this.#endOrderly();
    } else if (!wasClosed) {
      this.#socket?.destroy();
    }
  }

  /** Cuts the connection off with a reset and reports `cause`. */
  drop(cause: unknown): void {
    if (this.#state !== "closed") {
      this.#cutOff();
      // Announced bytes stay readable until then: the handler may be in the middle of reading them.
      this.#siblings.delete(this);
      this.#state = "ending";
      this.#cause = cause;
      process.nextTick(() => this.#reportEnd());
    }
  }

  /** Cuts the connection off with a reset and reports nothing. */
  destroy(): void {
    this.#cutOff();
    this.#leave();
  }

  #cutOff(): void {
    if (this.#state === "open") {
      this.#socket?.resetAndDestroy();
    } else {
      this.#socket?.destroy();
    }
  }

  #connect(endpoint: Endpoint, options: NodeTransportOptions): Socket {
    const socket = connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: options.addressTimeout ?? 2_500,
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
      onread: { buffer: this.#received, callback: (byteLength) => this.#onBytes(byteLength) },
    });
    socket.on("connect", () => this.#onConnect());
    socket.on("error", (error) => this.#onEnd(legibleError(error)));
    socket.on("end", () => this.#onEnd(undefined));
    socket.on("close", () => this.#onEnd(undefined));
    return socket;
  }

  #onConnect(): void {
    if (this.#state === "opening") {
      this.#state = "open";
      this.#handler.onWritable(this.#window);
    }
  }

  #onRoom(room: number): void {
    if (this.#state === "open") {
      this.#handler.onWritable(room);
    }
  }

  /** Returns whether to go on reading. */
  #onBytes(byteLength: number): boolean {
    if (this.#state !== "open") {
      return true;
    }
    this.#sender?.onTurn();
    this.#receivedStart = 0;
    this.#receivedEnd = byteLength;
    this.#handler.onReadable(this.#unread.byteLength + byteLength);
    if (this.#receivedStart < this.#receivedEnd) {
      this.#unread.append(this.#received.subarray(this.#receivedStart, this.#receivedEnd));
    }
    this.#receivedStart = 0;
    this.#receivedEnd = 0;
    this.#isPaused = this.#unread.byteLength >= this.#unreadLimit;
    return !this.#isPaused;
  }

  #onEnd(cause: unknown): void {
    if (this.#state !== "opening" && this.#state !== "open") {
      return;
    }
    this.#state = "ending";
    this.#cause = cause;
    if (this.#unread.byteLength === 0) {
      this.#reportEnd();
    } else if (this.#sender?.isRoomShort === true) {
      // A handler that reads no further before it can write would else wait for ever.
      this.#handler.onWritable(this.#window);
    }
  }

  #reportEnd(): void {
    if (this.#state === "ending") {
      this.#leave();
      this.#socket?.destroy();
      this.#handler.onError(this.#cause);
    }
  }

  #leave(): void {
    this.#state = "closed";
    this.#siblings.delete(this);
    this.#unread.clear();
    this.#receivedStart = 0;
    this.#receivedEnd = 0;
  }

  #endOrderly(): void {
    const socket = this.#socket;
    if (socket === undefined) {
      return;
    }
    this.#sender?.flush();
    const linger = setTimeout(() => socket.destroy(), this.#lingerTimeout).unref();
    socket.once("close", () => clearTimeout(linger));
    // Once everything is with the network, nothing is left that should keep the process alive.
    socket.end(() => socket.unref());
    socket.resume();
  }
}
