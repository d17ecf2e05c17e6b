/** A message in its wire form, and the list that messages stand in. */

import { describe, expect, test } from "vitest";
import { Outgoing, OutgoingList } from "../../src/mqtt/outgoing.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { PacketRing } from "../../src/mqtt/packet-ring.js";
import { bytesFromHex, hexFromBytes, numbered, sameBytes } from "./support/hex.js";
import { outgoingOf, publishOf } from "./support/messages.js";
import { shown } from "./support/shown.js";

function hexOf(outgoing: Outgoing): string {
  return hexFromBytes(outgoing.bytes as Uint8Array);
}

/** Payload lengths on both sides of where the remaining length of a PUBLISH on "t" takes another byte. */
const LENGTHS: readonly number[] = [0, 1, 121, 122, 123, 124, 125, 126, 16_377, 16_378, 16_380, 16_381];

describe("a message", () => {
  test("is encoded with room for a packet identifier when its QoS needs one", () => {
    expect(hexOf(outgoingOf("a/b", "hi", 0))).toBe("30 07 00 03 61 2f 62 68 69");
    expect(hexOf(outgoingOf("a/b", "hi", 1))).toBe("32 09 00 03 61 2f 62 00 00 68 69");
    expect(hexOf(outgoingOf("a/b", "hi", 2, true))).toBe("35 09 00 03 61 2f 62 00 00 68 69");
  });

  test("takes its payload as text or as bytes", () => {
    const text = outgoingOf("t", "\u00fc\u{1f600}", 0);
    const bytes = outgoingOf("t", bytesFromHex("c3 bc f0 9f 98 80"), 0);
    expect(hexOf(text)).toBe("30 09 00 01 74 c3 bc f0 9f 98 80");
    expect(hexOf(bytes)).toBe(hexOf(text));
  });

  test("takes a copy of its payload, which the application may change afterwards", () => {
    const payload = bytesFromHex("01 02");
    const outgoing = outgoingOf("t", payload, 0);
    payload.fill(0xff);
    expect(hexOf(outgoing)).toBe("30 05 00 01 74 01 02");
  });

  test("is as long as the ring has reserved for it", () => {
    for (const qos of [0, 1, 2] as const) {
      for (const length of LENGTHS) {
        const outgoing = outgoingOf("t", numbered(length), qos);
        expect(outgoing.byteLength).toBe(outgoing.ring?.byteLength);
        expect(outgoing.bytes?.length).toBe(outgoing.byteLength);
        expect(publishOf(outgoing).payload.length).toBe(length);
      }
    }
  });

  test("has neither length nor bytes without a packet, and counts as one of QoS 2 that was released", () => {
    const { byteLength, bytes, qos } = new Outgoing();
    expect([byteLength, bytes, qos]).toEqual([0, undefined, 2]);
  });

  test("lets its packet go once", () => {
    const ring = new PacketRing({ relocate: () => {} });
    const outgoing = outgoingOf("t", "x", 1, false, ring);
    outgoingOf("t", "y", 1, false, ring);
    outgoing.release();
    outgoing.release();
    expect([ring.byteLength, outgoing.byteLength, outgoing.bytes]).toEqual([8, 0, undefined]);
  });

  test("has three properties at first, since there may be hundreds of them", () => {
    expect(Object.keys(outgoingOf("t", "x", 1)).sort()).toEqual(["next", "ring", "start"]);
  });

  test("is given its packet identifier in place, wherever that is", () => {
    for (const topicName of ["t", "\u00fc/b", "a".repeat(200), "a".repeat(300)]) {
      for (const length of LENGTHS) {
        const outgoing = outgoingOf(topicName, numbered(length), 1);
        for (const packetIdentifier of [1, 255, 256, 65_535]) {
          outgoing.identify(packetIdentifier);
          expect(outgoing.packetIdentifier).toBe(packetIdentifier);
          const packet = publishOf(outgoing);
          expect([packet.topicName, packet.packetIdentifier, packet.payload.length]).toEqual([
            topicName,
            packetIdentifier,
            length,
          ]);
        }
      }
    }
  });

  test("sent again has DUP set and is otherwise the same [MQTT-3.3.1-1] [MQTT-2.3.1-3]", () => {
    const outgoing = outgoingOf("t", "x", 2, true);
    outgoing.identify(258);
    outgoing.repeat();
    expect(hexOf(outgoing)).toBe("3d 06 00 01 74 01 02 78");
    outgoing.repeat();
    expect(hexOf(outgoing)).toBe("3d 06 00 01 74 01 02 78");
  });

  test("that is new again has no DUP, and the next packet identifier it gets [MQTT-4.3.2-1]", () => {
    const outgoing = outgoingOf("t", "x", 1, true);
    outgoing.identify(258);
    outgoing.repeat();
    outgoing.renew();
    expect([outgoing.packetIdentifier, (outgoing.bytes as Uint8Array)[0]]).toEqual([0, 0x33]);
    outgoing.identify(3);
    expect(hexOf(outgoing)).toBe("33 06 00 01 74 00 03 78");
  });
});

describe("lowering the QoS", () => {
  const outcomes: readonly (readonly [QoS, QoS, QoS])[] = [
    [0, 0, 0],
    [0, 1, 0],
    [0, 2, 0],
    [1, 0, 0],
    [1, 1, 1],
    [1, 2, 1],
    [2, 0, 0],
    [2, 1, 1],
    [2, 2, 2],
  ];
  for (const [qos, maximum, expected] of outcomes) {
    test(`of a QoS ${qos} message to ${maximum} at most gives what QoS ${expected} would have given`, () => {
      for (const retain of [false, true]) {
        for (const topicName of ["t", "\ufeff\u{1f600}/\u00fc", "a".repeat(300)]) {
          for (const length of LENGTHS) {
            const outgoing = outgoingOf(topicName, numbered(length), qos, retain);
            outgoing.lower(maximum);
            const wanted = outgoingOf(topicName, numbered(length), expected, retain);
            expect(outgoing.qos).toBe(expected);
            expect(sameBytes(outgoing.bytes as Uint8Array, wanted.bytes as Uint8Array)).toBe(true);
          }
        }
      }
    });
  }

  test("keeps a payload that is not text as it is", () => {
    const outgoing = outgoingOf("t", bytesFromHex("ff 00 c0 80"), 1, true);
    outgoing.lower(0);
    expect(hexOf(outgoing)).toBe("31 07 00 01 74 ff 00 c0 80");
  });

  for (const length of [1, 123, 124, 125, 126]) {
    test(`of one among others leaves them as they are, and no gap for ever: payload of ${length} bytes`, () => {
      const messages: Outgoing[] = [];
      const ring = new PacketRing({
        relocate: (move) => {
          for (const one of messages) one.start = move(one.start);
        },
      });
      // The last two stay as they are: with less in it the ring would be exchanged for a shorter one.
      for (let i = 0; i < 6; i += 1) messages.push(outgoingOf("t", numbered(length), 1, false, ring));
      const packet = outgoingOf("t", numbered(length), 0).bytes as Uint8Array;
      const { bytes } = ring;
      const room = (bytes as Uint8Array).length;
      for (const at of [2, 1, 3]) {
        messages[at]?.lower(0);
        expect(messages.map((one) => [one.qos, one.byteLength])).toEqual(
          messages.map(({ qos }) => [
            qos,
            qos === 0 ? packet.length : outgoingOf("t", numbered(length), 1).byteLength,
          ]),
        );
      }
      for (const one of messages.slice(1, 4)) {
        expect(sameBytes(one.bytes as Uint8Array, packet)).toBe(true);
      }
      // All in front of the last one that was lowered is free now, the gaps too.
      for (const one of messages.splice(0, 3)) one.release();
      expect(ring.byteLength).toBe(packet.length + 2 * outgoingOf("t", numbered(length), 1).byteLength);
      const last = messages[0] as Outgoing;
      const free = last.start;
      let used = 0;
      for (let shortest = 5; used + shortest <= free; used += shortest) {
        messages.push(outgoingOf("t", "", 0, false, ring));
        if (ring.bytes !== bytes) break;
      }
      expect([ring.bytes === bytes, (ring.bytes as Uint8Array).length]).toEqual([true, room]);
      expect(sameBytes(last.bytes as Uint8Array, packet)).toBe(true);
    });
  }

  test("of a message that came back from another server leaves no packet identifier behind", () => {
    const outgoing = outgoingOf("t", "x", 2);
    outgoing.identify(0x1234);
    outgoing.repeat();
    outgoing.renew();
    outgoing.lower(0);
    expect(hexOf(outgoing)).toBe("30 04 00 01 74 78");
    expect(shown(publishOf(outgoing))["packetIdentifier"]).toBe(0);
  });
});

describe("a list of messages", () => {
  /** Messages told apart by their packet identifiers, 1 to `count`. */
  function messages(count: number): readonly Outgoing[] {
    return Array.from({ length: count }, (_, i) => {
      const outgoing = outgoingOf("t", "", 1);
      outgoing.identify(i + 1);
      return outgoing;
    });
  }

  function listOf(members: readonly Outgoing[]): OutgoingList {
    const list = new OutgoingList();
    for (const member of members) list.push(member);
    return list;
  }

  function members(list: OutgoingList): readonly number[] {
    const seen: number[] = [];
    for (let at = list.first; at !== undefined; at = at.next) seen.push(at.packetIdentifier ?? 0);
    expect(list.length).toBe(seen.length);
    return seen;
  }

  test("is empty at first", () => {
    const list = new OutgoingList();
    expect(members(list)).toEqual([]);
    expect([list.shift(), list.find(1)]).toEqual([undefined, undefined]);
  });

  test("is first in, first out", () => {
    const list = listOf(messages(3));
    expect(members(list)).toEqual([1, 2, 3]);
    expect([1, 2, 3, 4].map(() => list.shift()?.packetIdentifier)).toEqual([1, 2, 3, undefined]);
  });

  test("takes a message at its front", () => {
    const [one, two, three] = messages(3) as [Outgoing, Outgoing, Outgoing];
    const list = new OutgoingList();
    list.unshift(two);
    list.unshift(one);
    list.push(three);
    expect(members(list)).toEqual([1, 2, 3]);
  });

  for (const [at, left] of [
    [0, [2, 3]],
    [1, [1, 3]],
    [2, [1, 2]],
  ] as const) {
    test(`removes number ${at + 1} of three, and goes on being a list`, () => {
      const all = messages(4);
      const list = listOf(all.slice(0, 3));
      const removed = all[at] as Outgoing;
      list.remove(removed);
      expect(removed.next).toBe(undefined);
      expect(members(list)).toEqual(left);
      list.push(all[3] as Outgoing);
      expect(members(list)).toEqual([...left, 4]);
    });
  }

  test("does nothing when asked to remove a message that is not in it", () => {
    const all = messages(3);
    const list = listOf(all.slice(0, 2));
    list.remove(all[2] as Outgoing);
    expect(members(list)).toEqual([1, 2]);
  });

  test("finds a message by its packet identifier", () => {
    const all = messages(3);
    const list = listOf(all);
    expect([1, 2, 3].map((identifier) => list.find(identifier) === all[identifier - 1])).toEqual([
      true,
      true,
      true,
    ]);
    expect(list.find(4)).toBe(undefined);
  });

  test("takes all of another list before its own, which leaves that one empty", () => {
    for (let split = 0; split <= 4; split += 1) {
      const all = messages(5);
      const others = listOf(all.slice(0, split));
      const list = listOf(all.slice(split, 4));
      list.prepend(others);
      expect(members(list)).toEqual([1, 2, 3, 4]);
      expect(members(others)).toEqual([]);
      list.push(all[4] as Outgoing);
      expect(members(list)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test("is empty when cleared, and can be used again", () => {
    const all = messages(3);
    const list = listOf(all.slice(0, 2));
    list.clear();
    expect(members(list)).toEqual([]);
    list.push(all[2] as Outgoing);
    list.push(all[0] as Outgoing);
    expect(members(list)).toEqual([3, 1]);
  });
});
