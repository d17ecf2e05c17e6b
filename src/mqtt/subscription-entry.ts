/**
 * One topic filter that somebody wants or a server may hold: who wants it, and what each server knows of it.
 *
 * An application may have thousands, so an entry is as small as it can be: the text of the filter, who gets its messages,
 * and one number with a bit for each thing to know.
 */

import type { ServerName } from "./event.js";
import type { QoS } from "./packet.js";
import type { Recipients } from "./recipients.js";
import { NOBODY, withHandler } from "./recipients.js";
import type { SubscriptionHandler } from "./subscriptions.js";

const QOS = 0b11;
// A bit a server, this one and the next: shifted by `shiftOf`.
/** Its SUBACK for exactly this has come. */
const CONFIRMED = 1 << 2;
const REFUSED = 1 << 4;
/** It may hold a subscription on this filter. */
const HELD = 1 << 6;
/** A SUBSCRIBE or UNSUBSCRIBE for it is under way. */
const PENDING = 1 << 8;
/** Somebody has come since what is under way was sent: its answer does not confirm it. */
const STALE = 1 << 9;

export class SubscriptionEntry {
  readonly topicFilter: string;
  /** `NOBODY`: to be unsubscribed. */
  handlers: Recipients = NOBODY;
  private bits = 0;

  constructor(topicFilter: string) {
    this.topicFilter = topicFilter;
  }

  /** The QoS to ask for. */
  get qos(): QoS {
    return (this.bits & QOS) as QoS;
  }

  /**
   * Somebody wants it. The QoS asked for is the highest of its handlers; it is asked for again even when a server has
   * confirmed it, or is just about to, so that the new handler gets the retained message too.
   */
  wanted(handler: SubscriptionHandler, qos: QoS): void {
    const highest = this.handlers === NOBODY || qos > this.qos ? qos : this.qos;
    const kept = this.bits & (PENDING | HELD | (HELD << 1));
    this.bits = highest | kept | ((kept & PENDING) === 0 ? 0 : STALE);
    this.handlers = withHandler(this.handlers, handler);
  }

  /** A packet about it is on its way. */
  asked(server: ServerName): void {
    this.bits = (this.bits & ~STALE) | PENDING | (HELD << shiftOf(server));
  }

  /** What was under way has been answered, or never will be. */
  answered(): void {
    this.bits &= ~PENDING;
  }

  /** SUBACK. */
  granted(server: ServerName): void {
    if ((this.bits & STALE) === 0) this.bits |= CONFIRMED << shiftOf(server);
  }

  /** SUBACK 0x80. */
  refused(server: ServerName): void {
    this.bits = (this.bits & ~(HELD << shiftOf(server))) | (REFUSED << shiftOf(server));
  }

  /** UNSUBACK, or the server has lost the session: it knows nothing of it. */
  ended(server: ServerName): void {
    this.bits &= ~((HELD | CONFIRMED) << shiftOf(server));
  }

  isToSubscribe(server: ServerName): boolean {
    return (
      this.handlers !== NOBODY && (this.bits & (PENDING | ((CONFIRMED | REFUSED) << shiftOf(server)))) === 0
    );
  }

  isToUnsubscribe(server: ServerName): boolean {
    const held = HELD << shiftOf(server);
    return this.handlers === NOBODY && (this.bits & (PENDING | held)) === held;
  }

  /** Nobody wants it, no server holds it. */
  get isForgotten(): boolean {
    return this.handlers === NOBODY && (this.bits & (PENDING | HELD | (HELD << 1))) === 0;
  }
}

function shiftOf(server: ServerName): number {
  return server === "mqtt" ? 0 : 1;
}
