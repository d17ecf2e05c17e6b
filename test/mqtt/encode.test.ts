/** What a client sends, byte for byte, and what it refuses to send. Long, because each refusal has its own case. */

import { describe, expect, test } from "vitest";
import {
  checkQos,
  encode,
  encodeAcknowledgement,
  encoded,
  encodedLength,
  encodePublishHeader,
} from "../../src/mqtt/encode.js";
import type { ClientPacket, QoS } from "../../src/mqtt/packet.js";
import {
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet-type.js";
import { clientVectors, connect, publish } from "./support/client-vectors.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { refusalOf } from "./support/thrown.js";

/** 65,535 bytes, the most that a string may have, in few characters; and one byte more. */
const LONGEST = "\u20ac".repeat(21_845);
const TOO_LONG = `${LONGEST}a`;

/** A QoS the types do not allow. */
const THREE = 3 as unknown as QoS;

function refusalToEncode(packet: ClientPacket): string | undefined {
  const asPacket = refusalOf(() => encoded(packet));
  expect(refusalOf(() => encodedLength(packet))).toBe(asPacket);
  return asPacket;
}

describe("encodes", () => {
  for (const { name, packet, hex } of clientVectors()) {
    test(name, () => {
      const expected = hexFromBytes(bytesFromHex(hex));
      const bytes = encoded(packet);
      expect(hexFromBytes(bytes)).toBe(expected);
      expect(encodedLength(packet)).toBe(bytes.length);
      const target = new Uint8Array(bytes.length + 4).fill(0xee);
      expect(encode(packet, target, 3)).toBe(bytes.length + 3);
      expect(hexFromBytes(target)).toBe(`ee ee ee ${expected} ee`);
    });
  }

  test("the first byte of every packet with the flags of table 2.2 [MQTT-2.2.2-1]", () => {
    const firsts = new Set(clientVectors().map(({ packet }) => encoded(packet)[0] as number));
    const withoutPublish = [...firsts].filter((first) => first >> 4 !== 3).sort((a, b) => a - b);
    expect(hexFromBytes(Uint8Array.from(withoutPublish))).toBe("10 40 50 62 70 82 a2 c0 e0");
  });

  test("acknowledgements in place", () => {
    const target = new Uint8Array(6).fill(0xee);
    expect(encodeAcknowledgement(PUBREL, 258, target, 1)).toBe(5);
    expect(hexFromBytes(target)).toBe("ee 62 02 01 02 ee");
  });

  test("every kind of acknowledgement", () => {
    const bytes = ([PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK] as const).map((type) =>
      hexFromBytes(encoded({ type, packetIdentifier: 0x1234 })),
    );
    expect(bytes).toEqual(["40 02 12 34", "50 02 12 34", "62 02 12 34", "70 02 12 34", "b0 02 12 34"]);
  });

  test("the header of a PUBLISH up to where its payload begins", () => {
    const target = new Uint8Array(12).fill(0xee);
    const header = { topicName: "a/b", qos: 2, retain: true, duplicate: true, packetIdentifier: 7 } as const;
    expect(encodePublishHeader(header, 1007, target, 1)).toBe(11);
    expect(hexFromBytes(target)).toBe("ee 3d ef 07 00 03 61 2f 62 00 07 ee");
    expect(encodePublishHeader({ ...header, qos: 0, duplicate: false }, 5, target, 0)).toBe(7);
    expect(hexFromBytes(target.subarray(0, 7))).toBe("31 05 00 03 61 2f 62");
  });

  test("all combinations of QoS, DUP and retain of a PUBLISH", () => {
    const firsts: number[] = [];
    for (const qos of [0, 1, 2] as const) {
      for (const duplicate of [false, true]) {
        for (const retain of [false, true]) {
          if (qos === 0 && duplicate) continue;
          firsts.push(encoded(publish({ qos, duplicate, retain, packetIdentifier: 1 }))[0] as number);
        }
      }
    }
    expect(hexFromBytes(Uint8Array.from(firsts))).toBe("30 31 32 33 3a 3b 34 35 3c 3d");
  });

  test("all combinations of the CONNECT flags, the reserved one never set", () => {
    for (let flags = 0; flags < 256; flags += 1) {
      const willQos = ((flags >> 3) & 3) as QoS;
      const hasWill = (flags & 4) !== 0;
      if ((flags & 1) !== 0 || willQos === THREE || (!hasWill && (flags & 0x38) !== 0)) continue;
      if ((flags & 0xc0) === 0x40) continue; // a password without a user name
      const packet = connect({
        cleanSession: (flags & 2) !== 0,
        will: hasWill
          ? { topicName: "w", payload: new Uint8Array(1), qos: willQos, retain: (flags & 0x20) !== 0 }
          : undefined,
        userName: (flags & 0x80) !== 0 ? "u" : undefined,
        password: (flags & 0x40) !== 0 ? new Uint8Array(1) : undefined,
      });
      expect(encoded(packet)[9]).toBe(flags);
    }
  });

  test("fields of 65,535 bytes, all five of a CONNECT at once [MQTT-4.7.3-3]", () => {
    const payload = new Uint8Array(65_535);
    const bytes = encoded(
      connect({
        clientIdentifier: LONGEST,
        will: { topicName: LONGEST, payload, qos: 0, retain: false },
        userName: LONGEST,
        password: payload,
      }),
    );
    expect(bytes.length).toBe(1 + 3 + 10 + 5 * 65_537);
    expect(hexFromBytes(bytes.subarray(0, 4))).toBe("10 8f 80 14");
  });

  test("a PUBLISH that needs a remaining length of four bytes", () => {
    const bytes = encoded(publish({ topicName: "t", payload: new Uint8Array(2_097_149) }));
    expect(hexFromBytes(bytes.subarray(0, 8))).toBe("30 80 80 80 01 00 01 74");
    expect(bytes.length).toBe(5 + 2_097_152);
  });
});

describe("refuses a CONNECT", () => {
  const will = { topicName: "w", payload: new Uint8Array(0), qos: 0, retain: false } as const;
  const long = new Uint8Array(65_536);
  const cases: readonly (readonly [string, Partial<ReturnType<typeof connect>>, string])[] = [
    [
      "with an empty client identifier that is to resume a session",
      { clientIdentifier: "", cleanSession: false },
      "invalid-packet [MQTT-3.1.3-7]",
    ],
    ["with a password but no user name", { password: new Uint8Array(1) }, "invalid-packet [MQTT-3.1.2-22]"],
    ["with will QoS 3", { will: { ...will, qos: THREE } }, "invalid-qos [MQTT-3.1.2-14]"],
    ["with an empty will topic", { will: { ...will, topicName: "" } }, "invalid-topic-name [MQTT-4.7.3-1]"],
    [
      "with a wildcard in the will topic",
      { will: { ...will, topicName: "a/#" } },
      "invalid-topic-name [MQTT-3.3.2-2]",
    ],
    ["with a keep alive below 0", { keepAlive: -1 }, "invalid-packet"],
    ["with a keep alive over 65,535", { keepAlive: 65_536 }, "invalid-packet"],
    ["with half a second of keep alive", { keepAlive: 0.5 }, "invalid-packet"],
    ["with a keep alive that is no number", { keepAlive: Number.NaN }, "invalid-packet"],
    ["with U+0000 in the client identifier", { clientIdentifier: "a\0" }, "invalid-string [MQTT-1.5.3-2]"],
    [
      "with a lone surrogate in the client identifier",
      { clientIdentifier: "\ud800" },
      "invalid-string [MQTT-1.5.3-1]",
    ],
    ["with U+0000 in the user name", { userName: "\0" }, "invalid-string [MQTT-1.5.3-2]"],
    ["with a lone surrogate in the user name", { userName: "\udc00" }, "invalid-string [MQTT-1.5.3-1]"],
    [
      "with U+0000 in the will topic",
      { will: { ...will, topicName: "a\0" } },
      "invalid-string [MQTT-1.5.3-2]",
    ],
    [
      "with a lone surrogate in the will topic",
      { will: { ...will, topicName: "\udc00" } },
      "invalid-string [MQTT-1.5.3-1]",
    ],
    [
      "with a client identifier of 65,536 bytes",
      { clientIdentifier: TOO_LONG },
      "invalid-string [MQTT-4.7.3-3]",
    ],
    ["with a user name of 65,536 bytes", { userName: TOO_LONG }, "invalid-string [MQTT-4.7.3-3]"],
    ["with a password of 65,536 bytes", { userName: "u", password: long }, "invalid-packet"],
    ["with a will message of 65,536 bytes", { will: { ...will, payload: long } }, "invalid-packet"],
  ];
  for (const [name, fields, refusal] of cases) {
    test(`${name} (${refusal})`, () => {
      expect(refusalToEncode(connect(fields))).toBe(refusal);
    });
  }
});

describe("refuses a PUBLISH", () => {
  const cases: readonly (readonly [string, Partial<ReturnType<typeof publish>>, string])[] = [
    ["with QoS 3", { qos: THREE, packetIdentifier: 1 }, "invalid-qos [MQTT-3.3.1-4]"],
    ["with DUP and QoS 0", { duplicate: true }, "invalid-packet [MQTT-3.3.1-2]"],
    ["with an empty topic name", { topicName: "" }, "invalid-topic-name [MQTT-4.7.3-1]"],
    ["with a + in its topic name", { topicName: "a/+" }, "invalid-topic-name [MQTT-3.3.2-2]"],
    ["with a # in its topic name", { topicName: "a/#" }, "invalid-topic-name [MQTT-3.3.2-2]"],
    ["with U+0000 in its topic name", { topicName: "a\0" }, "invalid-string [MQTT-1.5.3-2]"],
    ["with a lone surrogate in its topic name", { topicName: "a\ud800" }, "invalid-string [MQTT-1.5.3-1]"],
    ["with a topic name of 65,536 bytes", { topicName: TOO_LONG }, "invalid-string [MQTT-4.7.3-3]"],
    ["with QoS 1 and packet identifier 0", { qos: 1 }, "invalid-packet [MQTT-2.3.1-1]"],
    [
      "with QoS 2 and packet identifier 65,536",
      { qos: 2, packetIdentifier: 65_536 },
      "invalid-packet [MQTT-2.3.1-1]",
    ],
  ];
  for (const [name, fields, refusal] of cases) {
    test(`${name} (${refusal})`, () => {
      expect(refusalToEncode(publish(fields))).toBe(refusal);
    });
  }

  test("that is longer than 268,435,455 bytes (invalid-packet)", () => {
    const payload = { length: 268_435_453 } as Uint8Array;
    expect(encodedLength(publish({ topicName: "a", payload: { length: 268_435_452 } as Uint8Array }))).toBe(
      5 + 268_435_455,
    );
    expect(refusalOf(() => encodedLength(publish({ topicName: "a", payload })))).toBe("invalid-packet");
  });
});

describe("refuses a SUBSCRIBE or UNSUBSCRIBE", () => {
  const cases: readonly (readonly [string, ClientPacket, string])[] = [
    [
      "to nothing",
      { type: SUBSCRIBE, packetIdentifier: 1, subscriptions: [] },
      "invalid-packet [MQTT-3.8.3-3]",
    ],
    [
      "with QoS 3",
      { type: SUBSCRIBE, packetIdentifier: 1, subscriptions: [{ topicFilter: "a", qos: THREE }] },
      "invalid-qos [MQTT-3.8.3-4]",
    ],
    [
      "with packet identifier 0",
      { type: SUBSCRIBE, packetIdentifier: 0, subscriptions: [{ topicFilter: "a", qos: 0 }] },
      "invalid-packet [MQTT-2.3.1-1]",
    ],
    [
      "with a bad filter behind a good one",
      {
        type: SUBSCRIBE,
        packetIdentifier: 1,
        subscriptions: [
          { topicFilter: "a", qos: 0 },
          { topicFilter: "a+", qos: 0 },
        ],
      },
      "invalid-topic-filter [MQTT-4.7.1-3]",
    ],
    [
      "with a lone surrogate [MQTT-3.8.3-1]",
      { type: SUBSCRIBE, packetIdentifier: 1, subscriptions: [{ topicFilter: "\ud800", qos: 0 }] },
      "invalid-string [MQTT-1.5.3-1]",
    ],
    [
      "from nothing",
      { type: UNSUBSCRIBE, packetIdentifier: 1, topicFilters: [] },
      "invalid-packet [MQTT-3.10.3-2]",
    ],
    [
      "from an empty filter",
      { type: UNSUBSCRIBE, packetIdentifier: 1, topicFilters: ["a", ""] },
      "invalid-topic-filter [MQTT-4.7.3-1]",
    ],
    [
      "from a bad filter",
      { type: UNSUBSCRIBE, packetIdentifier: 1, topicFilters: ["a/#/b"] },
      "invalid-topic-filter [MQTT-4.7.1-2]",
    ],
    [
      "with packet identifier 65,536",
      { type: UNSUBSCRIBE, packetIdentifier: 65_536, topicFilters: ["a"] },
      "invalid-packet [MQTT-2.3.1-1]",
    ],
  ];
  for (const [name, packet, refusal] of cases) {
    test(`${name} (${refusal})`, () => {
      expect(refusalToEncode(packet)).toBe(refusal);
    });
  }
});

describe("refuses", () => {
  for (const packetIdentifier of [0, -1, 65_536, 1.5, Number.NaN]) {
    test(`an acknowledgement with packet identifier ${packetIdentifier} [MQTT-2.3.1-1]`, () => {
      for (const type of [PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK] as const) {
        expect(refusalToEncode({ type, packetIdentifier })).toBe("invalid-packet [MQTT-2.3.1-1]");
      }
    });
  }

  test("every QoS but 0, 1 and 2, whatever its type", () => {
    const refused = [-1, 3, 0.5, Number.NaN, "1", null, undefined, true];
    expect(refused.map((qos) => refusalOf(() => checkQos(qos, "QoS")))).toEqual(
      refused.map(() => "invalid-qos"),
    );
    expect([0, 1, 2].map((qos) => refusalOf(() => checkQos(qos, "QoS")))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
