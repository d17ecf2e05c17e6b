/**
 * Watches the primary while the backup is in use: connects to it now and then under another client identifier, and says
 * when it has been good for long enough to go back.
 *
 * | state   | input                                         | next    |
 * |---------|-----------------------------------------------|---------|
 * | idle    | `watch`                                       | waiting |
 * | waiting | a probe is due                                | probing |
 * | probing | CONNACK accepts, or knows only the identifier | waiting | good since the first of such probes in a row
 * | probing | anything else                                 | waiting | not good
 * | any     | `rest`                                        | idle    |
 */

import { Link } from "./link.js";
import type { ServerOptions } from "./options.js";
import { Outbox } from "./outbox.js";
import type { Clock, Milliseconds, Timer, TimerProvider, TransportProvider } from "./ports.js";
import { Session } from "./session.js";

/** Probes in the time that the primary has to be good, about. */
const PROBES = 4;
const SHORTEST_INTERVAL: Milliseconds = 1_000;
const LONGEST_INTERVAL: Milliseconds = 60_000;

/** CONNACK's code for a client identifier that the server does not want: it is up all the same. */
const IDENTIFIER_REJECTED = 2;

export interface FailBackPorts {
  readonly transport: TransportProvider;
  readonly clock: Clock;
  readonly timers: TimerProvider;
}

export interface FailBackOwner {
  /** The primary has been good for long enough, as of just now; told after each such probe. */
  onPrimaryGood(): void;
}

export class FailBack {
  private readonly ports: FailBackPorts;
  private readonly options: ServerOptions;
  private readonly owner: FailBackOwner;
  private readonly goodFor: Milliseconds;
  private readonly interval: Milliseconds;
  private readonly timer: Timer;
  private isWatching = false;
  private goodSince: Milliseconds | undefined;
  private link: Link | undefined;

  /** @param primary its `failBackAfter` says how long it has to be good */
  constructor(ports: FailBackPorts, primary: ServerOptions, owner: FailBackOwner) {
    this.ports = ports;
    this.options = probeOptions(primary);
    this.owner = owner;
    this.goodFor = primary.failBackAfter;
    this.interval = Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, this.goodFor / PROBES));
    this.timer = ports.timers.create(() => this.turn());
  }

  /** The backup is in use from now on. */
  watch(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    this.goodSince = undefined;
    this.timer.schedule(this.interval);
  }

  /** It is not any more. */
  rest(): void {
    this.isWatching = false;
    this.timer.cancel();
    this.link?.close();
    this.link = undefined;
  }

  /** For the link. */
  onLinkChanged(): void {
    // Not from inside the transport's callback: the answer may end the link.
    this.timer.schedule(0);
  }

  private turn(): void {
    if (!this.isWatching) return;
    const now = this.ports.clock.now();
    const link = this.link ?? this.probe(now);
    let isUp = this.heard(link, now);
    while (isUp === undefined && link.receive(now)) isUp = this.heard(link, now);
    link.transmit(now);
    if (isUp === undefined) {
      this.timer.schedule(Math.max(0, (link.connection.deadline ?? now) - now));
      return;
    }
    this.over(link, isUp, now);
  }

  /** Whether the primary is up, once that is known: CONNACK says so, or the end of the connection that it is not. */
  private heard({ connection }: Link, now: Milliseconds): boolean | undefined {
    const event = connection.nextEvent(now);
    if (event?.type === "connected") {
      connection.disconnect(now);
      return true;
    }
    return event?.type === "closed" ? event.returnCode === IDENTIFIER_REJECTED : undefined;
  }

  private probe(now: Milliseconds): Link {
    const session = new Session(new Outbox());
    this.link = new Link("mqtt", this.options, session, this.ports, this, now);
    return this.link;
  }

  private over(link: Link, isUp: boolean, now: Milliseconds): void {
    link.close();
    this.link = undefined;
    this.goodSince = isUp ? (this.goodSince ?? now) : undefined;
    this.timer.schedule(this.interval);
    if (this.goodSince !== undefined && now - this.goodSince >= this.goodFor) this.owner.onPrimaryGood();
  }
}

/** As the primary's, but nobody is told of the probe, nor is the session of the client touched. */
function probeOptions(primary: ServerOptions): ServerOptions {
  const { will: _, clientIdentifier, ...rest } = primary;
  const identifier = clientIdentifier === "" ? "" : `${clientIdentifier}-probe`;
  return { ...rest, clientIdentifier: identifier, cleanSession: true };
}
