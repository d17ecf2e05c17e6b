/** A message that arrives by itself, and what its handler does, or the transport when it is answered. */

import { describe, expect, test } from "vitest";
import { hex, listening, messageOf } from "./support/calm-world.js";
import type { ManualTransport } from "./support/manual-transport.js";

describe("a message that arrives by itself", () => {
  test("and whose handler throws is answered all the same", () => {
    const { client, clock, events, transport } = listening();
    const onMessage = () => {
      throw new Error("no");
    };
    client.subscribe("t", { onMessage });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 01");
    transport.give(1000);
    transport.taken();
    events.length = 0;
    for (const identifier of ["00 07", "00 08"]) transport.arrive(`32 06 00 01 "t" ${identifier} 01`);
    expect(transport.taken()).toBe("40 02 00 07 40 02 00 08");
    expect(events.map(({ type }) => type)).toEqual(["handler-failed", "handler-failed"]);
  });

  test("and whose handler asks for something: that is done at once", () => {
    const { client, clock, transport } = listening();
    client.subscribe("topic", { onMessage: () => void client.publish({ topicName: "t", payload: "x" }) });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 01");
    transport.give(1000);
    transport.taken();
    transport.arrive(messageOf(40, 0));
    expect(transport.taken()).toBe(hex('30 04 00 01 "t" "x"'));
  });

  test("is answered before what its handler asks for", () => {
    const { client, clock, transport } = listening();
    client.subscribe("topic", { onMessage: () => void client.publish({ topicName: "t", payload: "x" }) });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 02");
    transport.give(1000);
    transport.taken();
    transport.arrive(messageOf(41, 1));
    expect(transport.taken()).toBe(hex('40 02 01 02 30 04 00 01 "t" "x"'));
  });

  test("and settles a message: its handler is told at once", () => {
    const { client, transport, turns } = listening();
    const outcomes: unknown[] = [];
    client.publish(
      { topicName: "t", payload: "", qos: 1 },
      { onOutcome: ({ outcome }) => void outcomes.push(outcome) },
    );
    transport.give(1000);
    transport.arrive("40 02 00 02");
    expect([outcomes, turns()]).toEqual([["acknowledged"], 0]);
  });

  for (const [how, act, reason] of [
    ["ends", (transport: ManualTransport) => transport.end(), "closed-by-server"],
    ["breaks", (transport: ManualTransport) => transport.end(new Error("broken")), "network"],
  ] as const) {
    for (const qos of [0, 1, 2] as const) {
      test(`and in whose handler the stream ${how} is not answered: QoS ${qos}`, () => {
        const { client, clock, events, transport } = listening();
        client.subscribe("topic", { onMessage: () => act(transport) });
        clock.advance(0);
        transport.give(1000);
        transport.arrive("90 03 00 02 02");
        transport.give(1000);
        events.length = 0;
        const { writeCount } = transport;
        transport.arrive(messageOf(40, qos));
        expect(transport.writeCount).toBe(writeCount);
        expect(events[0]).toMatchObject({ type: "disconnected", reason });
      });
    }
  }

  test("and whose handler wants no more is not answered", () => {
    const { client, clock, transport } = listening();
    client.subscribe("topic", { onMessage: () => client.abandon() });
    clock.advance(0);
    transport.give(1000);
    transport.arrive("90 03 00 02 01");
    transport.give(1000);
    transport.taken();
    transport.arrive(messageOf(41, 1));
    expect([transport.taken(), transport.closed]).toEqual(["", true]);
  });
});

describe("when the transport fails at the answer", () => {
  test("to a message of QoS 2 that came before, nothing else is told, and the connection ends", () => {
    const { client, events, heard, transport } = listening();
    transport.arrive(messageOf(40, 2));
    transport.give(1000);
    events.length = 0;
    transport.failures = 1;
    transport.arrive(messageOf(40, 2));
    expect([heard, client.connected]).toEqual([["2: 29"], false]);
    expect(events[0]).toMatchObject({ type: "disconnected", reason: "internal-error" });
  });

  for (const [what, packet] of [
    ["a message of QoS 1", '32 0a 00 05 "topic" 00 02 "x"'],
    ["a message of QoS 2", '34 0a 00 05 "topic" 00 02 "x"'],
    ["PUBREL", "62 02 00 02"],
    ["PUBREC", "50 02 00 03"],
  ] as const) {
    test(`to ${what}, the connection ends, and the answer is not taken for a packet that came`, () => {
      const { client, clock, events, heard, transport } = listening();
      const sent = client.publish({ topicName: "t", payload: "", qos: 1 });
      transport.give(1000);
      expect(transport.taken()).toBe(hex('32 05 00 01 "t" 00 02'));
      events.length = 0;
      transport.failures = 1;
      transport.arrive(packet);
      // Its packet identifier is the same.
      expect(sent.outcome).toBe(undefined);
      expect(events.map((event) => (event.type === "disconnected" ? event.reason : event.type))).toEqual([
        "internal-error",
        "waiting",
      ]);
      expect(heard.length).toBe(what.startsWith("a") ? 1 : 0);
      clock.advance(10_000);
      transport.give(1000);
      transport.arrive("20 02 01 00");
      transport.give(1000);
      expect(transport.taken().endsWith(hex('3a 05 00 01 "t" 00 02'))).toBe(true);
    });
  }
});
