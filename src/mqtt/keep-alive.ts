/**
 * When to send PINGREQ, and when to give the link up (section 3.1.2.10).
 *
 * The specification only wants something sent in every keep alive period. A device also wants to know that somebody
 * is still there: with nothing but QoS 0 going out, a half-open link would look healthy until TCP gives up, minutes
 * later. So PINGREQ is due when nothing was sent, or nothing was received, for the period; and the link is given up
 * when after PINGREQ nothing at all arrives for the response timeout. A half-open link is thus found within
 * keep alive + response timeout of the last byte received. Only a long packet puts that off: while PINGREQ waits
 * behind it and it makes headway, somebody is there.
 */

import type { Milliseconds } from "./ports.js";

/** Sent this much before the period is over, so that the gap never exceeds it: a tenth, at most 1 s. */
const MARGIN_SHARE = 0.1;
const MARGIN_MAXIMUM: Milliseconds = 1000;

export interface KeepAliveOptions {
  /** Seconds, as on the wire; 0 turns everything off. */
  readonly keepAlive: number;
  /** From PINGREQ to PINGRESP. */
  readonly responseTimeout: Milliseconds;
}

export class KeepAlive {
  private readonly options: KeepAliveOptions;
  /** When something was handed to the transport last; set for every packet by the connection and by the fast path. */
  lastSent: Milliseconds;
  /** When something arrived last; set as `lastSent` is. */
  lastReceived: Milliseconds;
  /** When the PINGREQ that waits for its PINGRESP became due. */
  private asked: Milliseconds | undefined;

  constructor(options: KeepAliveOptions, now: Milliseconds) {
    this.options = options;
    this.lastSent = now;
    this.lastReceived = now;
  }

  /** A part of the packet that PINGREQ waits behind was handed over: the peer takes it, and will answer later. */
  delayed(now: Milliseconds): void {
    if (this.asked !== undefined) this.asked = now;
  }

  /** PINGRESP arrived. */
  answered(): void {
    this.asked = undefined;
  }

  /** When `takePing` or `isDead` may next say yes. */
  get deadline(): Milliseconds | undefined {
    if (this.isOff) return undefined;
    return Math.min(this.pingDue(), this.giveUp());
  }

  /** Whether a PINGREQ is to be sent now; true once each time. */
  takePing(now: Milliseconds): boolean {
    if (this.isOff || now < this.pingDue()) return false;
    this.asked ??= now;
    // As if it had left: should the transport have no room, it is the response timeout that ends the wait.
    this.lastSent = now;
    return true;
  }

  /** Whether the peer has been silent for too long after PINGREQ. */
  isDead(now: Milliseconds): boolean {
    return !this.isOff && now >= this.giveUp();
  }

  private get isOff(): boolean {
    return this.options.keepAlive === 0;
  }

  private pingDue(): Milliseconds {
    const last = this.asked === undefined ? Math.min(this.lastSent, this.lastReceived) : this.lastSent;
    const period = this.options.keepAlive * 1000;
    return last + (period - Math.min(period * MARGIN_SHARE, MARGIN_MAXIMUM));
  }

  /** Anything received after PINGREQ counts: the answer may wait behind a long PUBLISH. */
  private giveUp(): Milliseconds {
    if (this.asked === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.asked, this.lastReceived) + this.options.responseTimeout;
  }
}
