/** Random packets of either side, and random ways of spoiling their bytes. */

import fc from "fast-check";
import type { ClientPacket, Publish, QoS, ServerPacket } from "../../../../src/mqtt/packet.js";
import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../../../src/mqtt/packet-type.js";
import { numbered } from "../../support/hex.js";

/** Any character that may stand in a string, of every length in UTF-8. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("/", "$", " ", "\ufeff", "\u0001", "\u{1f600}", "\uffff", "\ud7ff"),
  },
);

/** What MQTT can carry as a string: anything but U+0000. */
export function text(maxLength: number): fc.Arbitrary<string> {
  return fc.array(character, { maxLength, size: "max" }).map((parts) => parts.join("").replaceAll("\0", "0"));
}

export function topicName(maxLength: number): fc.Arbitrary<string> {
  return text(maxLength).map((name) => name.replaceAll(/[+#]/g, "-") || "t");
}

export const topicFilter: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom("+", "", "a"), topicName(5).map(withoutSlash)), { maxLength: 5 }),
    fc.boolean(),
  )
  .map(([levels, hasHash]) => (hasHash ? [...levels, "#"] : levels).join("/") || "f");

export const packetIdentifier = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }),
  fc.constantFrom(1, 255, 256, 65_535),
);

const qosLevel = fc.constantFrom<QoS>(0, 1, 2);

/** Mostly short, now and then so long that the remaining length takes two bytes or three. */
const payload = fc.oneof(
  { weight: 30, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 4, arbitrary: fc.integer({ min: 100, max: 300 }).map(numbered) },
  { weight: 1, arbitrary: fc.integer({ min: 16_300, max: 16_500 }).map(numbered) },
);

export function publishPacket(
  topics: fc.Arbitrary<string>,
  payloads: fc.Arbitrary<Uint8Array>,
): fc.Arbitrary<Publish> {
  return fc
    .record({
      topicName: topics,
      payload: payloads,
      qos: qosLevel,
      retain: fc.boolean(),
      duplicate: fc.boolean(),
      packetIdentifier,
    })
    .map((fields) => {
      const isPlain = fields.qos === 0;
      return {
        type: PUBLISH,
        ...fields,
        duplicate: !isPlain && fields.duplicate,
        packetIdentifier: isPlain ? 0 : fields.packetIdentifier,
      };
    });
}

const acknowledgement = fc.record({
  type: fc.constantFrom<typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP>(
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
  ),
  packetIdentifier,
});

const connect = fc
  .record({
    type: fc.constant<typeof CONNECT>(CONNECT),
    clientIdentifier: text(25),
    cleanSession: fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 65_535 }),
    will: fc.option(fc.record({ topicName: topicName(10), payload, qos: qosLevel, retain: fc.boolean() }), {
      nil: undefined,
    }),
    userName: fc.option(text(20), { nil: undefined }),
    password: fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined }),
  })
  .map((packet) => ({
    ...packet,
    cleanSession: packet.cleanSession || packet.clientIdentifier === "",
    password: packet.userName === undefined ? undefined : packet.password,
  }));

export const clientPacket: fc.Arbitrary<ClientPacket> = fc.oneof(
  { weight: 4, arbitrary: connect },
  { weight: 6, arbitrary: publishPacket(topicName(30), payload) },
  { weight: 2, arbitrary: acknowledgement },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant<typeof SUBSCRIBE>(SUBSCRIBE),
      packetIdentifier,
      subscriptions: fc.array(fc.record({ topicFilter, qos: qosLevel }), { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant<typeof UNSUBSCRIBE>(UNSUBSCRIBE),
      packetIdentifier,
      topicFilters: fc.array(topicFilter, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom<typeof PINGREQ | typeof DISCONNECT>(PINGREQ, DISCONNECT),
    }),
  },
);

function serverPacketWith(publish: fc.Arbitrary<Publish>): fc.Arbitrary<ServerPacket> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .record({
          type: fc.constant<typeof CONNACK>(CONNACK),
          sessionPresent: fc.boolean(),
          returnCode: fc.constantFrom<0 | 1 | 2 | 3 | 4 | 5>(0, 1, 2, 3, 4, 5),
        })
        .map((packet) => ({ ...packet, sessionPresent: packet.sessionPresent && packet.returnCode === 0 })),
    },
    { weight: 8, arbitrary: publish },
    { weight: 3, arbitrary: acknowledgement },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant<typeof SUBACK>(SUBACK),
        packetIdentifier,
        returnCodes: fc.array(fc.constantFrom<QoS | 0x80>(0, 1, 2, 0x80), { minLength: 1, maxLength: 8 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant<typeof UNSUBACK>(UNSUBACK), packetIdentifier }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant<typeof PINGRESP>(PINGRESP) }) },
  );
}

export const serverPacket = serverPacketWith(publishPacket(topicName(30), payload));

/** Short ones, in which a changed byte is likely to matter. */
export const smallServerPacket = serverPacketWith(
  publishPacket(topicName(4), fc.uint8Array({ maxLength: 6 })),
);

/** One change to some bytes. */
export type Mutation =
  | { readonly kind: "set" | "insert"; readonly at: number; readonly value: number }
  | { readonly kind: "delete" | "truncate"; readonly at: number };

/** `at` is a share of the length, so that it fits any. */
const place = fc.integer({ min: 0, max: 999 }).map((thousandth) => thousandth / 1000);
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0, 1, 2, 3, 6, 0x2b, 0x23, 0x7f, 0x80, 0xc0, 0xc1, 0xed, 0xf4, 0xff),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant<"set">("set"), at: place, value: byte }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant<"insert">("insert"), at: place, value: byte }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant<"delete">("delete"), at: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant<"truncate">("truncate"), at: place }) },
);

export const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

/** `bytes` with all of `changes`; if `fits`, with a remaining length that is right again. */
export function mutated(bytes: Uint8Array, changes: readonly Mutation[], fits: boolean): Uint8Array {
  const result = [...bytes];
  for (const change of changes) {
    const at = Math.floor(change.at * result.length);
    if (change.kind === "set") result[at] = change.value;
    else if (change.kind === "insert") result.splice(at, 0, change.value);
    else if (change.kind === "delete") result.splice(at, 1);
    else result.length = at;
  }
  if (fits && result.length >= 2 && result.length < 130) result[1] = result.length - 2;
  return Uint8Array.from(result);
}

function withoutSlash(level: string): string {
  return level.replaceAll("/", "-");
}
