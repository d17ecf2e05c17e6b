/** What a server sends, and every way in which it can be malformed. Long, because that is a long list. */

import { describe, expect, test } from "vitest";
import { checkFixedHeader, decode } from "../../src/mqtt/decode.js";
import type { Publish } from "../../src/mqtt/packet.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { RandomSource } from "./support/random.js";
import { serverVectors } from "./support/server-vectors.js";
import { shown } from "./support/shown.js";
import { violationOf } from "./support/thrown.js";
import { ILL_FORMED, WELL_FORMED } from "./support/utf8-cases.js";

/** Packet types by name, with a body that is right for a server's and plausible for the others. */
const TYPES: readonly (readonly [number, string, string])[] = [
  [0, "reserved type 0", ""],
  [1, "CONNECT", '00 04 "MQTT" 04 02 00 3c 00 01 "d"'],
  [2, "CONNACK", "00 00"],
  [3, "PUBLISH", '00 01 "a" 00 01'],
  [4, "PUBACK", "00 01"],
  [5, "PUBREC", "00 01"],
  [6, "PUBREL", "00 01"],
  [7, "PUBCOMP", "00 01"],
  [8, "SUBSCRIBE", '00 01 00 01 "a" 00'],
  [9, "SUBACK", "00 01 00"],
  [10, "UNSUBSCRIBE", '00 01 00 01 "a"'],
  [11, "UNSUBACK", "00 01"],
  [12, "PINGREQ", ""],
  [13, "PINGRESP", ""],
  [14, "DISCONNECT", ""],
  [15, "reserved type 15", ""],
];

function violationIn(hex: string): string | undefined {
  return violationOf(() => decode(bytesFromHex(hex)));
}

/** Behind `first`, the length of `body` and `body`. */
function packet(first: number, body: Uint8Array): Uint8Array {
  expect(body.length < 128).toBe(true);
  return Uint8Array.of(first, body.length, ...body);
}

/** A PUBLISH with QoS 0 whose topic name is these bytes. */
function publishOn(topicName: Uint8Array): Uint8Array {
  return packet(0x30, Uint8Array.of(0, topicName.length, ...topicName));
}

function statementOnFlags(type: number, flags: number): string | undefined {
  switch (type) {
    case 2:
    case 4:
    case 5:
    case 7:
    case 9:
    case 11:
    case 13:
      return flags === 0 ? undefined : "MQTT-2.2.2-2";
    case 6:
      return flags === 2 ? undefined : "MQTT-2.2.2-2";
    case 3:
      if (flags === 6 || flags === 7 || flags === 14 || flags === 15) return "MQTT-3.3.1-4";
      return flags === 8 || flags === 9 ? "MQTT-3.3.1-2" : undefined;
    default:
      return "MQTT-4.8.0-1";
  }
}

describe("decodes", () => {
  for (const { name, packet: expected, hex } of serverVectors()) {
    test(name, () => {
      const bytes = bytesFromHex(hex);
      expect(shown(decode(bytes))).toEqual(shown(expected));
      const inside = bytesFromHex(`ff ff ${hex} ff`);
      expect(shown(decode(inside, 2, inside.length - 1))).toEqual(shown(expected));
    });
  }

  test("a payload as a view of the bytes, without copying it", () => {
    const bytes = bytesFromHex('32 09 00 03 "a/b" 00 0a "hi"');
    const { payload } = decode(bytes) as Publish;
    expect(payload.buffer === bytes.buffer).toBe(true);
    expect(payload.byteOffset).toBe(9);
  });

  test("a remaining length in more bytes than it needs, since version 3.1.1 does not forbid it", () => {
    expect(shown(decode(bytesFromHex("d0 80 00")))).toEqual({ type: 13 });
    expect(shown(decode(bytesFromHex("40 82 80 80 00 00 07")))).toEqual({ packetIdentifier: 7, type: 4 });
  });

  for (const { name, text, hex } of WELL_FORMED) {
    if (text === "") continue;
    test(`a topic name of ${name}`, () => {
      expect((decode(publishOn(bytesFromHex(hex))) as Publish).topicName).toBe(text);
    });
  }
});

describe("the fixed header", () => {
  for (const [type, name, body] of TYPES) {
    test(`of ${name} is checked for each of the 16 flags [MQTT-2.2.2-2]`, () => {
      for (let flags = 0; flags < 16; flags += 1) {
        const bytes = packet((type << 4) | flags, bytesFromHex(body));
        const expected = statementOnFlags(type, flags);
        expect(violationOf(() => decode(bytes))).toBe(expected);
        expect(violationOf(() => checkFixedHeader(bytes[0] as number, bytes[1] as number))).toBe(expected);
      }
    });
  }

  for (const [type, name] of TYPES) {
    if (statementOnFlags(type, 0) !== "MQTT-4.8.0-1") continue;
    test(`of ${name} is rejected with every length: no server sends it [MQTT-4.8.0-1]`, () => {
      for (const remaining of [0, 1, 2, 3, 127, 128, 268_435_455]) {
        expect(violationOf(() => checkFixedHeader(type << 4, remaining))).toBe("MQTT-4.8.0-1");
      }
    });
  }

  for (const [first, name, right] of [
    [0x20, "CONNACK", 2],
    [0x40, "PUBACK", 2],
    [0x50, "PUBREC", 2],
    [0x62, "PUBREL", 2],
    [0x70, "PUBCOMP", 2],
    [0xb0, "UNSUBACK", 2],
    [0xd0, "PINGRESP", 0],
  ] as const) {
    test(`of ${name} says a length of ${right} and no other [MQTT-4.8.0-1]`, () => {
      for (let remaining = 0; remaining < 128; remaining += 1) {
        const body = new Uint8Array(remaining).fill(first === 0x20 ? 0 : 1);
        const expected = remaining === right ? undefined : "MQTT-4.8.0-1";
        expect(violationOf(() => decode(packet(first, body)))).toBe(expected);
      }
      expect(violationOf(() => checkFixedHeader(first, 268_435_455))).toBe("MQTT-4.8.0-1");
    });
  }

  test("of SUBACK says a length of 3 at least: there is a return code for each filter [MQTT-3.8.4-5]", () => {
    expect(violationIn("90 00")).toBe("MQTT-3.8.4-5");
    expect(violationIn("90 01 00")).toBe("MQTT-3.8.4-5");
    expect(violationIn("90 02 00 01")).toBe("MQTT-3.8.4-5");
    expect(violationIn("90 03 00 01 00")).toBe(undefined);
  });

  test("with a remaining length of five bytes is rejected [MQTT-4.8.0-1]", () => {
    expect(violationIn("30 80 80 80 80 01")).toBe("MQTT-4.8.0-1");
    expect(violationIn("d0 80 80 80 80 00")).toBe("MQTT-4.8.0-1");
    expect(violationIn("30 ff ff ff ff")).toBe("MQTT-4.8.0-1");
  });

  test("that is cut off is rejected [MQTT-4.8.0-1]", () => {
    for (const hex of ["", "d0", "30 80", "30 80 80", "30 80 80 80"]) {
      expect(violationIn(hex)).toBe("MQTT-4.8.0-1");
    }
  });

  test("that promises more or fewer bytes than follow is rejected [MQTT-4.8.0-1]", () => {
    for (const { hex } of serverVectors()) {
      const bytes = bytesFromHex(hex);
      for (let end = 0; end < bytes.length; end += 1) {
        expect(violationOf(() => decode(bytes, 0, end))).toBe("MQTT-4.8.0-1");
      }
      expect(violationIn(`${hex} 00`)).toBe("MQTT-4.8.0-1");
      expect(violationIn(`${hex} d0 00`)).toBe("MQTT-4.8.0-1");
    }
  });
});

describe("CONNACK", () => {
  test("with any reserved flag is rejected [MQTT-4.8.0-1]", () => {
    for (let flags = 2; flags < 256; flags += 1) {
      expect(violationOf(() => decode(Uint8Array.of(0x20, 2, flags, 0)))).toBe("MQTT-4.8.0-1");
    }
  });

  test("with return code 6 or more is rejected [MQTT-3.2.2-6]", () => {
    for (let returnCode = 6; returnCode < 256; returnCode += 1) {
      expect(violationOf(() => decode(Uint8Array.of(0x20, 2, 0, returnCode)))).toBe("MQTT-3.2.2-6");
    }
  });

  test("with session present and a refusal is rejected [MQTT-3.2.2-4]", () => {
    for (let returnCode = 1; returnCode < 6; returnCode += 1) {
      expect(violationOf(() => decode(Uint8Array.of(0x20, 2, 1, returnCode)))).toBe("MQTT-3.2.2-4");
    }
  });
});

describe("PUBLISH", () => {
  test("with QoS 3 is rejected [MQTT-3.3.1-4]", () => {
    for (const first of ["36", "37", "3e", "3f"]) {
      expect(violationIn(`${first} 05 00 01 "a" 00 01`)).toBe("MQTT-3.3.1-4");
    }
  });

  test("with DUP and QoS 0 is rejected [MQTT-3.3.1-2]", () => {
    expect(violationIn('38 03 00 01 "a"')).toBe("MQTT-3.3.1-2");
    expect(violationIn('39 03 00 01 "a"')).toBe("MQTT-3.3.1-2");
  });

  test("with packet identifier 0 is rejected [MQTT-2.3.1-1]", () => {
    for (const first of ["32", "33", "34", "35", "3a", "3b", "3c", "3d"]) {
      expect(violationIn(`${first} 05 00 01 "a" 00 00`)).toBe("MQTT-2.3.1-1");
    }
  });

  test("with a topic name longer than the packet is rejected [MQTT-3.3.2-1]", () => {
    for (const hex of [
      "30 00",
      "30 01 00",
      "30 02 00 01",
      '30 03 00 02 "a"',
      '30 03 ff ff "a"',
      '32 04 00 01 "a" 00',
      '32 03 00 01 "a"',
      '34 05 00 02 "a" 00 01',
      "32 02 00 00",
    ]) {
      expect(violationIn(hex)).toBe("MQTT-3.3.2-1");
    }
  });

  test("with an empty topic name is rejected [MQTT-4.7.3-1]", () => {
    expect(violationIn("30 02 00 00")).toBe("MQTT-4.7.3-1");
    expect(violationIn('30 03 00 00 "a"')).toBe("MQTT-4.7.3-1");
    expect(violationIn("32 04 00 00 00 01")).toBe("MQTT-4.7.3-1");
  });

  test("with a wildcard in its topic name is rejected [MQTT-3.3.2-2]", () => {
    for (const topicName of ["#", "+", "a/#", "a/+/b", "a+", "#a"]) {
      expect(violationOf(() => decode(publishOn(bytesFromHex(`"${topicName}"`))))).toBe("MQTT-3.3.2-2");
    }
  });

  test("with U+0000 in its topic name is rejected [MQTT-1.5.3-2]", () => {
    for (const hex of ["00", 'c3 bc 00 "a"', '"a/" 00', '00 "a"']) {
      expect(violationOf(() => decode(publishOn(bytesFromHex(hex))))).toBe("MQTT-1.5.3-2");
    }
  });

  for (const { name, hex } of ILL_FORMED) {
    test(`with ${name} in its topic name is rejected [MQTT-1.5.3-1]`, () => {
      expect(violationOf(() => decode(publishOn(bytesFromHex(hex))))).toBe("MQTT-1.5.3-1");
      expect(violationOf(() => decode(publishOn(bytesFromHex(`"a/" ${hex} "/b"`))))).toBe("MQTT-1.5.3-1");
    });
  }

  test("with any encoded surrogate in its topic name is rejected [MQTT-1.5.3-1]", () => {
    for (let second = 0xa0; second <= 0xbf; second += 1) {
      for (const third of [0x80, 0xbf]) {
        const bytes = publishOn(Uint8Array.of(0x61, 0xed, second, third));
        expect(violationOf(() => decode(bytes))).toBe("MQTT-1.5.3-1");
      }
    }
  });

  test("with a character of its topic name cut off by the topic's length is rejected [MQTT-1.5.3-1]", () => {
    expect(violationIn('30 07 00 02 "a" c3 bc "hi"')).toBe("MQTT-1.5.3-1");
    expect(violationIn('30 07 00 03 "a" c3 bc "hi"')).toBe(undefined);
  });

  test("with a payload that is not UTF-8, or has U+0000 in it, is taken", () => {
    expect((decode(bytesFromHex('30 06 00 01 "a" ff 00 c0')) as Publish).payload.length).toBe(3);
  });

  test("with QoS 0 has two bytes like a packet identifier in its payload [MQTT-2.3.1-5]", () => {
    expect(hexFromBytes((decode(bytesFromHex('30 05 00 01 "a" 00 00')) as Publish).payload)).toBe("00 00");
  });
});

describe("an acknowledgement", () => {
  test("with packet identifier 0 is rejected [MQTT-2.3.1-1]", () => {
    for (const first of ["40", "50", "62", "70", "b0"]) {
      expect(violationIn(`${first} 02 00 00`)).toBe("MQTT-2.3.1-1");
    }
    expect(violationIn("90 03 00 00 00")).toBe("MQTT-2.3.1-1");
  });

  test("SUBACK with a reserved return code, 3 to 7F and 81 to FF, is rejected [MQTT-3.9.3-2]", () => {
    for (let code = 0; code < 256; code += 1) {
      const expected = code <= 2 || code === 0x80 ? undefined : "MQTT-3.9.3-2";
      expect(violationOf(() => decode(Uint8Array.of(0x90, 3, 0, 1, code)))).toBe(expected);
      expect(violationOf(() => decode(Uint8Array.of(0x90, 5, 0, 1, 0, code, 0x80)))).toBe(expected);
    }
  });
});

describe("whatever arrives", () => {
  test("5,000 times random bytes give a packet or a ProtocolError, and nothing else", () => {
    const random = new RandomSource(311);
    let rejected = 0;
    for (let i = 0; i < 5000; i += 1) {
      const bytes = random.bytes(random.below(24));
      // Half of them with a length that fits, or hardly any would get past it.
      if (bytes.length > 1 && i % 2 === 0) bytes[1] = bytes.length - 2;
      if (violationOf(() => decode(bytes)) !== undefined) rejected += 1;
    }
    expect(rejected > 2500 && rejected < 5000).toBe(true);
  });

  test("every packet with every byte of it changed to every value gives a packet or a ProtocolError", () => {
    for (const { hex } of serverVectors()) {
      const bytes = bytesFromHex(hex);
      for (let at = 0; at < Math.min(bytes.length, 16); at += 1) {
        const before = bytes[at] as number;
        for (let value = 0; value < 256; value += 1) {
          bytes[at] = value;
          violationOf(() => decode(bytes));
        }
        bytes[at] = before;
      }
    }
  });
});
