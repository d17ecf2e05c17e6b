/** The outbox under random use, against a model of arrays that does the sums anew each time. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome, RefusalReason } from "../../../src/mqtt/event.js";
import { Outbox } from "../../../src/mqtt/outbox.js";
import type { Outgoing } from "../../../src/mqtt/outgoing.js";
import { OutgoingList } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { addTo, publishOf } from "../support/messages.js";

const CASES = 500;

/** A message as the model sees it. */
interface Entry {
  readonly outgoing: Outgoing;
  readonly payload: string;
  qos: QoS;
  readonly expiresAt: number;
  /** Of its packet, while that is held. */
  byteLength: number;
  outcome: Outcome | undefined;
  reason: RefusalReason | undefined;
}

const qosLevel = fc.constantFrom<QoS>(0, 1, 2);

const step = fc.record({
  kind: fc.constantFrom(
    "add",
    "add",
    "add",
    "add",
    "send",
    "send",
    "interrupt",
    "acknowledge",
    "give-back",
    "wait",
    "disconnect",
  ),
  qos: qosLevel,
  maximumQos: fc.oneof({ weight: 3, arbitrary: fc.constant<QoS>(2) }, { weight: 1, arbitrary: qosLevel }),
  payloadLength: fc.integer({ min: 0, max: 40 }),
  expiresAfter: fc.option(fc.integer({ min: 0, max: 50 })),
  connected: fc.boolean(),
  queueQos0: fc.boolean(),
  room: fc.nat(2),
  wait: fc.nat(20),
});

const limits = fc.record({
  maximumQueueLength: fc.nat(5),
  maximumQueueBytes: fc.integer({ min: 20, max: 150 }),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Limits = typeof limits extends fc.Arbitrary<infer L> ? L : never;

class Run {
  readonly outbox = new Outbox();
  readonly entries: Entry[] = [];
  returned: Entry[] = [];
  waiting: Entry[] = [];
  inFlight: Entry[] = [];
  /** The same, for the outbox, which keeps their packets. */
  readonly flight = new OutgoingList();
  now = 0;
  readonly #limits: Limits;
  readonly #told: Outgoing[] = [];
  readonly #expectedTold: Outgoing[] = [];

  constructor(bounds: Limits) {
    this.#limits = bounds;
    this.outbox.keepFor(this.flight);
  }

  step(one: Step): void {
    switch (one.kind) {
      case "add":
        this.#add(one);
        break;
      case "send":
        this.#send(one.maximumQos, false);
        break;
      case "interrupt":
        this.#send(0, true);
        break;
      case "acknowledge":
        this.#acknowledge(one.payloadLength);
        break;
      case "give-back":
        this.#giveBack();
        break;
      case "wait":
        this.now += one.wait;
        this.outbox.expired(this.now);
        for (const entry of this.waiting.filter(({ expiresAt }) => expiresAt <= this.now)) {
          this.#end(entry, "expired");
        }
        break;
      default:
        this.outbox.disconnected(one.queueQos0);
        if (one.queueQos0) break;
        for (const entry of [...this.returned, ...this.waiting]) {
          if (entry.qos === 0) this.#end(entry, "refused", "offline");
        }
    }
  }

  check(): void {
    const { outbox } = this;
    const held = [...this.returned, ...this.waiting, ...this.inFlight];
    expect(outbox.length).toBe(this.returned.length + this.waiting.length);
    expect(outbox.byteLength).toBe(sum(held));
    expect(outbox.byteLength).toBeLessThanOrEqual(this.#limits.maximumQueueBytes);
    const next = this.returned[0] ?? this.waiting[0];
    expect(outbox.peek() === next?.outgoing).toBe(true);
    for (const entry of held) {
      const { payload, qos, duplicate } = publishOf(entry.outgoing);
      const isAgain = this.inFlight.includes(entry);
      const isRight = String.fromCharCode(...payload) === entry.payload && qos === entry.qos;
      expect(isRight && duplicate === isAgain).toBe(true);
    }
    const expiry = Math.min(...this.waiting.map(({ expiresAt }) => expiresAt));
    expect(outbox.nextExpiry).toBeLessThanOrEqual(expiry);
    for (const { outgoing, outcome, reason } of this.entries) {
      if (outgoing.outcome !== outcome || outgoing.reason !== reason) {
        expect([outgoing.outcome, outgoing.reason]).toEqual([outcome, reason]);
      }
    }
    expect(outbox.settledLength).toBe(this.#expectedTold.length - this.#told.length);
    for (let settled = outbox.takeSettled(); settled !== undefined; settled = outbox.takeSettled()) {
      this.#told.push(settled);
    }
    expect(this.#told.length).toBe(this.#expectedTold.length);
    expect(this.#told.every((one, i) => one === this.#expectedTold[i])).toBe(true);
  }

  #add(one: Step): void {
    const payload = String.fromCharCode(97 + (this.entries.length % 26)).repeat(one.payloadLength);
    const expiresAt = one.expiresAfter === null ? Number.POSITIVE_INFINITY : this.now + one.expiresAfter;
    const outgoing = addTo(this.outbox, {
      payload,
      qos: one.qos,
      limits: { ...this.#limits, queueQos0: one.queueQos0 },
      connected: one.connected,
      room: one.room,
      expiresAt,
      handler: { onOutcome: () => {} },
    });
    const byteLength = 5 + (one.qos === 0 ? 0 : 2) + payload.length;
    const entry: Entry = {
      outgoing,
      payload,
      qos: one.qos,
      expiresAt,
      byteLength: 0,
      outcome: undefined,
      reason: undefined,
    };
    this.entries.push(entry);

    const { maximumQueueLength, maximumQueueBytes } = this.#limits;
    // QoS 0 needs no window, so that one of these can always be sent at once.
    const room = one.qos === 0 ? Math.max(1, one.room) : one.room;
    const maximum = maximumQueueLength + (one.connected ? room : 0);
    const kept = sum([...this.returned, ...this.inFlight]);
    if (one.qos === 0 && !one.connected && !one.queueQos0) {
      this.#end(entry, "refused", "offline");
    } else if (byteLength > maximumQueueBytes) {
      this.#end(entry, "refused", "packet-too-large");
    } else if (this.returned.length >= maximum || kept + byteLength > maximumQueueBytes) {
      this.#end(entry, "refused", "queue-full");
    } else if (maximumQueueLength === 0 && this.returned.length + this.waiting.length >= maximum) {
      this.#end(entry, "refused", "queue-full");
    } else {
      while (
        this.returned.length + this.waiting.length >= maximum ||
        kept + sum(this.waiting) + byteLength > maximumQueueBytes
      ) {
        this.#end(this.waiting[0] as Entry, "evicted");
      }
      entry.byteLength = byteLength;
      this.waiting.push(entry);
    }
  }

  /** Takes the next message; QoS 0 is sent at once, or comes back because the connection broke. */
  #send(maximumQos: QoS, isInterrupted: boolean): void {
    const entry = this.returned.shift() ?? this.waiting.shift();
    if (entry === undefined) return;
    const { outgoing } = entry;
    this.outbox.take();
    this.outbox.lower(outgoing, maximumQos);
    if (maximumQos === 0 && entry.qos > 0) entry.byteLength -= 2;
    entry.qos = Math.min(entry.qos, maximumQos) as QoS;
    if (entry.qos > 0) {
      outgoing.identify(1 + this.inFlight.length);
      outgoing.repeat();
      this.inFlight.push(entry);
      this.flight.push(outgoing);
    } else if (isInterrupted) {
      this.outbox.interrupted(outgoing);
      (this.returned.length > 0 ? this.returned : this.waiting).unshift(entry);
    } else {
      this.outbox.settle(outgoing, "sent");
      this.#end(entry, "sent");
    }
  }

  #acknowledge(at: number): void {
    const entry = this.inFlight.splice(at % Math.max(1, this.inFlight.length), 1)[0];
    if (entry === undefined) return;
    this.flight.remove(entry.outgoing);
    this.outbox.settle(entry.outgoing, "acknowledged");
    this.#end(entry, "acknowledged");
  }

  #giveBack(): void {
    this.outbox.giveBack(this.flight);
    this.returned = [...this.inFlight, ...this.returned];
    this.inFlight = [];
  }

  #end(entry: Entry, outcome: Outcome, reason?: RefusalReason): void {
    entry.outcome = outcome;
    entry.reason = reason;
    entry.byteLength = 0;
    this.returned = this.returned.filter((other) => other !== entry);
    this.waiting = this.waiting.filter((other) => other !== entry);
    this.#expectedTold.push(entry.outgoing);
  }
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((total, { byteLength }) => total + byteLength, 0);
}

describe("the outbox", () => {
  test(`keeps its order, its bounds and its promises in ${CASES} random sequences of use`, () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60, size: "max" }), (bounds, steps) => {
        const run = new Run(bounds);
        for (const one of steps) {
          run.step(one);
          run.check();
        }
      }),
      { numRuns: CASES },
    );
  });
});
