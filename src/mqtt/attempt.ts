/** How long the stages of one attempt to connect took: what the connect report is made of. */

import type { Clock, Milliseconds, OpeningStage } from "./ports.js";

/** The stages of an attempt, in this order: of opening the stream, then CONNECT to CONNACK, SUBSCRIBE to SUBACK. */
export type AttemptStage = OpeningStage | "connack" | "suback";

export interface StageTime {
  readonly stage: AttemptStage;
  readonly duration: Milliseconds;
}

export class Attempt {
  private readonly times: StageTime[] = [];
  private readonly clock: Clock;
  private current: AttemptStage = "tcp";
  private since: Milliseconds;
  /** Nobody has said yet which stage it is in: a transport that does not tell is in "tcp". */
  private isUnnamed = true;

  constructor(clock: Clock) {
    this.clock = clock;
    this.since = clock.now();
  }

  /** `stage` begins, and with it the one before is over; nothing when it is in it already. */
  begin(stage: AttemptStage): void {
    if (stage === this.current && !this.isUnnamed) return;
    const isFirst = this.isUnnamed && stage !== "connack";
    this.isUnnamed = false;
    if (!isFirst) this.end();
    this.current = stage;
  }

  /** The attempt is over, well or not, in the last of the stages it returns. */
  over(): readonly StageTime[] {
    this.end();
    return this.times;
  }

  private end(): void {
    const now = this.clock.now();
    this.times.push({ stage: this.current, duration: now - this.since });
    this.since = now;
  }
}
