/** One direction of a virtual connection: takes bytes from one end and delivers them to the other in virtual time. */

import type { Clock, Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import { ByteQueue } from "../io/byte-queue.js";

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
}

/** What a receiver holds and what is on its way to it, at most; more waits at the sender. */
const RECEIVE_WINDOW = 65_536;

export class VirtualPipe {
  conditions: LinkConditions;
  /** Set once by each end as it comes into being. */
  sender: PipeEnd | undefined;
  receiver: PipeEnd | undefined;
  readonly #clock: Clock;
  readonly #departure: Timer;
  readonly #arrival: Timer;
  readonly #waiting = new ByteQueue();
  #departing = false;
  #ending = false;
  /** Oldest first from `#head` on, in the order of their times. */
  #underway: Delivery[] = [];
  #head = 0;
  #underwayByteLength = 0;
  #lostByteLength = 0;
  /** When the link has carried all that departed. */
  #busyUntil: Milliseconds = 0;
  #lastTime: Milliseconds = 0;
  #state: PipeState = "up";

  constructor(clock: Clock & TimerProvider, conditions: LinkConditions) {
    this.#clock = clock;
    this.conditions = conditions;
    this.#departure = clock.create(() => this.#depart());
    this.#arrival = clock.create(() => this.#arrive());
  }

  get state(): PipeState {
    return this.#state;
  }

  /** Bytes taken and not delivered; lost ones count for ever, as nobody acknowledges them. */
  get undeliveredByteLength(): number {
    return this.#waiting.byteLength + this.#underwayByteLength + this.#lostByteLength;
  }

  /** Takes a copy of `bytes`. All that is sent in one turn departs together. */
  send(bytes: Uint8Array): void {
    this.#waiting.append(bytes);
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
      this.#waiting.clear();
      this.#ending = false;
    }
    this.#dispatch(signal, 0);
  }

  /** The receiver has read something: what waited for that may depart. */
  onRead(): void {
    if (this.#waiting.byteLength > 0) {
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
      this.#arrival.cancel();
    }
    if (state === "lost") {
      this.#lostByteLength += this.#underwayByteLength;
      this.#underwayByteLength = 0;
      this.#underway = [];
      this.#head = 0;
    }
  }

  #departSoon(): void {
    if (!this.#departing) {
      this.#departing = true;
      this.#departure.schedule(0);
    }
  }

  #depart(): void {
    this.#departing = false;
    const { segment, bandwidth } = this.conditions;
    while (this.#waiting.byteLength > 0) {
      const unread = this.receiver?.unreadByteLength ?? 0;
      const room = RECEIVE_WINDOW - unread - this.#underwayByteLength;
      if (room <= 0) {
        return;
      }
      const bytes = this.#waiting.take(Math.min(segment, room));
      this.#dispatch(bytes, (bytes.byteLength * 1_000) / bandwidth);
    }
    if (this.#ending) {
      this.#ending = false;
      this.#dispatch("end", 0);
    }
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
    this.#underway.push({ time: this.#lastTime, content });
    if (this.#underway.length - this.#head === 1) {
      this.#awaitArrival();
    }
  }

  #awaitArrival(): void {
    const next = this.#underway[this.#head];
    if (next !== undefined && this.#state === "up") {
      this.#arrival.schedule(next.time - this.#clock.now());
    }
  }

  #arrive(): void {
    const delivery = this.#underway[this.#head];
    if (delivery === undefined) {
      return;
    }
    this.#head += 1;
    if (this.#head === this.#underway.length) {
      this.#underway = [];
      this.#head = 0;
    }
    this.#awaitArrival();
    if (typeof delivery.content === "string") {
      this.receiver?.onSignal(delivery.content);
    } else {
      this.#underwayByteLength -= delivery.content.byteLength;
      this.receiver?.onBytes(delivery.content);
      this.sender?.onDelivered();
      this.onRead();
    }
  }
}
