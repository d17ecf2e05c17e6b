/** One of Node's streams as an ECMA-419-shaped one: byte counts in both directions instead of Node's events. */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Milliseconds, OpeningStage, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import { ByteQueue } from "./byte-queue.js";
import { NodeSender } from "./node-sender.js";

/** How a stream behaves; the defaults suit a device and a benchmark alike. */
export interface StreamOptions {
  /** Bytes that may wait to be sent: the most `onWritable` ever announces. Default: 65,536. */
  readonly window?: number;
  /** Received bytes that may wait to be read before the peer is held back. Default: 65,536. */
  readonly unreadLimit?: number;
  /** How long a closed stream waits for its peer to end it too, before it is cut off. Default: 2,000 ms. */
  readonly lingerTimeout?: Milliseconds;
}

const NOTHING = new Uint8Array(0);

/** `ending`: the socket is gone, but the handler has not been told yet because bytes are still unread. */
type State = "opening" | "open" | "ending" | "closed";

/**
 * Whoever makes one attaches the socket and tells of its events by `opened`, `received` and `ended`. Received bytes are
 * copied once, to where the handler wants them.
 */
export class NodeStream extends NodeSender implements Transport {
  peerVerified?: boolean;
  readonly #handler: TransportHandler;
  readonly #options: StreamOptions;
  readonly #onOver: ((stream: NodeStream) => void) | undefined;
  #state: State = "opening";
  #cause: unknown;

  /** What has just been received, while the handler is being told of it; empty at any other time. */
  #received: Uint8Array = NOTHING;
  #receivedStart = 0;
  #receivedEnd = 0;
  /** What the handler left unread; made when it first does. */
  #unread: ByteQueue | undefined;
  #isPaused = false;

  /** @param onOver called when the handler will hear nothing more */
  constructor(handler: TransportHandler, options: StreamOptions, onOver?: (stream: NodeStream) => void) {
    super(options.window ?? 65_536);
    this.#handler = handler;
    this.#options = options;
    this.#onOver = onOver;
  }

  read(target: Uint8Array): void {
    const inQueue = this.#unreadLength;
    const available = inQueue + this.#receivedEnd - this.#receivedStart;
    if (target.byteLength > available) {
      throw new RangeError(`cannot read ${target.byteLength} bytes, ${available} unread`);
    }
    const fromQueue = Math.min(inQueue, target.byteLength);
    if (fromQueue > 0) {
      this.#unread?.read(target.subarray(0, fromQueue));
    }
    if (fromQueue < target.byteLength) {
      const start = this.#receivedStart;
      this.#receivedStart = start + target.byteLength - fromQueue;
      target.set(this.#received.subarray(start, this.#receivedStart), fromQueue);
    }
    if (this.#isPaused && !this.#isFull) {
      this.#isPaused = false;
      this.socket?.resume();
    }
    if (this.#state === "ending" && this.#unreadLength === 0) {
      process.nextTick(() => this.#reportEnd());
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#state === "ending") {
      // The network is gone and the handler about to hear of it: until then all it writes goes nowhere.
      return this.window;
    }
    if (this.#state !== "open") {
      throw new Error(`cannot write to a stream that is ${this.#state}`);
    }
    return this.send(bytes);
  }

  close(): void {
    const wasOpen = this.#state === "open";
    const wasClosed = this.#state === "closed";
    this.#leave();
    if (wasOpen) {
      this.#endOrderly();
    } else if (!wasClosed) {
      this.socket?.destroy();
    }
  }

  /** Cuts the connection off with a reset and reports `cause`. */
  drop(cause: unknown): void {
    if (this.#state !== "closed") {
      this.#cutOff();
      // Announced bytes stay readable until then: the handler may be in the middle of reading them.
      this.#state = "ending";
      this.#cause = cause;
      this.#onOver?.(this);
      process.nextTick(() => this.#reportEnd());
    }
  }

  /** Cuts the connection off with a reset and reports nothing. */
  destroy(): void {
    this.#cutOff();
    this.#leave();
  }

  get isOpening(): boolean {
    return this.#state === "opening";
  }

  /** What is read is pulled from `socket` by its owner; what is written goes there. */
  attach(socket: Duplex): void {
    this.socket = socket;
  }

  /** Bytes may be written from now on. */
  opened(peerVerified?: boolean): void {
    if (this.#state === "opening") {
      this.#state = "open";
      if (peerVerified !== undefined) this.peerVerified = peerVerified;
      this.#handler.onWritable(this.window);
    }
  }

  /** For whoever opens the socket: a stage of that begins. */
  began(stage: OpeningStage): void {
    if (this.#state === "opening") this.#handler.onStage?.(stage);
  }

  protected override onRoom(room: number): void {
    if (this.#state === "open") {
      this.#handler.onWritable(room);
    }
  }

  /**
   * The first `byteLength` bytes of `bytes` have come, which may be reused afterwards. Returns whether to go on
   * reading; if not, `resume` follows.
   */
  received(bytes: Uint8Array, byteLength = bytes.byteLength): boolean {
    if (this.#state !== "open") {
      return true;
    }
    this.onTurn();
    this.#received = bytes;
    this.#receivedStart = 0;
    this.#receivedEnd = byteLength;
    this.#handler.onReadable(this.#unreadLength + byteLength);
    if (this.#receivedStart < this.#receivedEnd) {
      this.#unread ??= new ByteQueue();
      this.#unread.append(this.#received.subarray(this.#receivedStart, this.#receivedEnd));
    }
    this.#forgetReceived();
    this.#isPaused = this.#isFull;
    return !this.#isPaused;
  }

  /** The socket is gone: ended by the peer (no cause) or broken. Only the first call counts. */
  ended(cause: unknown): void {
    if (this.#state !== "opening" && this.#state !== "open") {
      return;
    }
    this.#state = "ending";
    this.#cause = cause;
    if (this.#unreadLength === 0) {
      this.#reportEnd();
    } else if (this.isRoomShort) {
      // A handler that reads no further before it can write would else wait for ever.
      this.#handler.onWritable(this.window);
    }
  }

  get gathers(): boolean {
    return true;
  }

  get #unreadLength(): number {
    return this.#unread === undefined ? 0 : this.#unread.byteLength;
  }

  /** Whether so much is unread that the peer is to be held back. */
  get #isFull(): boolean {
    return this.#unreadLength >= (this.#options.unreadLimit ?? 65_536);
  }

  #cutOff(): void {
    if (this.#state === "open" && this.socket instanceof Socket) {
      this.socket.resetAndDestroy();
    } else {
      this.socket?.destroy();
    }
  }

  #reportEnd(): void {
    if (this.#state === "ending") {
      this.#leave();
      this.socket?.destroy();
      this.#handler.onError(this.#cause);
    }
  }

  #leave(): void {
    this.#state = "closed";
    this.#unread = undefined;
    this.#forgetReceived();
    this.#onOver?.(this);
  }

  #forgetReceived(): void {
    this.#received = NOTHING;
    this.#receivedStart = 0;
    this.#receivedEnd = 0;
  }

  #endOrderly(): void {
    const socket = this.socket;
    if (socket === undefined) {
      return;
    }
    this.flush();
    const linger = setTimeout(() => socket.destroy(), this.#options.lingerTimeout ?? 2_000).unref();
    socket.once("close", () => clearTimeout(linger));
    socket.end(() => {
      // Once everything is with the network, nothing is left that should keep the process alive.
      if (socket instanceof Socket) socket.unref();
    });
    socket.resume();
  }
}
