/** A connection as keep alive sees it: what is sent and received when, played through in virtual time. */

import { KeepAlive } from "../../../src/mqtt/keep-alive.js";
import type { Milliseconds } from "../../../src/mqtt/ports.js";

export interface KeepAlivePlan {
  /** Seconds. */
  readonly keepAlive: number;
  readonly responseTimeout: Milliseconds;
  /** When the application sends something, in order. */
  readonly sends: readonly Milliseconds[];
  /** When the server sends something of its own, in order. */
  readonly receives: readonly Milliseconds[];
  /** How long after a PINGREQ its PINGRESP arrives. */
  readonly latency: Milliseconds;
  /** Nothing arrives from here on. */
  readonly silentFrom: Milliseconds;
  /** How much later than asked for the timer comes. */
  readonly lateness: Milliseconds;
  readonly until: Milliseconds;
}

export interface KeepAliveReport {
  readonly pings: readonly Milliseconds[];
  /** When the link was given up, if it was. */
  readonly dead: Milliseconds | undefined;
  readonly lastReceived: Milliseconds;
  /** Longest time in which nothing was sent, up to the end or until the link was given up. */
  readonly longestGap: Milliseconds;
}

/** A quiet connection of 100 s with a server that answers at once, with other `fields`. */
export function keepAlivePlan(fields: Partial<KeepAlivePlan>): KeepAlivePlan {
  return {
    keepAlive: 10,
    responseTimeout: 5000,
    sends: [],
    receives: [],
    latency: 0,
    silentFrom: Number.POSITIVE_INFINITY,
    lateness: 0,
    until: 100_000,
    ...fields,
  };
}

/** Every `period` ms from `period` to `until`. */
export function every(period: Milliseconds, until: Milliseconds): readonly Milliseconds[] {
  const times: Milliseconds[] = [];
  for (let time = period; time <= until; time += period) times.push(time);
  return times;
}

/** Plays `plan` from 0 to its end, calling as a connection would. */
export function runKeepAlive(plan: KeepAlivePlan): KeepAliveReport {
  const machine = new KeepAlive(plan, 0);
  const pings: Milliseconds[] = [];
  const answers: Milliseconds[] = [];
  let lastSent = 0;
  let lastReceived = 0;
  let longestGap = 0;
  let sendIndex = 0;
  let receiveIndex = 0;
  let now = 0;

  const sent = (): void => {
    longestGap = Math.max(longestGap, now - lastSent);
    lastSent = now;
    machine.lastSent = now;
  };

  for (;;) {
    const never = Number.POSITIVE_INFINITY;
    const nextSend = plan.sends[sendIndex] ?? never;
    const nextReceive = audible(plan, plan.receives[receiveIndex] ?? never);
    const nextAnswer = audible(plan, answers[0] ?? never);
    const nextTimer = Math.max(now, (machine.deadline ?? never) + plan.lateness);
    const next = Math.min(nextSend, nextReceive, nextAnswer, nextTimer);
    if (next > plan.until) {
      longestGap = Math.max(longestGap, plan.until - lastSent);
      return { pings, dead: undefined, lastReceived, longestGap };
    }
    now = next;
    if (next === nextReceive || next === nextAnswer) {
      lastReceived = now;
      machine.lastReceived = now;
      if (next === nextReceive) receiveIndex += 1;
      else {
        answers.shift();
        machine.answered();
      }
    } else if (next === nextSend) {
      sendIndex += 1;
      sent();
    } else if (machine.isDead(now)) {
      longestGap = Math.max(longestGap, now - lastSent);
      return { pings, dead: now, lastReceived, longestGap };
    } else {
      if (!machine.takePing(now)) throw new Error(`the deadline ${now} came, but nothing is due`);
      pings.push(now);
      answers.push(now + plan.latency);
      sent();
    }
  }
}

/** `time`, if what arrives then is heard. */
function audible(plan: KeepAlivePlan, time: Milliseconds): Milliseconds {
  return time < plan.silentFrom ? time : Number.POSITIVE_INFINITY;
}
