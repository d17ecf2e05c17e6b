/**
 * The short ways of the client, for one packet that arrives by itself and one message that leaves by itself, against the
 * general one: two clients are taken through the same, and the second is kept off the short ways.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { PUBLISH, PUBREC, PUBREL } from "../../../src/mqtt/packet-type.js";
import { packetEnd } from "../../../src/mqtt/remaining-length.js";
import { bytesFromHex, hexFromBytes, joined } from "../support/hex.js";
import { ManualTransport } from "../support/manual-transport.js";
import { OPTIONS } from "../support/server-options.js";

const CASES = 400;
const ROOM = 1000;
/** Packets that have no place in a session, or only sometimes. */
const STRAY = [
  "d0 00",
  "40 02 00 63",
  "70 02 00 63",
  "62 02 00 07",
  "40 82 00 00 63",
  "30 80 00",
  "33 80 80 00",
];
/** Packets that end a connection. */
const WRONG = [
  "36 05 00 01 61 00 01",
  "32 03 00 01 61",
  "40 02 00 00",
  "40 03 00 01 00",
  "30 02 00 00",
  "c0 00",
];

const step = fc.record({
  kind: fc.constantFrom(
    ...["publish", "publish", "publish", "answer", "answer", "answer", "answer", "message", "message"],
    ...["message", "pair", "pair", "stray", "wait", "narrow", "end", "burst", "wrong"],
  ),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  what: fc.nat(40),
  length: fc.oneof({ weight: 5, arbitrary: fc.nat(30) }, fc.nat(700)),
  cut: fc.nat(1000),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Side {
  readonly transport = new ManualTransport();
  readonly clock = new VirtualClock();
  readonly #isGeneral: boolean;
  readonly #client: MqttClient;
  #log: string[] = [];
  #count = 0;

  constructor(isGeneral: boolean) {
    this.#isGeneral = isGeneral;
    const { clock, transport } = this;
    const observer = { onEvent: (event: object) => this.#tell(JSON.stringify(event)) };
    const ports = { transport, clock, timers: clock, random: () => 0.5, observer };
    const options = { ...OPTIONS, cleanSession: true, maximumInFlight: 3, receiveLimit: 300 };
    this.#client = new MqttClient(ports, options);
    this.#client.subscribe("a", { onMessage: (message) => this.#take(message.payload, message.qos) }, 2);
    this.#client.start();
  }

  publish(qos: QoS, length: number): void {
    // Says nothing new, but may have asked for something: the message waits for the turn.
    if (this.#isGeneral && this.#client.connected) this.#client.start();
    this.#count += 1;
    const number = this.#count;
    const payload = new Uint8Array(length);
    const onOutcome = ({ outcome = "none" }) => this.#tell(`${number} ${outcome}`);
    this.#client.publish({ topicName: "t", payload, qos }, { onOutcome });
  }

  /** Each packet in one piece, or in two. */
  arrive(packets: readonly Uint8Array[], cut: number): void {
    const parts: Uint8Array[] = [];
    for (const packet of packets) {
      const at = this.#isGeneral ? 1 + (cut % (packet.length - 1)) : 0;
      parts.push(packet.subarray(0, at), packet.subarray(at));
    }
    this.#arriveInParts(parts);
  }

  /** Two of the same length: as `arrive`, or cut so that what is between the cuts is as long as one of them. */
  arriveTwo(one: Uint8Array, other: Uint8Array, cut: number): void {
    if (this.#isGeneral) {
      this.arrive([one, other], cut);
      return;
    }
    const start = cut % one.length;
    const end = start + one.length;
    const bytes = joined([one, other]);
    this.#arriveInParts([bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)]);
  }

  /** What was told since the last call. */
  told(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return [...log, `pending ${this.#client.pending}, connected ${this.#client.connected}`];
  }

  /** On this stream, if there is one, and not on another that a handler may have led to. */
  #arriveInParts(parts: readonly Uint8Array[]): void {
    const { transport } = this;
    const { openCount } = transport;
    for (const part of parts) {
      if (transport.closed || transport.openCount !== openCount) return;
      if (part.length > 0) transport.arrive(hexFromBytes(part));
    }
  }

  #take(payload: Uint8Array, qos: QoS): void {
    this.#tell(`message ${qos} ${hexFromBytes(payload)}`);
    switch (payload[0]) {
      case 1:
        throw new Error("a handler's");
      case 2:
        this.publish(1, 5);
        break;
      case 3:
        this.#client.subscribe("b", { onMessage: () => {} });
        break;
      case 4:
        this.#client.abandon();
        this.#client.start();
        break;
      default:
    }
  }

  #tell(line: string): void {
    this.#log.push(line);
  }
}

class Run {
  readonly #sides = [new Side(false), new Side(true)] as const;
  /** What the server may answer. */
  #owed: string[] = [];
  #identifier = 0;
  #streams = 0;

  step(one: Step): void {
    const { cut, kind, length, qos, what } = one;
    switch (kind) {
      case "publish":
        this.#both((side) => side.publish(qos, length));
        break;
      case "burst":
        this.#both((side) => {
          for (let i = 0; i < 4; i += 1) side.publish(qos, length);
        });
        break;
      case "answer":
        this.#arrive(this.#owed.splice(what % Math.max(1, this.#owed.length), 1)[0], cut);
        break;
      case "message":
        this.#arrive(this.#message(qos, what, length), cut);
        break;
      case "pair":
        this.#arriveTwo(this.#message(qos, what, length), this.#message(qos, what + 1, length), cut);
        break;
      case "stray":
        this.#arrive(STRAY[what % STRAY.length], cut);
        break;
      case "wrong":
        this.#arrive(what < 10 ? WRONG[what % WRONG.length] : undefined, cut);
        break;
      case "narrow":
        this.#both(({ transport }) => !transport.closed && transport.give(what));
        break;
      case "end":
        this.#both(({ transport }) => what < 10 && !transport.closed && transport.end());
        break;
      default:
        this.#both(({ clock }) => clock.advance(what * 500));
    }
    this.#settle(kind === "narrow" ? 0 : ROOM);
  }

  /** Everything that is to be done is done, and it is the same. */
  #settle(room: number): void {
    this.#both(({ clock }) => clock.advance(0));
    for (let again = true; again; ) {
      if (room > 0) this.#both(({ transport }) => !transport.closed && transport.give(room));
      this.#both(({ clock }) => clock.advance(0));
      again = this.#compare() && room > 0;
    }
  }

  #both(act: (side: Side) => void): void {
    for (const side of this.#sides) act(side);
  }

  #arrive(packet: string | undefined, cut: number): void {
    if (packet === undefined) return;
    this.#both((side) => side.arrive([bytesFromHex(packet)], cut));
  }

  #arriveTwo(one: string, other: string, cut: number): void {
    this.#both((side) => side.arriveTwo(bytesFromHex(one), bytesFromHex(other), cut));
  }

  #message(qos: QoS, what: number, length: number): string {
    this.#identifier = (this.#identifier % 5) + 1;
    const payload = Uint8Array.from({ length }, (_, i) => (i === 0 ? what % 12 : i) & 0xff);
    const remaining = 3 + (qos === 0 ? 0 : 2) + length;
    const header = remaining < 128 ? [remaining] : [(remaining & 127) | 128, remaining >> 7];
    const identifier = qos === 0 ? [] : [0, this.#identifier];
    const first = 0x30 | (qos << 1) | (what & 1);
    return hexFromBytes(Uint8Array.of(first, ...header, 0, 1, 0x61, ...identifier, ...payload));
  }

  /** Returns whether something was written. */
  #compare(): boolean {
    const [short, general] = this.#sides;
    const written = short.transport.taken();
    expect(written).toBe(general.transport.taken());
    expect(short.told()).toEqual(general.told());
    expect(short.transport.openCount).toBe(general.transport.openCount);
    if (short.transport.openCount !== this.#streams) {
      this.#streams = short.transport.openCount;
      this.#owed = [];
    }
    this.#hear(bytesFromHex(written));
    return written !== "";
  }

  /** Notes what is to be answered; what is only a part of a packet is passed over, and never answered. */
  #hear(bytes: Uint8Array): void {
    for (let start = 0; start + 4 <= bytes.length; ) {
      const end = packetEnd(bytes, start);
      if (end > bytes.length) return;
      const first = bytes[start] as number;
      this.#answer(first, bytes, start);
      start = end;
    }
  }

  #answer(first: number, bytes: Uint8Array, start: number): void {
    const identifierAt = (at: number): string => hexFromBytes(bytes.subarray(at, at + 2));
    const type = first >> 4;
    if (type === 1) this.#owed.unshift("20 02 00 00");
    else if (type === 8) this.#owed.push(`90 03 ${identifierAt(start + 2)} 01`);
    else if (type === PUBREC) this.#owed.push(`62 02 ${identifierAt(start + 2)}`);
    else if (type === PUBREL) this.#owed.push(`70 02 ${identifierAt(start + 2)}`);
    else if (type === PUBLISH && (first & 6) > 0) {
      const body = start + ((bytes[start + 1] as number) < 128 ? 2 : 3);
      this.#owed.push(`${(first & 6) === 2 ? "40" : "50"} 02 ${identifierAt(body + 3)}`);
    }
  }
}

describe("a packet by itself", () => {
  test(`is dealt with as all packets are, in ${CASES} random conversations`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: "max" }), (steps) => {
        const run = new Run();
        const answer = { kind: "answer", qos: 0, what: 0, length: 0, cut: 1 } as const;
        run.step({ ...answer, kind: "wait" });
        run.step(answer);
        run.step(answer);
        for (const one of steps) run.step(one);
      }),
      { numRuns: CASES },
    );
  });
});
