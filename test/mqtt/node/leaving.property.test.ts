/**
 * Messages on their way out while everything moves: outbox, two sessions and transmitter in random use, and a server that
 * reads what arrives and knows what it should say. Longer than most, because it does a server's and an application's part.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/mqtt/decode.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import { Outbox } from "../../../src/mqtt/outbox.js";
import type { Outgoing } from "../../../src/mqtt/outgoing.js";
import type { Publish, QoS } from "../../../src/mqtt/packet.js";
import { PUBLISH, PUBREL } from "../../../src/mqtt/packet-type.js";
import { packetEnd } from "../../../src/mqtt/remaining-length.js";
import { Session } from "../../../src/mqtt/session.js";
import { Transmitter } from "../../../src/mqtt/transmitter.js";
import { joined, sameBytes } from "../support/hex.js";
import { publishOf } from "../support/messages.js";
import { OPTIONS } from "../support/server-options.js";

const CASES = 600;
const TOPIC_NAMES = ["t", "a/b", "\u00fc/\u{1f600}", "x".repeat(140)];
const BOUNDS = { maximumQueueLength: 12, maximumQueueBytes: 2500, maximumInFlight: 4 };

const step = fc.record({
  kind: fc.constantFrom(
    ...["add", "add", "add", "add", "add", "take", "take", "take", "take", "part", "part"],
    ...["answer", "answer", "answer", "wait", "break", "resume", "lose", "switch"],
  ),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  topic: fc.nat(TOPIC_NAMES.length - 1),
  length: fc.oneof(fc.nat(20), fc.nat(300)),
  isState: fc.boolean(),
  expiresAfter: fc.option(fc.nat(30), { freq: 6 }),
  queueQos0: fc.boolean(),
  at: fc.nat(20),
  limit: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 })),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Entry {
  readonly outgoing: Outgoing;
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** How often it has arrived whole. */
  arrivals: number;
}

/** A server, as far as it has to know what it was sent. */
class Peer {
  readonly session: Session;
  readonly options: ServerOptions;
  /** What it may answer to: the first byte of the answer, and the packet identifier. */
  readonly owed: (readonly [number, number])[] = [];
  /** What it was sent in this session, by packet identifier. */
  readonly open = new Map<number, { readonly number: number; readonly qos: QoS }>();
  /** Whether it has the session. */
  isKnown = false;

  constructor(outbox: Outbox, maximumQos: QoS, name: "mqtt" | "mqtt1") {
    this.session = new Session(outbox, name);
    this.options = { ...OPTIONS, ...BOUNDS, maximumQos };
  }

  forget(): void {
    this.owed.length = 0;
    this.open.clear();
  }
}

class Run {
  readonly outbox = new Outbox();
  readonly entries: Entry[] = [];
  readonly #peers: [Peer, Peer];
  #peer: Peer;
  #transmitter: Transmitter | undefined;
  #written: Uint8Array[] = [];
  #now = 0;
  /** The last one that arrived for the first time. */
  #last = -1;

  constructor(maximumQos: readonly [QoS, QoS]) {
    this.#peers = [
      new Peer(this.outbox, maximumQos[0], "mqtt"),
      new Peer(this.outbox, maximumQos[1], "mqtt1"),
    ];
    this.#peer = this.#peers[0];
  }

  step(one: Step): void {
    switch (one.kind) {
      case "add":
        this.#add(one);
        break;
      case "take":
        this.#take(1000);
        break;
      case "part":
        this.#take(one.limit);
        break;
      case "answer":
        if (this.#transmitter !== undefined) this.#answer(one.at);
        break;
      case "wait":
        this.#now += one.at;
        this.outbox.expired(this.#now);
        break;
      case "break":
        this.#break(one.queueQos0);
        break;
      case "resume":
        this.connect(one.queueQos0, this.#peer.isKnown);
        break;
      case "lose":
        this.connect(one.queueQos0, false);
        break;
      default:
        this.#break(one.queueQos0);
        this.#peer.session.handOver();
        // Their identifiers are free again; those of QoS 2 are not.
        for (const [packetIdentifier, { qos }] of this.#peer.open) {
          if (qos === 1) this.#peer.open.delete(packetIdentifier);
        }
        this.#peer = this.#peers[this.#peer === this.#peers[0] ? 1 : 0];
    }
  }

  connect(queueQos0: boolean, isKept: boolean): void {
    this.#break(queueQos0);
    const peer = this.#peer;
    if (!isKept) peer.forget();
    peer.session.begin(isKept);
    // What it has answered and what it has not: it answers once the message has come again.
    peer.owed.length = 0;
    peer.isKnown = true;
    this.#transmitter = new Transmitter(peer.options, peer.session);
    this.#transmitter.flow();
  }

  /** Until nothing is left to do. */
  finish(): void {
    this.connect(true, this.#peer.isKnown);
    for (let idle = 0; idle < 3; idle += 1) {
      while (this.#take(500)) idle = 0;
      while (this.#peer.owed.length > 0) {
        this.#answer(0);
        idle = 0;
      }
    }
    const { length, byteLength } = this.outbox;
    expect([length, byteLength, this.#peer.session.inFlight]).toEqual([0, 0, 0]);
    for (const { outgoing, arrivals } of this.entries) {
      const { outcome } = outgoing;
      expect(outcome).toBeDefined();
      if (outcome === "sent" || outcome === "acknowledged") expect(arrivals).toBeGreaterThan(0);
    }
  }

  /** Every message that has a packet has its own. */
  check(): void {
    let sum = 0;
    let end = 0;
    const holders = this.entries.filter(({ outgoing }) => outgoing.ring !== undefined);
    holders.sort((a, b) => a.outgoing.start - b.outgoing.start);
    for (const entry of holders) {
      const { start, byteLength } = entry.outgoing;
      expect(start).toBeGreaterThanOrEqual(end);
      end = start + byteLength;
      sum += byteLength;
      this.#compare(entry, publishOf(entry.outgoing));
    }
    expect(this.outbox.byteLength).toBe(sum);
    expect(sum).toBeLessThanOrEqual(BOUNDS.maximumQueueBytes);
  }

  #add(one: Step): void {
    const { options, session } = this.#peer;
    const number = this.entries.length;
    const payload = Uint8Array.from({ length: 2 + one.length }, (_, i) => (number * 7 + i * i) & 0xff);
    payload.set([number >> 8, number & 0xff]);
    const topicName = TOPIC_NAMES[one.topic] as string;
    const { qos, isState, expiresAfter } = one;
    const kind = isState ? "state" : "event";
    const message = {
      topicName,
      payload,
      qos,
      kind,
      ...(expiresAfter === null ? {} : { expiresAfter }),
    } as const;
    const limits = { ...options, queueQos0: one.queueQos0 };
    const room = options.maximumInFlight - session.inFlight;
    const isConnected = this.#transmitter !== undefined;
    const outgoing = this.outbox.add(message, undefined, this.#now, limits, isConnected, room);
    this.entries.push({ outgoing, topicName, payload, qos, arrivals: 0 });
  }

  /** Writes at most `limit` bytes; returns whether there were any. */
  #take(limit: number): boolean {
    const bytes = this.#transmitter?.next(limit);
    if (bytes === undefined) return false;
    expect(bytes.length > 0 && bytes.length <= limit).toBe(true);
    this.#written.push(bytes.slice());
    const all = joined(this.#written);
    let start = 0;
    // The remaining length of a packet here has two bytes at most.
    while (start + 3 <= all.length && packetEnd(all, start) <= all.length) {
      const end = packetEnd(all, start);
      this.#arrive(all.slice(start, end));
      start = end;
    }
    this.#written = [all.slice(start)];
    return true;
  }

  #arrive(bytes: Uint8Array): void {
    const { owed, open, options } = this.#peer;
    const type = (bytes[0] as number) >> 4;
    if (type === PUBREL) {
      owed.push([0x70, ((bytes[2] as number) << 8) | (bytes[3] as number)]);
      return;
    }
    expect(type).toBe(PUBLISH);
    const packet = decode(bytes) as Publish;
    const number = ((packet.payload[0] as number) << 8) | (packet.payload[1] as number);
    const entry = this.entries[number] as Entry;
    this.#compare(entry, packet);
    expect(packet.qos).toBeLessThanOrEqual(options.maximumQos);
    entry.arrivals += 1;
    if (entry.arrivals === 1) {
      expect(number).toBeGreaterThan(this.#last);
      this.#last = number;
    }
    if (packet.qos === 0) return;
    const { packetIdentifier } = packet;
    const before = open.get(packetIdentifier);
    // With DUP it is what it was before; without, it is not one that is open.
    if (before !== undefined && packet.duplicate) expect(before.number).toBe(number);
    else expect(before).toBeUndefined();
    open.set(packetIdentifier, { number, qos: packet.qos });
    owed.push([packet.qos === 1 ? 0x40 : 0x50, packetIdentifier]);
  }

  #compare(entry: Entry, packet: Publish): void {
    const isRight =
      packet.topicName === entry.topicName &&
      sameBytes(packet.payload, entry.payload) &&
      packet.qos <= entry.qos &&
      !packet.retain;
    expect(isRight).toBe(true);
  }

  #answer(at: number): void {
    const { owed, open, session } = this.#peer;
    const [answer] = owed.splice(at % Math.max(1, owed.length), 1);
    if (answer === undefined) return;
    const [type, packetIdentifier] = answer;
    if (type === 0x40) session.acknowledged(packetIdentifier);
    else if (type === 0x70) session.completed(packetIdentifier);
    else if (session.recorded(packetIdentifier)) this.#transmitter?.releaseAgain(packetIdentifier);
    if (type !== 0x50) open.delete(packetIdentifier);
  }

  #break(queueQos0: boolean): void {
    if (this.#transmitter === undefined) return;
    this.#transmitter.close();
    this.#transmitter = undefined;
    this.#written = [];
    this.outbox.disconnected(queueQos0);
  }
}

describe("messages on their way out", () => {
  const maximumQos = fc.constantFrom<QoS>(0, 1, 2, 2);
  test(`arrive as they were published, in order, in ${CASES} random sequences of use`, () => {
    fc.assert(
      fc.property(
        fc.tuple(maximumQos, maximumQos),
        fc.array(step, { maxLength: 120, size: "max" }),
        (qos, steps) => {
          const run = new Run(qos);
          run.connect(true, false);
          for (const one of steps) {
            run.step(one);
            run.check();
          }
          run.finish();
          run.check();
        },
      ),
      { numRuns: CASES },
    );
  });
});
