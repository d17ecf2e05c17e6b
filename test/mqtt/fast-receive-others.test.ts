/** A packet that arrives by itself and is no message, or breaks the specification. */

import { describe, expect, test } from "vitest";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import { connected, hex, listening, messageOf } from "./support/calm-world.js";

describe("a packet that arrives by itself", () => {
  test("and is no message needs nothing that only messages need", () => {
    const buffer = new ReceiveBuffer(new Uint8Array(256), false);
    const { client, transport } = listening({}, buffer);
    transport.arrive("d0 00");
    expect([client.connected, buffer.shape]).toEqual([true, undefined]);
    transport.arrive(messageOf(40, 0));
    expect(buffer.shape).not.toBe(undefined);
  });

  for (const packet of ["40 02 00 00", "50 02 00 00", "62 02 00 00", "70 02 00 00"]) {
    test(`is an acknowledgement of packet identifier 0, and ends the connection [MQTT-2.3.1-1]: ${packet}`, () => {
      const { client, transport } = listening();
      transport.arrive(packet);
      expect([client.connected, transport.taken()]).toEqual([false, ""]);
    });
  }

  test("is PUBREC: PUBREL is sent once, and not again in the next turn", () => {
    const { client, transport } = listening();
    client.publish({ topicName: "t", payload: "", qos: 2 });
    transport.give(1000);
    transport.taken();
    transport.arrive("50 02 00 02");
    transport.give(1000);
    transport.arrive("d0 00");
    expect(transport.taken()).toBe("62 02 00 02");
  });

  test("is PUBREL: it puts keep alive off, as does its answer", () => {
    const { clock, transport } = listening();
    for (let seconds = 0; seconds < 300; seconds += 30) {
      clock.advance(30_000);
      transport.arrive("62 02 01 02");
      transport.give(1000);
      expect(transport.taken()).toBe("70 02 01 02");
    }
  });

  test("is PUBREL: from then on the packet identifier is that of another message", () => {
    const { heard, transport } = listening();
    for (const packet of [messageOf(40, 2), messageOf(40, 2), "62 02 01 02", messageOf(40, 2)]) {
      transport.arrive(packet);
      transport.give(1000);
    }
    expect(heard).toEqual(["2: 29", "2: 29"]);
    expect(transport.taken()).toBe("50 02 01 02 50 02 01 02 70 02 01 02 50 02 01 02");
  });

  for (const [what, before, packet] of [
    ["a message", "", messageOf(40, 0)],
    ["an acknowledgement", "", "40 02 00 02"],
    ["a part", messageOf(1000, 0).slice(0, 3 * 100), "00 00 00 00"],
  ] as const) {
    test(`but cannot be read ends the connection: ${what}`, () => {
      const { events, transport } = listening();
      if (before !== "") transport.arrive(before);
      events.length = 0;
      transport.failsToRead = true;
      transport.arrive(packet);
      expect(events[0]).toMatchObject({ type: "disconnected", reason: "internal-error" });
    });
  }

  for (const packet of ["41 02 00 02", "52 02 00 03", "60 02 01 02", "72 02 00 03", "6a 02 01 02"]) {
    test(`with flags that are not its own ends the connection [MQTT-2.2.2-2]: ${packet}`, () => {
      const { client, transport } = listening();
      const sent = ([1, 2] as const).map((qos) => {
        const delivery = client.publish({ topicName: "t", payload: "", qos });
        transport.give(1000);
        return delivery;
      });
      if (packet.startsWith("7")) transport.arrive("50 02 00 03");
      transport.taken();
      transport.arrive(packet);
      expect([client.connected, client.pending, transport.taken()]).toEqual([false, 2, ""]);
      expect(sent.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
    });
  }

  test("is PUBACK, but for a message of QoS 2, and ends the connection [MQTT-4.3.3-1]", () => {
    const { client, transport } = connected();
    client.publish({ topicName: "t", payload: "", qos: 2 });
    transport.give(1000);
    transport.arrive("40 02 00 01");
    expect([client.connected, client.pending]).toEqual([false, 1]);
  });

  for (const [what, packet] of [
    ["without a topic name, whatever follows", '30 00 05 "topic"'],
    [
      "that begins with zeros, but for that like the one before",
      `00 00 00 00 ${messageOf(131, 0).slice(3 * 4)}`,
    ],
    ["whose topic name reaches into what came before", '30 07 00 08 "topic"'],
    ["whose packet identifier reaches into what came before", '32 08 00 05 "topic" 01'],
  ] as const) {
    test(`${what} ends the connection [MQTT-4.8.0-1]`, () => {
      const { client, heard, transport } = listening();
      transport.arrive(messageOf(131, 0));
      if (!packet.startsWith("00")) transport.arrive('30 0c 00 08 "topic/xy" 01 02');
      heard.length = 0;
      transport.arrive(packet);
      expect([client.connected, heard]).toEqual([false, []]);
    });
  }

  test("in part is not taken for a whole one", () => {
    const { client, transport } = connected();
    const sent = client.publish({ topicName: "t", payload: "", qos: 1 });
    // PUBACK for 257, its remaining length in two bytes.
    transport.arrive("40 82 00 01");
    transport.arrive("01");
    expect([sent.outcome, client.connected]).toEqual([undefined, true]);
  });

  test("when keep alive falls due is dealt with, and so is that", () => {
    const { clock, heard, transport, turns } = listening();
    // What is sent puts the ping off until the same time after what was received.
    clock.lateness = 59_000;
    transport.arrive(messageOf(40, 0));
    expect([heard, turns(), transport.taken()]).toEqual([["0: 31"], 1, "c0 00"]);
  });

  test("puts keep alive off, as does what is sent", () => {
    const { client, clock, transport } = listening();
    for (let seconds = 0; seconds < 300; seconds += 30) {
      clock.advance(30_000);
      transport.arrive(messageOf(41, 1));
      transport.give(1000);
      expect(transport.taken()).toBe("40 02 01 02");
    }
    for (let seconds = 0; seconds < 60; seconds += 30) {
      clock.advance(29_500);
      client.publish({ topicName: "t", payload: "" });
      transport.give(1000);
    }
    // Nothing was received for so long.
    expect(transport.taken()).toBe(hex('30 03 00 01 "t" c0 00 30 03 00 01 "t"'));
  });
});
