/** One direction of a virtual connection: takes bytes from one end and delivers them to the other in virtual time. */

import type { Milliseconds, Timer } from "../../src/mqtt/ports.js";
import { ChunkQueue } from "./chunk-queue.js";
import type { VirtualClock } from "./virtual-clock.js";

/** How good a link is. */
export interface LinkConditions {
  /** From one end to the other, in ms; a connection takes two of it to open. Default: 0. */
  readonly latency: Milliseconds;
  /** Bytes per second in each direction. Default: infinite. */
  readonly bandwidth: number;
  /** The most bytes that are delivered at once, down to 1. Default: infinite. */
  readonly segment: number;
}

/** What goes over a pipe besides bytes: a connection is asked for, granted, ended, ended abruptly or refused. */
export type Signal = "request" | "open" | "end" | "reset";

/** `stalled`: nothing arrives, but nothing is lost either. `lost`: all that is on its way, and all that follows, is. */
export type PipeState = "up" | "stalled" | "lost";

/** An end of a connection, which receives from one pipe and sends by another. */
export interface PipeEnd {
  /** Bytes delivered and not yet read by the application. */
  readonly unreadByteLength: number;
  onBytes(bytes: Uint8Array): void;
  onSignal(signal: Signal): void;
  /** Bytes it sent were delivered: there may be more room than before. */
  onDelivered(): void;
}

interface Delivery {
  readonly time: Milliseconds;
  readonly content: Uint8Array | Signal;
  /** The one after it. */
  next: Delivery | undefined;
}

/** What a receiver holds and what is on its way to it, at most; more waits at the sender. */
const RECEIVE_WINDOW = 65_536;

/** Holds next to nothing while nothing is underway, since most connections are quiet at most times. */
export class VirtualPipe {
  conditions: LinkConditions;
  /** Set once by each end as it comes into being. */
  sender: PipeEnd | undefined;
  receiver: PipeEnd | undefined;
  readonly #clock: VirtualClock;
  /** What is sent and has not departed. */
  #waiting: ChunkQueue | undefined;
  #departing = false;
  #ending = false;
  /** What is underway, in the order of its times, as a list. */
  #firstUnderway: Delivery | undefined;
  #lastUnderway: Delivery | undefined;
  /** Of the first that is underway. */
  #arrival: Timer | undefined;
  #underwayByteLength = 0;
  #lostByteLength = 0;
  /** When the link has carried all that departed. */
  #busyUntil: Milliseconds = 0;
  #lastTime: Milliseconds = 0;
  #state: PipeState = "up";

  constructor(clock: VirtualClock, conditions: LinkConditions) {
    this.#clock = clock;
    this.conditions = conditions;
  }

  get #waitingByteLength(): number {
    return this.#waiting === undefined ? 0 : this.#waiting.byteLength;
  }

  get state(): PipeState {
    return this.#state;
  }

  /** Bytes taken and not delivered; lost ones count for ever, as nobody acknowledges them. */
  get undeliveredByteLength(): number {
    return this.#waitingByteLength + this.#underwayByteLength + this.#lostByteLength;
  }

  /** Takes a copy of `bytes`. All that is sent in one turn departs together. */
  send(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#waiting ??= new ChunkQueue();
    this.#waiting.append(Buffer.from(bytes));
    this.#departSoon();
  }

  /** Ends the stream after everything sent. */
  end(): void {
    this.#ending = true;
    this.#departSoon();
  }

  /** Sends `signal` at once, ahead of the bytes that have not departed; a reset discards those. */
  signal(signal: Signal): void {
    if (signal === "reset") {
      this.#waiting = undefined;
      this.#ending = false;
    }
    this.#dispatch(signal, 0);
  }

  /** The receiver has read something: what waited for that may depart. */
  onRead(): void {
    if (this.#waiting !== undefined) {
      this.#departSoon();
    }
  }

  /** After `lost` there is no way back: the bytes are gone. */
  setState(state: PipeState): void {
    if (this.#state === "lost") {
      return;
    }
    this.#state = state;
    if (state === "up") {
      this.#awaitArrival();
    } else {
      this.#arrival?.cancel();
    }
    if (state === "lost") {
      this.#lostByteLength += this.#underwayByteLength;
      this.#underwayByteLength = 0;
      this.#firstUnderway = undefined;
      this.#lastUnderway = undefined;
      this.#arrival = undefined;
    }
  }

  #departSoon(): void {
    if (!this.#departing) {
      this.#departing = true;
      this.#clock.defer(() => this.#depart());
    }
  }

  #depart(): void {
    this.#departing = false;
    const { segment, bandwidth } = this.conditions;
    while (this.#waiting !== undefined) {
      const unread = this.receiver?.unreadByteLength ?? 0;
      const room = RECEIVE_WINDOW - unread - this.#underwayByteLength;
      if (room <= 0) {
        return;
      }
      const bytes = this.#waiting.take(Math.min(segment, room));
      if (this.#waiting.byteLength === 0) this.#waiting = undefined;
      if (this.#isInstant) {
        // What is left, or was sent meanwhile, departs in a turn of its own.
        this.#deliver(bytes);
        if (this.#waiting !== undefined) return;
      } else {
        this.#dispatch(bytes, (bytes.byteLength * 1_000) / bandwidth);
      }
    }
    if (this.#ending) {
      this.#ending = false;
      this.#dispatch("end", 0);
    }
  }

  /** Whether bytes arrive as they depart. */
  get #isInstant(): boolean {
    const { bandwidth, latency } = this.conditions;
    const isFast = latency === 0 && bandwidth === Number.POSITIVE_INFINITY;
    return isFast && this.#firstUnderway === undefined && this.#state === "up";
  }

  #dispatch(content: Uint8Array | Signal, duration: Milliseconds): void {
    const byteLength = typeof content === "string" ? 0 : content.byteLength;
    if (this.#state === "lost") {
      this.#lostByteLength += byteLength;
      return;
    }
    this.#busyUntil = Math.max(this.#clock.now(), this.#busyUntil) + duration;
    // Nothing overtakes, not even when the latency has just become less.
    this.#lastTime = Math.max(this.#lastTime, this.#busyUntil + this.conditions.latency);
    this.#underwayByteLength += byteLength;
    const delivery: Delivery = { time: this.#lastTime, content, next: undefined };
    const last = this.#lastUnderway;
    this.#lastUnderway = delivery;
    if (last !== undefined) {
      last.next = delivery;
      return;
    }
    this.#firstUnderway = delivery;
    this.#awaitArrival();
  }

  #awaitArrival(): void {
    const next = this.#firstUnderway;
    if (next !== undefined && this.#state === "up") {
      this.#arrival ??= this.#clock.create(() => this.#arrive());
      this.#arrival.schedule(next.time - this.#clock.now());
    }
  }

  #arrive(): void {
    const delivery = this.#firstUnderway;
    if (delivery === undefined) {
      return;
    }
    this.#firstUnderway = delivery.next;
    if (delivery.next === undefined) {
      this.#lastUnderway = undefined;
      this.#arrival = undefined;
    }
    this.#awaitArrival();
    if (typeof delivery.content === "string") {
      this.receiver?.onSignal(delivery.content);
    } else {
      this.#underwayByteLength -= delivery.content.byteLength;
      this.#deliver(delivery.content);
    }
  }

  #deliver(bytes: Uint8Array): void {
    this.receiver?.onBytes(bytes);
    this.sender?.onDelivered();
    this.onRead();
  }
}
