/**
 * A byte stream cut into packets: wherever it is split, within its limits, and without copying. Long, because each
 * limit is shown from both sides and at every QoS.
 */

import { describe, expect, test } from "vitest";
import { decodePublish } from "../../src/mqtt/decode.js";
import { encoded } from "../../src/mqtt/encode.js";
import { CHUNK, END, Framer, HEAD, NONE, PACKET } from "../../src/mqtt/framer.js";
import type { Publish } from "../../src/mqtt/packet.js";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import { publish } from "./support/client-vectors.js";
import { FrameReader, framesOf } from "./support/frames.js";
import { bytesFromHex, hexFromBytes, joined, numbered } from "./support/hex.js";
import { RandomSource } from "./support/random.js";
import { serverVectors } from "./support/server-vectors.js";

/** Bytes of a PUBLISH beside topic name and payload: first byte, remaining length, topic length, packet identifier. */
const HEADER = 9;
const LIMIT = 16;

/** A PUBLISH on a topic name and with a payload of these lengths. */
function message(fields: Partial<Publish>, topicLength: number, payloadLength: number): Uint8Array {
  const packetIdentifier = fields.qos === undefined || fields.qos === 0 ? 0 : 0x0102;
  return encoded(
    publish({
      topicName: "t".repeat(topicLength),
      payload: numbered(payloadLength),
      packetIdentifier,
      ...fields,
    }),
  );
}

/** Everything a framer with the limit `LIMIT` can meet, one behind the other. */
function everything(): Uint8Array {
  return joined([
    ...serverVectors().map(({ hex }) => bytesFromHex(hex)),
    message({}, 1, LIMIT + 1),
    message({ qos: 1 }, LIMIT, 3 * LIMIT),
    message({ qos: 2 }, LIMIT + 1, 0),
    message({ qos: 2, duplicate: true }, LIMIT + 1, 1),
    message({}, LIMIT + 5, 0),
    message({ retain: true }, 3 * LIMIT, 3 * LIMIT),
    message({ qos: 1 }, LIMIT, LIMIT),
    bytesFromHex("d0 00"),
    message({}, 1, 150),
    bytesFromHex("62 02 00 01"),
  ]);
}

/** The lines of `everything()`, from what is known of its parts. */
function everythingShown(): readonly string[] {
  const packets = serverVectors().map(({ hex }) => `packet ${hexFromBytes(bytesFromHex(hex))}`);
  const long = packets.findIndex((line) => line.startsWith("packet 30 80 01"));
  const zeros = Array.from({ length: 125 }, () => "00").join(" ");
  packets.splice(long, 1, "head 125 30 00 01 74", `chunk ${zeros}`, "end");
  const topic = Array.from({ length: LIMIT }, () => "74").join(" ");
  return [
    ...packets,
    "head 17 30 00 01 74",
    `chunk ${hexFromBytes(numbered(17))}`,
    "end",
    `head 48 32 00 10 ${topic} 01 02`,
    `chunk ${hexFromBytes(numbered(48))}`,
    "end",
    "head-without-topic 0 34 01 02",
    "end",
    "head-without-topic 1 3c 01 02",
    "chunk 00",
    "end",
    "head-without-topic 0 30",
    "end",
    "head-without-topic 48 31",
    `chunk ${hexFromBytes(numbered(48))}`,
    "end",
    `packet 32 24 00 10 ${topic} 01 02 ${hexFromBytes(numbered(16))}`,
    "packet d0 00",
    "head 150 30 00 01 74",
    `chunk ${hexFromBytes(numbered(150))}`,
    "end",
    "packet 62 02 00 01",
  ];
}

describe("packets", () => {
  for (const { name, hex } of serverVectors()) {
    test(`come out whole: ${name}`, () => {
      const bytes = bytesFromHex(hex);
      expect(framesOf(3072, 512, [bytes])).toEqual([`packet ${hexFromBytes(bytes)}`]);
    });
  }

  test("that arrive in one read come out one by one, and none is waited for", () => {
    const vectors = serverVectors().map(({ hex }) => bytesFromHex(hex));
    const reader = new FrameReader(3072, 4096);
    reader.feed(joined([...vectors, ...vectors]));
    const lines = vectors.map((bytes) => `packet ${hexFromBytes(bytes)}`);
    expect(reader.lines).toEqual([...lines, ...lines]);
  });

  test("give first byte, body and end of each", () => {
    const framer = new Framer(3072, new ReceiveBuffer(new Uint8Array(512), false));
    const bytes = bytesFromHex('d0 00 32 86 00 00 01 "a" 00 07 "x"');
    framer.space(bytes.length).set(bytes);
    framer.commit(bytes.length);
    expect(framer.next()).toBe(PACKET);
    expect([framer.first, framer.start, framer.body, framer.end]).toEqual([0xd0, 0, 2, 2]);
    expect(framer.next()).toBe(PACKET);
    expect([framer.first, framer.start, framer.body, framer.end]).toEqual([0x32, 2, 5, 11]);
    expect(framer.next()).toBe(NONE);
    expect(framer.next()).toBe(NONE);
  });

  test("without a payload come out whole, even with a limit of 0", () => {
    expect(framesOf(0, 16, [bytesFromHex("d0 00")])).toEqual(["packet d0 00"]);
    expect(framesOf(1, 16, [bytesFromHex('30 03 00 01 "a"')])).toEqual(["packet 30 03 00 01 61"]);
  });
});

describe("any split of the stream gives the same frames", () => {
  test("in one read", () => {
    expect(framesOf(LIMIT, 4096, [everything()])).toEqual(everythingShown());
  });

  for (const bufferLength of [1, 2, 3, 5, 8, 64, 512]) {
    test(`in reads of one byte, with a buffer of ${bufferLength}`, () => {
      const bytes = everything();
      const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expect(framesOf(LIMIT, bufferLength, parts)).toEqual(everythingShown());
    });

    test(`in reads as long as it takes, with a buffer of ${bufferLength}`, () => {
      expect(framesOf(LIMIT, bufferLength, [everything()])).toEqual(everythingShown());
    });
  }

  test("at every single point", () => {
    const bytes = everything();
    const expected = everythingShown();
    for (let at = 1; at < bytes.length; at += 1) {
      expect(framesOf(LIMIT, 32, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
    }
  });

  test("at every two points that lie close together", () => {
    const bytes = everything();
    const expected = everythingShown();
    for (let at = 1; at < bytes.length - 3; at += 1) {
      for (let length = 1; length <= 3; length += 1) {
        const parts = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
        expect(framesOf(LIMIT, 64, parts)).toEqual(expected);
      }
    }
  });

  test("in 200 times other reads of random length", () => {
    const random = new RandomSource(1883);
    const bytes = everything();
    const expected = everythingShown();
    for (let run = 0; run < 200; run += 1) {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + random.below(40);
        parts.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(framesOf(LIMIT, 1 + random.below(100), parts)).toEqual(expected);
    }
  });
});

describe("the limit", () => {
  for (const qos of [0, 1, 2] as const) {
    const identifier = qos === 0 ? "" : " 01 02";

    test(`lets a payload just as long through whole, QoS ${qos}`, () => {
      for (const topicLength of [1, LIMIT]) {
        const bytes = message({ qos }, topicLength, LIMIT);
        expect(framesOf(LIMIT, 512, [bytes])).toEqual([`packet ${hexFromBytes(bytes)}`]);
      }
    });

    test(`streams a payload that is one byte longer, QoS ${qos}`, () => {
      expect(framesOf(LIMIT, 512, [message({ qos }, 1, LIMIT + 1)])).toEqual([
        `head 17 3${qos * 2} 00 01 74${identifier}`,
        `chunk ${hexFromBytes(numbered(LIMIT + 1))}`,
        "end",
      ]);
    });

    test(`lets a topic name just as long through, QoS ${qos}`, () => {
      const bytes = message({ qos }, LIMIT, 0);
      expect(framesOf(LIMIT, 512, [bytes])).toEqual([`packet ${hexFromBytes(bytes)}`]);
    });

    test(`skips a topic name that is one byte longer, and streams any payload behind it, QoS ${qos}`, () => {
      expect(framesOf(LIMIT, 512, [message({ qos }, LIMIT + 1, 2)])).toEqual([
        `head-without-topic 2 3${qos * 2}${identifier}`,
        "chunk 00 01",
        "end",
      ]);
      expect(framesOf(LIMIT, 512, [message({ qos }, LIMIT + 1, 0)])).toEqual([
        `head-without-topic 0 3${qos * 2}${identifier}`,
        "end",
      ]);
    });
  }

  test("of 0 streams a payload of one byte", () => {
    const lines = framesOf(0, 16, [message({ qos: 1 }, 1, 1)]);
    expect(lines).toEqual(["head-without-topic 1 32 01 02", "chunk 00", "end"]);
  });

  test("lets a SUBACK of 64 bytes through, and refuses a longer one at once [MQTT-3.8.4-5]", () => {
    const right = Uint8Array.of(0x90, 64, 0, 1, ...new Uint8Array(62));
    expect(framesOf(LIMIT, 16, [right])).toEqual([`packet ${hexFromBytes(right)}`]);
    expect(framesOf(LIMIT, 16, [bytesFromHex("90 41")])).toEqual(["violation MQTT-3.8.4-5"]);
    expect(framesOf(LIMIT, 16, [bytesFromHex("90 ff ff ff 7f")])).toEqual(["violation MQTT-3.8.4-5"]);
  });

  test("lets a SUBACK of its own length through, and refuses a longer one at once [MQTT-3.8.4-5]", () => {
    const right = joined([bytesFromHex("90 c8 01 00 01"), new Uint8Array(198)]);
    expect(framesOf(200, 16, [right])).toEqual([`packet ${hexFromBytes(right)}`]);
    expect(framesOf(200, 16, [bytesFromHex("90 c9 01")])).toEqual(["violation MQTT-3.8.4-5"]);
  });

  test("holds for a packet of 256 MiB: nothing is allocated for it", () => {
    const reader = new FrameReader(LIMIT, 32).feed(bytesFromHex('34 ff ff ff 7f 00 01 "t" 00 07 61 62 63'));
    expect(reader.lines).toEqual(["head 268435450 34 00 01 74 00 07", "chunk 61 62 63"]);
    expect(reader.longestBuffer).toBe(32);
  });
});

describe("memory", () => {
  test("is never more than a topic name and a payload of the limit each, and the header", () => {
    for (const bufferLength of [1, 8, 40]) {
      const reader = new FrameReader(LIMIT, bufferLength);
      reader.feed(everything());
      reader.feed(message({ qos: 1 }, LIMIT, LIMIT));
      expect(reader.longestBuffer <= Math.max(bufferLength, 2 * LIMIT + HEADER)).toBe(true);
    }
  });

  test("is given back once a long packet has been used up", () => {
    const buffer = new Uint8Array(16);
    const framer = new Framer(3072, new ReceiveBuffer(buffer, false));
    const bytes = message({}, 1, 3000);
    let fed = 0;
    while (fed < bytes.length) {
      const space = framer.space(bytes.length - fed);
      space.set(bytes.subarray(fed, fed + space.length));
      framer.commit(space.length);
      fed += space.length;
      if (fed < bytes.length) expect(framer.next()).toBe(NONE);
    }
    expect(framer.next()).toBe(PACKET);
    expect(framer.buffer.length > 3000).toBe(true);
    expect(framer.next()).toBe(NONE);
    expect(framer.buffer === buffer).toBe(true);
  });

  test("takes what the packet still lacks and no more, so that nothing follows it into the longer buffer", () => {
    const buffer = new Uint8Array(64);
    const framer = new Framer(3072, new ReceiveBuffer(buffer, false));
    const long = message({}, 1, 3000);
    feedAll(framer, long.subarray(0, 60));
    expect(framer.space(5000).length).toBe(long.length - 60);
    feedAll(framer, long.subarray(60));
    feedAll(framer, bytesFromHex("d0"));
    expect(framer.buffer === buffer).toBe(true);
    expect(hexFromBytes(buffer.subarray(0, 1))).toBe("d0");
  });

  test("is not taken at all for packets that fit the buffer: they lie in it", () => {
    const buffer = new Uint8Array(64);
    const framer = new Framer(3072, new ReceiveBuffer(buffer, false));
    for (let i = 0; i < 100; i += 1) feedAll(framer, message({ qos: 1 }, 3, i % 50));
    expect(framer.buffer === buffer).toBe(true);
    const justFits = message({ qos: 1 }, 3, 55);
    expect(justFits.length).toBe(64);
    feedAll(framer, justFits.subarray(0, 9));
    feedAll(framer, justFits.subarray(9));
    expect(framer.buffer === buffer).toBe(true);
  });

  test("space gives no more than asked for, and at least one byte", () => {
    const framer = new Framer(LIMIT, new ReceiveBuffer(new Uint8Array(8), false));
    expect(framer.next()).toBe(NONE);
    expect(framer.space(3).length).toBe(3);
    expect(framer.space(100).length).toBe(8);
    for (const byte of message({}, 4, LIMIT)) {
      const target = framer.space(1);
      expect(target.length).toBe(1);
      target[0] = byte;
      framer.commit(1);
      framer.next();
    }
  });
});

describe("nothing is copied that can be sliced", () => {
  test("the payload of a whole packet is a view of the buffer that was read into", () => {
    const buffer = new Uint8Array(64);
    const framer = new Framer(LIMIT, new ReceiveBuffer(buffer, false));
    const bytes = message({ qos: 1 }, 3, 10);
    framer.space(bytes.length).set(bytes);
    framer.commit(bytes.length);
    expect(framer.next()).toBe(PACKET);
    const { payload } = decodePublish(framer.buffer, framer.start, framer.body, framer.end);
    expect(payload.buffer === buffer.buffer).toBe(true);
    expect(payload.byteOffset).toBe(bytes.length - 10);
  });

  test("several packets of one read stay where they are", () => {
    const buffer = new Uint8Array(64);
    const framer = new Framer(LIMIT, new ReceiveBuffer(buffer, false));
    const one = message({}, 2, 4);
    framer.space(64).set(joined([one, one, one]));
    framer.commit(3 * one.length);
    for (const start of [0, one.length, 2 * one.length]) {
      expect(framer.next()).toBe(PACKET);
      expect([framer.buffer === buffer, framer.start]).toEqual([true, start]);
    }
  });

  test("a chunk of a streamed payload lies where it was read to", () => {
    const buffer = new Uint8Array(16);
    const framer = new Framer(LIMIT, new ReceiveBuffer(buffer, false));
    feedAll(framer, message({}, 1, 100).subarray(0, 5));
    for (let i = 0; i < 5; i += 1) {
      const target = framer.space(100);
      expect(target.buffer === buffer.buffer).toBe(true);
      framer.commit(target.length);
      expect(framer.next()).toBe(CHUNK);
      expect([framer.buffer === buffer, framer.start, framer.end]).toEqual([true, 0, 16]);
      expect(framer.next()).toBe(NONE);
    }
  });

  test("a chunk in the same read as its head is given without another read", () => {
    const framer = new Framer(LIMIT, new ReceiveBuffer(new Uint8Array(64), false));
    const bytes = message({}, 1, 20);
    framer.space(bytes.length).set(bytes);
    framer.commit(bytes.length);
    expect([framer.next(), framer.next(), framer.next(), framer.next()]).toEqual([HEAD, CHUNK, END, NONE]);
  });
});

describe("a stream that cannot be cut is rejected", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["a type no server sends, as soon as its header is there", "c0 00", "MQTT-4.8.0-1"],
    ["a long packet of a type no server sends, without waiting for it", "10 ff ff ff 7f", "MQTT-4.8.0-1"],
    ["reserved flags, without waiting for the body", "41 02", "MQTT-2.2.2-2"],
    ["QoS 3, without waiting for the body", "36 ff 7f", "MQTT-3.3.1-4"],
    ["a wrong length, without waiting for the body", "40 7f", "MQTT-4.8.0-1"],
    ["a remaining length of five bytes", "30 80 80 80 80", "MQTT-4.8.0-1"],
    ["a topic name longer than the packet, when that is over the limit", "30 20 00 1f", "MQTT-3.3.2-1"],
    ["no room for the packet identifier, when the packet is over the limit", "32 20 00 1e", "MQTT-3.3.2-1"],
  ];
  for (const [name, hex, statement] of cases) {
    test(`${name} [${statement}]`, () => {
      expect(framesOf(LIMIT, 64, [bytesFromHex(hex)])).toEqual([`violation ${statement}`]);
      expect(framesOf(LIMIT, 64, [bytesFromHex(`d0 00 ${hex}`)])).toEqual([
        "packet d0 00",
        `violation ${statement}`,
      ]);
      const bytes = Array.from(bytesFromHex(hex), (byte) => Uint8Array.of(byte));
      expect(framesOf(LIMIT, 1, bytes)).toEqual([`violation ${statement}`]);
    });
  }
});

describe("a part that arrives need not be looked at", () => {
  for (const [what, parts, expected] of [
    [
      "as long as the packet is not whole",
      ["32 09", "00 05", '"topic" 00', "01"],
      [false, true, true, false],
    ],
    [
      "but when there may be a whole packet in fewer bytes than a header can have",
      ["d0 80", "00"],
      [false, false],
    ],
    [
      "but when it is of a topic name that is skipped, whatever was awaited before",
      ["30 80 80 01 00", '80 "xxxxxxx"', '"xxx"'],
      [false, false, false],
    ],
  ] as const) {
    test(what, () => {
      const framer = new Framer(10, new ReceiveBuffer(new Uint8Array(64), false));
      const short = parts.map((part) => {
        const bytes = bytesFromHex(part);
        framer.space(bytes.length).set(bytes);
        framer.commit(bytes.length);
        const { isShort } = framer;
        while (!isShort && framer.next() !== NONE) {
          // The frames are not looked at.
        }
        return isShort;
      });
      expect(short).toEqual(expected);
    });
  }
});

/** Puts `bytes` into the framer in as many reads as it wants, and takes every frame. */
function feedAll(framer: Framer, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    const target = framer.space(bytes.length - offset);
    target.set(bytes.subarray(offset, offset + target.length));
    framer.commit(target.length);
    offset += target.length;
    while (framer.next() !== NONE) {
      // The frames are not looked at.
    }
  }
}
