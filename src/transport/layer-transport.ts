/**
 * Drives a layer: a transport over another one, with everything that the layer leaves to it, which is flow control,
 * the order of callbacks, and the end.
 *
 * Nothing is kept here. What the layer has no space for stays below, unread; what above writes goes below in the same
 * call, since above never hears of more room than there is below. So memory is bounded by what the layer holds.
 *
 * It is longer than most files here because both sides of the contract of `Transport` meet in it.
 */

import type {
  Milliseconds,
  OpeningStage,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
} from "../mqtt/ports.js";
import type { Opener } from "./opener.js";
import type { StreamLayer } from "./stream-layer.js";

/** A layer that is nothing but a handshake may say so. */
export interface DrivenLayer extends StreamLayer {
  /** True: once it is open, bytes pass as they are. It is then gone round, and not asked any more. */
  readonly transparent?: boolean;
}

/**
 * | state    | event                                             | next               |
 * |----------|---------------------------------------------------|--------------------|
 * | opening  | the layer is open                                 | open, or bypassed  |
 * | opening  | the layer is closed                               | ending             |
 * | open     | the layer is closed                               | ending             |
 * | bypassed | the stream below ends                             | closed             |
 * | ending   | all is read, and the stream below is over: report | closed             |
 * | any      | `close`                                           | closed             |
 */
type State = "opening" | "open" | "bypassed" | "ending" | "closed";

/** How long the layer's last bytes wait for room below before they are given up. */
const GOODBYE_TIMEOUT: Milliseconds = 1_000;
/** Room announced at the end to whoever would write before reading on; the bytes go nowhere. */
const ENDING_ROOM = 1_024;

export class LayerTransport implements Transport, TransportHandler {
  /** Of the layer, or else of the stream below. */
  peerVerified?: boolean;
  readonly #layer: DrivenLayer;
  readonly #timers: TimerProvider;
  readonly #handler: TransportHandler;
  readonly #below: Transport;
  #belowState: "opening" | "open" | "over" = "opening";
  #state: State = "opening";
  /** Announced by the stream below and not read: bytes to read, room to write. */
  #unread = 0;
  #room = 0;
  /** The same, as announced to the handler. */
  #readable = 0;
  #writable = 0;
  #inTurn = false;
  #timer: Timer | undefined;

  /** Opens the stream below; the layer starts when that is open. */
  constructor(layer: DrivenLayer, below: Opener, timers: TimerProvider, handler: TransportHandler) {
    this.#layer = layer;
    this.#timers = timers;
    this.#handler = handler;
    this.#below = below(this);
  }

  read(target: Uint8Array): void {
    if (this.#state === "bypassed") {
      this.#below.read(target);
      return;
    }
    if (target.length > this.#readable) {
      throw new RangeError(`cannot read ${target.length} bytes, ${this.#readable} unread`);
    }
    this.#layer.read(target);
    this.#readable -= target.length;
    const { readable } = this.#layer;
    const isNews =
      this.#state === "ending"
        ? readable === 0 && this.#belowState === "over"
        : this.#unread > 0 || readable > this.#readable || this.#layer.state === "closed";
    if (isNews) this.#turnLater();
  }

  write(bytes: Uint8Array): number {
    if (this.#state === "bypassed") return this.#below.write(bytes);
    // As with the stream below: until the handler hears of the end, all it writes goes nowhere.
    if (this.#state === "ending") return ENDING_ROOM;
    if (this.#state !== "open") throw new Error(`cannot write to a stream that is ${this.#state}`);
    if (bytes.length > this.#writable) {
      throw new RangeError(`cannot write ${bytes.length} bytes, room for ${this.#writable}`);
    }
    if (bytes.length > 0) {
      this.#layer.write(bytes);
      this.#transmit();
      this.#writable = this.#layer.writable(this.#room);
      if (this.#layer.state === "closed") this.#turnLater();
    }
    return this.#writable;
  }

  close(): void {
    const state = this.#state;
    if (state === "closed") return;
    this.#state = "closed";
    this.#readable = 0;
    this.#timer?.cancel();
    if (state !== "bypassed") {
      this.#layer.close();
      this.#transmit();
    }
    this.#endBelow();
  }

  /** For the stream below. */
  onReadable(byteLength: number): void {
    if (this.#state === "bypassed") {
      this.#handler.onReadable(byteLength);
      return;
    }
    this.#unread = byteLength;
    this.#turn();
  }

  /** For the stream below. */
  onWritable(byteLength: number): void {
    if (this.#state === "bypassed") {
      this.#handler.onWritable(byteLength);
      return;
    }
    this.#room = byteLength;
    if (this.#belowState === "opening") {
      this.#belowState = "open";
      this.#handler.onStage?.(this.#layer.stage);
      if (this.#state === "closed") return;
      this.#layer.opened();
    }
    this.#turn();
  }

  /** For the stream below. */
  onError(cause?: unknown): void {
    this.#belowState = "over";
    this.#room = 0;
    if (this.#state === "bypassed") {
      this.#state = "closed";
      this.#handler.onError(cause);
      return;
    }
    this.#layer.lost(cause);
    this.#turn();
  }

  /** For the stream below. */
  onStage(stage: OpeningStage): void {
    this.#handler.onStage?.(stage);
  }

  #turnLater(): void {
    if (!this.#inTurn) this.#schedule(0);
  }

  #schedule(delay: Milliseconds): void {
    this.#timer ??= this.#timers.create(() => this.#expired());
    this.#timer.schedule(delay);
  }

  #expired(): void {
    // Either there is nothing left to say, or it has waited long enough.
    if (this.#state === "ending") this.#endBelow();
    this.#turn();
  }

  /** Does everything that can be done now. */
  #turn(): void {
    this.#inTurn = true;
    try {
      while (this.#step()) {
        // Until nothing is left to do.
      }
    } finally {
      this.#inTurn = false;
    }
  }

  /** One round, with one callback at most; returns whether another one may find something to do. */
  #step(): boolean {
    const layer = this.#layer;
    if (this.#state === "closed" || this.#state === "bypassed") return false;
    const received = layer.state !== "closed" && this.#receive();
    const moved = this.#transmit() || received;
    if (layer.state === "closed") return this.#end();
    if (this.#state === "opening") return layer.state === "open" ? this.#open() : moved;
    const room = layer.writable(this.#room);
    // It may have become less, by what the layer itself has sent.
    if (room !== this.#writable) return this.#announceRoom(room);
    return this.#announceReadable() || moved;
  }

  /** Feeds the layer with what it has space for; returns whether that was anything. */
  #receive(): boolean {
    const layer = this.#layer;
    const { state } = layer;
    let any = false;
    // When the layer opens, the handler hears of it before the layer gets the bytes that follow.
    while (this.#unread > 0 && layer.state === state) {
      const space = layer.space(this.#unread);
      if (space.length === 0) break;
      this.#below.read(space);
      this.#unread -= space.length;
      layer.received(space.length);
      any = true;
    }
    return any;
  }

  /** Sends what the layer has to send; returns whether that was anything. All of it, if there is room left. */
  #transmit(): boolean {
    let any = false;
    while (this.#room > 0) {
      const bytes = this.#layer.nextTransmit(this.#room);
      if (bytes === undefined) break;
      this.#room = this.#below.write(bytes);
      any = true;
    }
    return any;
  }

  #open(): boolean {
    const peerVerified = this.#layer.peerVerified ?? this.#below.peerVerified;
    if (peerVerified !== undefined) this.peerVerified = peerVerified;
    if (this.#layer.transparent !== true) {
      this.#state = "open";
      return this.#announceRoom(this.#layer.writable(this.#room));
    }
    this.#state = "bypassed";
    this.#handler.onWritable(this.#room);
    if (this.#state === "bypassed" && this.#unread > 0) this.#handler.onReadable(this.#unread);
    return false;
  }

  #announceRoom(room: number): boolean {
    this.#writable = room;
    this.#handler.onWritable(room);
    return true;
  }

  #announceReadable(): boolean {
    const { readable } = this.#layer;
    if (readable <= this.#readable) return false;
    this.#readable = readable;
    this.#handler.onReadable(readable);
    return true;
  }

  /** The layer is closed: its last bytes go out, what it still has is read, and then the end is reported. */
  #end(): boolean {
    if (this.#belowState === "open") {
      if (this.#room > 0) this.#endBelow();
      else if (this.#state !== "ending") this.#schedule(GOODBYE_TIMEOUT);
    }
    this.#state = "ending";
    if (this.#layer.readable > 0) {
      // A handler that reads no further before it can write would else wait for ever.
      if (this.#writable < ENDING_ROOM) return this.#announceRoom(ENDING_ROOM);
      return this.#announceReadable();
    }
    if (this.#belowState === "over") {
      this.#state = "closed";
      this.#timer?.cancel();
      this.#handler.onError(this.#layer.cause);
    }
    return false;
  }

  #endBelow(): void {
    this.#belowState = "over";
    this.#room = 0;
    this.#below.close();
  }
}
