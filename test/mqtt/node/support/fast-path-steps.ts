/** What two clients are taken through that are compared with each other: messages, packets and mishaps. */

import fc from "fast-check";
import type { Message } from "../../../../src/mqtt/message.js";
import type { QoS } from "../../../../src/mqtt/packet.js";
import { writeRemainingLength } from "../../../../src/mqtt/remaining-length.js";
import { encodeUtf8 } from "../../../../src/mqtt/utf8.js";
import { hexFromBytes } from "../../support/hex.js";
import type { Setting } from "./fast-path-side.js";

/** More than are remembered, some of the same length, and some that cannot be. */
export const NAMES = [
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
export const STRAY = [
  ...["d0 00", "40 02 00 63", "70 02 00 63", "62 02 00 07", "50 02 00 63", "40 02 00 01", "70 02 ff ff"],
  ...["40 82 00 00 63", "30 80 00", "33 80 80 00", '30 85 00 00 01 "a" 00 00', '3a 05 00 01 "a" 00 01'],
];
/** Packets that end a connection. */
export const WRONG = [
  ...["36 05 00 01 61 00 01", "32 03 00 01 61", "40 02 00 00", "40 03 00 01 00", "30 02 00 00", "c0 00"],
  ...["41 02 00 01", "60 02 00 01", "62 02 00 00", "50 02 00 00", "70 02 00 00", '30 03 00 01 "#"'],
  ...['32 05 00 01 "a" 00 00', "30 04 00 02 c3 28", '38 03 00 01 "a"', "90 03 00 63 01", "b0 02 00 63"],
  // Before CONNACK only a refusal.
  "20 02 00 03",
  ...["30 05 00 03 ed a0 80", "20 02 00 00", '34 04 00 03 "ab"', "30 00", "30 01 00", "30 03 00 01 00"],
];
/** An acknowledgement of another kind than what is due. */
export const CONFUSED: Readonly<Record<string, string>> = {
  "40": "50",
  "50": "40",
  "62": "62",
  "70": "70",
  "90": "b0",
};

/** What differs from one conversation to the next. */
export const SETTING = fc.record<Setting>({
  maximumInFlight: fc.constantFrom(1, 2, 3, 20),
  cleanSession: fc.boolean(),
  text: fc.constantFrom("own", "engine", "throws"),
  receiveBufferLength: fc.constantFrom(undefined, undefined, undefined, 4, 9, 40),
  isInstant: fc.boolean(),
  backupQos: fc.constantFrom<QoS>(0, 1, 2),
  lastIdentifier: fc.constantFrom(0, 254, 65_530, 65_534, 65_535),
  // So many that nothing is evicted: what gathers, off the fast path, would be sooner.
  maximumQueueBytes: fc.constant(16_384),
  queueQos0: fc.boolean(),
  earlyPublish: fc.boolean(),
  // With one nothing is on the fast path.
  hasFlash: fc.constant(false),
});

/** What may happen next, the commonest again and again. */
export const STEP = fc.record({
  kind: fc.constantFrom(
    ...["answer", "answer", "answer", "answer", "answer", "answer", "answers", "answers", "answers", "again"],
    ...["publish", "publish", "publish", "publish", "burst", "message", "message", "message", "message"],
    ...["pair", "pair", "others", "others", "stray", "rare", "wait", "wait", "narrow", "end"],
  ),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  what: fc.nat(40),
  length: fc.oneof(
    // One after the other of the same length is what most devices send.
    { weight: 4, arbitrary: fc.constant(5) },
    { weight: 4, arbitrary: fc.nat(30) },
    { weight: 2, arbitrary: fc.integer({ min: 110, max: 130 }) },
    // Longer than the receive buffer with its header, and short enough to be held.
    fc.integer({ min: 240, max: 300 }),
    fc.nat(700),
  ),
  name: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(100)),
  cut: fc.nat(1000),
});

export type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never;

/** To publish; now and then what cannot be. */
export function messageOf({ cut, length, name, qos, what }: Step): Message {
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
    ...(what % 3 === 0 ? {} : { retain: what % 5 === 0 }),
    ...(what % 7 === 0 ? { kind: "state" } : {}),
    ...(cut % 13 === 0 ? { expiresAfter: cut } : {}),
  };
}

/** A PUBLISH that the server sends. */
export function publishOf({ length, name, qos }: Step, what: number, identifier: number): string {
  const payload = Uint8Array.from({ length }, (_, i) => (i === 0 ? what % 18 : i) & 0xff);
  const topic = encodeUtf8(HEARD[name % HEARD.length] as string);
  const body = [0, topic.length, ...topic, ...(qos === 0 ? [] : [identifier >> 2, identifier]), ...payload];
  const header = new Uint8Array(4);
  const end = writeRemainingLength(body.length, header, 1);
  header[0] = 0x30 | (qos << 1) | (what % 4 === 0 ? 1 : 0);
  return hexFromBytes(Uint8Array.of(...header.subarray(0, end), ...body));
}
