/**
 * When to connect next, and to which server: Mongoose's documented behaviour as a pure state machine.
 *
 * | state      | input                                  | next state | then                                         |
 * |------------|----------------------------------------|------------|----------------------------------------------|
 * | stopped    | start                                  | waiting    | the first attempt is due at once             |
 * | waiting    | takeAttempt at or after the deadline   | attempting | the caller opens a connection                |
 * | attempting | succeeded (CONNACK accepted)           | up         | the ladder stays where it is                 |
 * | attempting | failed                                 | waiting    | one rung up, or to the other server          |
 * | up         | failed, up for less than `stable`      | waiting    | as if the attempt had failed                 |
 * | up         | failed, up for `stable` or longer      | waiting    | first rung, same server                      |
 * | up         | failBack                               | waiting    | the first attempt at the primary is due      |
 * | any        | stop                                   | stopped    | no deadline                                  |
 *
 * The rungs are `minimum`, doubled each time, up to `maximum`: 2, 4, 8, 16, 32, 60 s by default, each with up to 10 %
 * of jitter either way. When the attempt after the longest wait fails and there is another server, that one is next,
 * starting at its own first rung; without another one the longest wait repeats for ever.
 *
 * Mongoose resets the wait as soon as CONNACK arrives, so a server that accepts and drops is retried every 2 s for
 * ever and never fails over; here such a connection counts as a failed attempt.
 */

import type { ServerName } from "./event.js";
import type { Milliseconds, Random } from "./ports.js";

export interface ReconnectOptions {
  /** First wait; Mongoose `reconnect_timeout_min`. */
  readonly reconnectMinimum: Milliseconds;
  /** Longest wait; Mongoose `reconnect_timeout_max`. */
  readonly reconnectMaximum: Milliseconds;
  /** A connection that lasted this long starts the ladder anew; Reed `reconnect_stable`. */
  readonly reconnectStable: Milliseconds;
}

/** Each wait is its rung times 1 - JITTER to 1 + JITTER. */
const JITTER = 0.1;

type State = "stopped" | "waiting" | "attempting" | "up";

export class Reconnector<Options extends ReconnectOptions> {
  private readonly primary: Options;
  declare private readonly backup?: Options;
  private readonly random: Random;
  private state: State = "stopped";
  private current: ServerName = "mqtt";
  /** When the next attempt is due or, while a connection is up, when CONNACK came. */
  private time: Milliseconds = 0;
  /** The rung the present wait or attempt belongs to, without jitter; 0 before the first. */
  private rung: Milliseconds = 0;
  private attemptCount = 0;

  constructor(primary: Options, backup: Options | undefined, random: Random) {
    this.primary = primary;
    if (backup !== undefined) this.backup = backup;
    this.random = random;
  }

  /** When `takeAttempt` will next give an attempt. */
  get deadline(): Milliseconds | undefined {
    return this.state === "waiting" ? this.time : undefined;
  }

  /** The server of the present or next attempt. */
  get server(): ServerName {
    return this.current;
  }

  /** Its options. */
  get options(): Options {
    return this.current === "mqtt1" && this.backup !== undefined ? this.backup : this.primary;
  }

  /** Which attempt to this server it is, from 1, since the ladder began. */
  get attempt(): number {
    return this.attemptCount;
  }

  /** Makes the first attempt due at once, at the server that was used last. Does nothing when already started. */
  start(now: Milliseconds): void {
    if (this.state !== "stopped") return;
    this.rung = 0;
    this.attemptCount = 0;
    this.wait(now, 0);
  }

  stop(): void {
    this.state = "stopped";
  }

  /** The server to connect to now, once, if an attempt is due. */
  takeAttempt(now: Milliseconds): ServerName | undefined {
    if (this.state !== "waiting" || now < this.time) return undefined;
    this.state = "attempting";
    this.attemptCount += 1;
    return this.current;
  }

  /** Goes back to the primary, at once: the next attempt is its first. */
  failBack(now: Milliseconds): void {
    if (this.state === "stopped") return;
    this.current = "mqtt";
    this.rung = 0;
    this.attemptCount = 0;
    this.wait(now, 0);
  }

  /** CONNACK accepted. */
  succeeded(now: Milliseconds): void {
    if (this.state !== "attempting") return;
    this.state = "up";
    this.time = now;
  }

  /** The attempt came to nothing, or the connection ended. */
  failed(now: Milliseconds): void {
    if (this.state !== "attempting" && this.state !== "up") return;
    const { reconnectMaximum, reconnectStable } = this.options;
    if (this.state === "up" && now - this.time >= reconnectStable) {
      this.rung = 0;
      this.attemptCount = 0;
    } else if (this.rung >= reconnectMaximum && this.backup !== undefined) {
      this.current = this.current === "mqtt" ? "mqtt1" : "mqtt";
      this.rung = 0;
      this.attemptCount = 0;
    }
    const { reconnectMinimum: first, reconnectMaximum: last } = this.options;
    this.rung = this.rung === 0 ? first : Math.min(this.rung * 2, last);
    this.wait(now, this.rung * (1 - JITTER + 2 * JITTER * this.random()));
  }

  private wait(now: Milliseconds, delay: Milliseconds): void {
    this.state = "waiting";
    this.time = now + delay;
  }
}
