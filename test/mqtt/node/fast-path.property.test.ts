/**
 * The fast path of the client, for one packet that arrives by itself and one message that leaves by itself, against the
 * long way: two clients are taken through the same, and the second is kept off the fast path.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/mqtt/message.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { PUBLISH, PUBREC, PUBREL } from "../../../src/mqtt/packet-type.js";
import { packetEnd, writeRemainingLength } from "../../../src/mqtt/remaining-length.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import { bytesFromHex, hexFromBytes } from "../support/hex.js";
import type { Setting } from "./support/fast-path-side.js";
import { Side } from "./support/fast-path-side.js";

const CASES = 400;
const ROOM = 1000;
/** More than are remembered, some of the same length, and some that cannot be. */
const NAMES = [
  "t",
  "t",
  "t",
  "u",
  "longer/than/that",
  "t\u00fc/\u{1f600}",
  "a/b",
  "x".repeat(127),
  "y".repeat(129),
];
const REFUSED_NAMES = ["", "t/+", "t\0", "\ud800", "#"];
/** What is heard, more names than are remembered; of no subscription too. */
const HEARD = ["a", "a", "a", "b/1", "b/2", "b/3", "b/4", "b/\u00fc", "b/6", "b/7", "b/8", "b/9", "c", "d"];
/** Packets that have no place in a session, or only sometimes. */
const STRAY = [
  ...["d0 00", "40 02 00 63", "70 02 00 63", "62 02 00 07", "50 02 00 63", "40 02 00 01", "70 02 ff ff"],
  ...["40 82 00 00 63", "30 80 00", "33 80 80 00", '30 85 00 00 01 "a" 00 00', '3a 05 00 01 "a" 00 01'],
];
/** Packets that end a connection. */
const WRONG = [
  ...["36 05 00 01 61 00 01", "32 03 00 01 61", "40 02 00 00", "40 03 00 01 00", "30 02 00 00", "c0 00"],
  ...["41 02 00 01", "60 02 00 01", "62 02 00 00", "50 02 00 00", "70 02 00 00", '30 03 00 01 "#"'],
  ...['32 05 00 01 "a" 00 00', "30 04 00 02 c3 28", '38 03 00 01 "a"', "90 03 00 63 01", "b0 02 00 63"],
  ...["30 05 00 03 ed a0 80", "20 02 00 00", '34 04 00 03 "ab"', "30 00", "30 01 00", "30 03 00 01 00"],
];
/** An acknowledgement of another kind than what is due. */
const CONFUSED: Readonly<Record<string, string>> = {
  "40": "50",
  "50": "40",
  "62": "62",
  "70": "70",
  "90": "b0",
};

const setting = fc.record<Setting>({
  maximumInFlight: fc.constantFrom(1, 2, 3, 20),
  cleanSession: fc.boolean(),
  hasText: fc.boolean(),
  isInstant: fc.boolean(),
  backupQos: fc.constantFrom<QoS>(0, 1, 2),
  lastIdentifier: fc.constantFrom(0, 254, 65_530, 65_534, 65_535),
});

const step = fc.record({
  kind: fc.constantFrom(
    ...[
      "publish",
      "publish",
      "publish",
      "publish",
      "answer",
      "answer",
      "answer",
      "answer",
      "answer",
      "answer",
    ],
    ...[
      "message",
      "message",
      "message",
      "message",
      "pair",
      "pair",
      "stray",
      "wait",
      "wait",
      "narrow",
      "end",
      "burst",
    ],
    ...["again", "rare", "answers", "answers", "answers"],
  ),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  what: fc.nat(40),
  length: fc.oneof(
    { weight: 5, arbitrary: fc.nat(30) },
    { weight: 2, arbitrary: fc.integer({ min: 110, max: 130 }) },
    fc.nat(700),
  ),
  name: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(100)),
  cut: fc.nat(1000),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Run {
  /** How many messages left within the call, and so on the fast path. */
  alone = 0;
  readonly #sides: readonly [Side, Side];
  readonly #cleanSession: boolean;
  /** What the server may answer. */
  #owed: string[] = [];
  #answered: string | undefined;
  #identifier = 0;
  #streams = 0;

  constructor(one: Setting) {
    this.#sides = [new Side(false, one), new Side(true, one)];
    this.#cleanSession = one.cleanSession;
  }

  step(one: Step): void {
    const { cut, kind, length, name, qos, what } = one;
    switch (kind) {
      case "publish": {
        const message = messageOf(one);
        if (this.#sides[0].publish(message, what % 8 === 0 ? 1 : 0)) this.alone += 1;
        expect(this.#sides[1].publish(message, what % 8 === 0 ? 1 : 0)).toBe(false);
        break;
      }
      case "burst":
        this.#both((side) => {
          for (let i = 0; i < 4; i += 1) {
            const payload = new Uint8Array(length + i);
            side.publish({ topicName: NAMES[(name + i * what) % NAMES.length] as string, payload, qos });
          }
        });
        break;
      case "answer":
        this.#answered = this.#owed.splice(what % Math.max(1, this.#owed.length), 1)[0];
        this.#arrive(this.#answered, cut);
        break;
      case "answers":
        for (let left = this.#owed.length; left > 0; left -= 1) {
          this.#arrive(this.#owed.shift(), cut);
          this.#settle(ROOM);
        }
        break;
      case "again":
        if (this.#answered?.startsWith("9") === false) this.#arrive(this.#answered, cut);
        break;
      case "message":
        this.#arrive(this.#message(one, what), cut);
        break;
      case "pair":
        this.#arriveTwo(this.#message(one, what), this.#message(one, what + 1), cut);
        break;
      case "stray":
        this.#arrive(STRAY[what % STRAY.length], cut);
        break;
      case "rare": {
        const due = this.#owed[0];
        if (what < 10) this.#arrive(WRONG[length % WRONG.length], cut);
        else if (what < 15 && due !== undefined) {
          this.#arrive(`${CONFUSED[due.slice(0, 2)] ?? "40"}${due.slice(2)}`, cut);
        }
        break;
      }
      case "narrow":
        this.#both(({ transport }) => !transport.closed && transport.give(what));
        break;
      case "end":
        this.#both(({ transport }) => what < 10 && !transport.closed && transport.end());
        break;
      default:
        this.#both(({ client, clock }) => {
          if (!client.connected) client.start();
          clock.advance(what * 500);
        });
    }
    this.#settle(kind === "narrow" ? 0 : ROOM);
    // Nearly always the server answers at once to what must be over before anything is alone.
    while (what % 8 > 0 && kind !== "narrow" && /^[29b]/.test(this.#owed[0] ?? "")) {
      this.#arrive(this.#owed.shift(), cut);
      this.#settle(ROOM);
    }
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
    this.#both((side) => side.arrive(bytesFromHex(packet), cut));
  }

  #arriveTwo(one: string, other: string, cut: number): void {
    this.#both((side) => side.arriveTwo(bytesFromHex(one), bytesFromHex(other), cut));
  }

  #message({ length, name, qos }: Step, what: number): string {
    this.#identifier = (this.#identifier % 5) + 1;
    const payload = Uint8Array.from({ length }, (_, i) => (i === 0 ? what % 16 : i) & 0xff);
    const topic = encodeUtf8(HEARD[name % HEARD.length] as string);
    const identifier = qos === 0 ? [] : [this.#identifier >> 2, this.#identifier];
    const body = [0, topic.length, ...topic, ...identifier, ...payload];
    const header = new Uint8Array(4);
    const end = writeRemainingLength(body.length, header, 1);
    header[0] = 0x30 | (qos << 1) | (what % 4 === 0 ? 1 : 0);
    return hexFromBytes(Uint8Array.of(...header.subarray(0, end), ...body));
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
      this.#answer(bytes[start] as number, bytes, start);
      start = end;
    }
  }

  #answer(first: number, bytes: Uint8Array, start: number): void {
    const identifierAt = (at: number): string => hexFromBytes(bytes.subarray(at, at + 2));
    const body = start + ((bytes[start + 1] as number) < 128 ? 2 : 3);
    const identifier = identifierAt(body);
    const type = first >> 4;
    if (type === 1) {
      const isPresent = !this.#cleanSession && this.#streams % 3 > 0;
      this.#owed.unshift(isPresent ? "20 02 01 00" : "20 02 00 00");
    } else if (type === 8) {
      let count = 0;
      for (let at = body + 2; at < packetEnd(bytes, start); count += 1) at += 3 + (bytes[at + 1] as number);
      this.#owed.unshift(`90 0${2 + count} ${identifier}${" 01".repeat(count)}`);
    } else if (type === 10) this.#owed.unshift(`b0 02 ${identifier}`);
    else if (type === PUBREC) this.#owed.push(`62 02 ${identifier}`);
    else if (type === PUBREL) this.#owed.push(`70 02 ${identifier}`);
    else if (type === PUBLISH && (first & 6) > 0) {
      const topicEnd = body + 2 + (bytes[body + 1] as number);
      this.#owed.push(`${(first & 6) === 2 ? "40" : "50"} 02 ${identifierAt(topicEnd)}`);
    }
  }
}

function messageOf({ cut, length, name, qos, what }: Step): Message {
  const names = cut % 20 === 0 ? REFUSED_NAMES : NAMES;
  const bytes = new Uint8Array(length).fill(what);
  const others: readonly unknown[] = [
    Buffer.from(bytes),
    "\u00fc".repeat(length),
    "\ud800",
    null,
    [1],
    undefined,
  ];
  const payload = cut % 7 === 0 ? others[what % others.length] : what % 2 === 0 ? bytes : "s".repeat(length);
  return {
    topicName: names[name % names.length] as string,
    payload: payload as string,
    qos,
    ...(what % 5 === 0 ? { retain: true } : {}),
    ...(what % 7 === 0 ? { kind: "state" } : {}),
  };
}

describe("a packet by itself", () => {
  test(`is dealt with as all packets are, in ${CASES} random conversations`, () => {
    let alone = 0;
    const steps = fc.array(step, { minLength: 20, maxLength: 80, size: "max" });
    fc.assert(
      fc.property(setting, steps, (one, all) => {
        const run = new Run(one);
        const answer = { kind: "answer", qos: 0, what: 0, length: 0, name: 0, cut: 1 } as const;
        run.step({ ...answer, kind: "wait" });
        run.step(answer);
        run.step(answer);
        for (const next of all) run.step(next);
        alone += run.alone;
      }),
      { numRuns: CASES },
    );
    // It would prove nothing if it were not taken.
    expect(alone).toBeGreaterThan(CASES);
  });
});
