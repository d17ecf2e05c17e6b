/** A message that arrives by itself is taken without a turn. What it is compared with is in `node/fast-path.property.test.ts`. */

import { describe, expect, test } from "vitest";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import { hex, listening, messageOf } from "./support/calm-world.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";

describe("without a turn", () => {
  for (const [what, packets, answer] of [
    ["PUBACK", ["40 02 00 02"], ""],
    ["PUBREC and PUBCOMP", ["50 02 00 03", "70 02 00 03"], "62 02 00 03"],
    [
      "PUBREC once more, and for what is not known",
      ["50 02 00 03", "50 02 00 03", "50 02 01 03"],
      "62 02 00 03 62 02 00 03 62 02 01 03",
    ],
    ["PUBREL, known or not", ["62 02 01 02"], "70 02 01 02"],
    ["a message of QoS 0", [messageOf(40, 0)], ""],
    ["a message of QoS 1", [messageOf(41, 1)], "40 02 01 02"],
    [
      "the lowest packet identifier",
      ['32 0a 00 05 "topic" 00 01 01', "62 02 00 01"],
      "40 02 00 01 70 02 00 01",
    ],
    ["a message of QoS 2", [messageOf(41, 2), "62 02 01 02"], "50 02 01 02 70 02 01 02"],
    [
      "a message of 129 bytes, the longest with one byte of remaining length",
      [messageOf(129, 1)],
      "40 02 01 02",
    ],
    ["a message of 131 bytes, the shortest with two", [messageOf(131, 1)], "40 02 01 02"],
    [
      "messages of the same and of another length",
      [messageOf(40, 0), messageOf(40, 0), messageOf(20, 0)],
      "",
    ],
    ["a message without a payload", [messageOf(9, 0), messageOf(11, 1)], "40 02 01 02"],
  ] as const) {
    test(`comes ${what}`, () => {
      const { client, clock, transport, turns } = listening();
      for (const qos of [1, 2] as const) {
        client.publish({ topicName: "t", payload: "x", qos });
        transport.give(1000);
      }
      expect(transport.taken()).toBe(hex('32 06 00 01 "t" 00 02 "x" 34 06 00 01 "t" 00 03 "x"'));
      for (const packet of packets) {
        transport.arrive(packet);
        transport.give(1000);
      }
      expect(transport.taken()).toBe(hex(answer));
      clock.advance(0);
      expect(turns()).toBe(0);
    });
  }

  test("is answered what there is just enough room for", () => {
    const { transport, turns } = listening();
    for (const [packet, answer] of [
      [messageOf(41, 1), "40 02 01 02"],
      ["62 02 01 02", "70 02 01 02"],
    ] as const) {
      transport.give(3);
      transport.give(4);
      transport.arrive(packet);
      expect([transport.taken(), turns()]).toEqual([answer, 0]);
    }
  });

  test("is answered as long as there is room, and what there is none for later", () => {
    const { transport } = listening();
    transport.give(7);
    transport.arrive(messageOf(41, 1));
    transport.arrive("62 02 00 09");
    // What there is room for of the second one.
    expect(transport.taken()).toBe("40 02 01 02 70 02 00");
    transport.give(1000);
    expect(transport.taken()).toBe("09");
  });

  test("come the parts of a long message that are neither its first nor its last", () => {
    const { heard, transport, turns } = listening();
    for (let i = 0; i < 10; i += 1) {
      const bytes = bytesFromHex(messageOf(1000, 1)).subarray(100 * i, 100 * i + 100);
      transport.arrive(hexFromBytes(bytes));
      transport.give(1000);
    }
    expect([heard, turns(), transport.taken()]).toEqual([["1: 988"], 2, "40 02 01 02"]);
  });
});

describe("a message that arrives by itself", () => {
  test("together with another one is dealt with, whatever its length", () => {
    const { heard, transport } = listening();
    const lengths: number[] = [];
    for (let byteLength = 9; byteLength < 600; byteLength += 1) {
      if (byteLength === 130) continue;
      lengths.push(byteLength);
      transport.arrive(`${messageOf(byteLength, 0)} ${messageOf(10, 0)}`);
      expect(heard.pop()).toBe("0: 1");
    }
    expect(heard.length).toBe(lengths.length);
  });

  test("as long as the one before, but with its payload elsewhere, has that payload", () => {
    const { heard, transport } = listening();
    for (const qos of [0, 1, 0, 2] as const) {
      transport.arrive(messageOf(40, qos));
      transport.give(1000);
    }
    expect(heard).toEqual(["0: 31", "1: 29", "0: 31", "2: 29"]);
  });

  test("longer than the receive buffer is dealt with, though one as long came before", () => {
    const { heard, transport } = listening({ receiveLimit: 20_000 });
    for (let i = 0; i < 3; i += 1) {
      transport.arrive(messageOf(16_000, 0));
      transport.give(1000);
    }
    expect(heard).toEqual(["0: 15990", "0: 15990", "0: 15990"]);
  });

  test("looks like the one before, but has a topic name of its own", () => {
    const { client, clock, transport } = listening();
    const topicNames: string[] = [];
    client.subscribe("t/+", { onMessage: ({ topicName }) => void topicNames.push(topicName) });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 01");
    for (const topicName of ["t/a", "t/b", "t/a"]) transport.arrive(`30 06 00 03 "${topicName}" 01`);
    // A name of as many bytes that is none: with a wildcard, with U+0000, not UTF-8.
    expect(topicNames).toEqual(["t/a", "t/b", "t/a"]);
    for (const name of ['"t/+"', '"t/" 00', '"t" c0 80', '"t/" ff']) {
      const other = listening();
      other.transport.arrive('30 06 00 03 "t/a" 01');
      other.transport.arrive(`30 06 00 03 ${name} 01`);
      expect([other.client.connected, other.heard]).toEqual([false, []]);
    }
  });

  test("is as long as the one before, with the same first four bytes, but has a longer topic name", () => {
    const { heard, transport } = listening();
    transport.arrive(messageOf(140, 0));
    transport.arrive(`30 89 01 00 07 "topic/x" ${"01 ".repeat(128)}`);
    expect(heard).toEqual(["0: 130"]);
  });

  for (const byteLength of [40, 140]) {
    test(`looks like the one before, and is read through the same views: ${byteLength} bytes`, () => {
      const buffer = new ReceiveBuffer(new Uint8Array(256), false);
      const { client, clock, transport } = listening({}, buffer);
      const payloads: Uint8Array[] = [];
      client.subscribe("topic", { onMessage: ({ payload }) => void payloads.push(payload) });
      clock.advance(0);
      transport.give(1000);
      transport.arrive("90 03 00 02 01");
      const views: unknown[] = [];
      for (let i = 0; i < 2; i += 1) {
        transport.arrive(messageOf(byteLength, 0));
        views.push(buffer.view, buffer.shape?.topic, payloads.pop());
      }
      const [view, topic, payload, ...same] = views;
      for (const [index, one] of [view, topic, payload].entries()) expect(same[index]).toBe(one);
    });
  }

  test("looks like the one before, but has packet identifier 0 [MQTT-2.3.1-1]", () => {
    const { client, heard, transport } = listening();
    transport.arrive('32 0a 00 05 "topic" 00 01 01');
    transport.give(1000);
    transport.arrive('32 0a 00 05 "topic" 00 00 01');
    expect([client.connected, heard]).toEqual([false, ["1: 1"]]);
  });

  test("and whose payload is over the limit is not held, though the receive buffer has room for it", () => {
    const { events, heard, transport } = listening({ receiveLimit: 20 });
    events.length = 0;
    for (const qos of [0, 1, 2] as const) {
      transport.arrive(messageOf(40, qos));
      transport.give(1000);
    }
    expect([heard, events.map(({ type }) => type)]).toEqual([[], Array(3).fill("message-refused")]);
    expect(transport.taken()).toBe("40 02 01 02 50 02 01 02");
  });

  test("is told of as neither retained nor sent again, each time anew", () => {
    const { client, clock, transport } = listening();
    const told: string[] = [];
    client.subscribe("topic", {
      onMessage: ({ duplicate, qos, retain }) => void told.push(`${qos} ${retain} ${duplicate}`),
    });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 02");
    for (const first of ["30", "31", "30"]) transport.arrive(`${first} 0a 00 05 "topic" 01 02 03`);
    for (const first of ["3a", "32", "33"]) {
      transport.arrive(`${first} 0c 00 05 "topic" 00 01 01 02 03`);
      transport.give(1000);
    }
    const withQos0 = ["0 false false", "0 true false", "0 false false"];
    expect(told).toEqual([...withQos0, "1 false true", "1 false false", "1 true false"]);
  });

  test("has a remaining length of two bytes or of three, in a receive buffer that is long enough", () => {
    const bytes = new Uint8Array(20_008).subarray(8);
    const { heard, transport, turns } = listening({ receiveLimit: 20_000 }, new ReceiveBuffer(bytes, true));
    transport.arrive(messageOf(16_386, 1));
    transport.give(1000);
    expect([heard, turns()]).toEqual([["1: 16374"], 0]);
    transport.taken();
    // All but its last byte; its topic name begins with what could be read as a longer one.
    const long = `30 80 80 01 00 41 "${"t".repeat(65)}" ${"78 ".repeat(16_316)}`;
    transport.arrive(long);
    transport.arrive("78");
    transport.arrive(messageOf(41, 1));
    expect([heard, transport.taken()]).toEqual([["1: 16374", "1: 30"], "40 02 01 02"]);
  });

  test("has a topic name of 300 bytes, in a receive buffer that is long enough", () => {
    const buffer = new ReceiveBuffer(new Uint8Array(1000), false);
    const { client, clock, transport, turns } = listening({ receiveLimit: 1000 }, buffer);
    const payloads: string[] = [];
    const topicName = "n".repeat(300);
    client.subscribe(topicName, { onMessage: ({ payload }) => void payloads.push(hexFromBytes(payload)) });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 01");
    const before = turns();
    transport.arrive(`30 b0 02 01 2c "${topicName}" 01 02`);
    expect([payloads, turns() - before]).toEqual([["01 02"], 0]);
  });

  test("with a topic name that would be longer than the packet ends the connection [MQTT-3.3.2-1]", () => {
    const { client, heard, transport } = listening();
    transport.arrive('30 07 01 05 "topic"');
    expect([client.connected, heard]).toEqual([false, []]);
  });
});
