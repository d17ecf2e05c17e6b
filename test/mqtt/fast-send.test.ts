/** A message by itself leaves at once, past the queue. What it is compared with is in `node/fast-path.property.test.ts`. */

import { describe, expect, test } from "vitest";
import type { Message } from "../../src/mqtt/message.js";
import { connected, hex, SHORT_WAITS } from "./support/calm-world.js";
import { refusalOf } from "./support/thrown.js";

describe("on a free link a message leaves at once", () => {
  test("of each QoS, with the next packet identifiers", () => {
    const { client, transport } = connected();
    const messages = ([1, 0, 2] as const).map((qos) => {
      const delivery = client.publish({ topicName: "t", payload: "x", qos });
      transport.give(1000);
      return delivery;
    });
    expect(transport.taken()).toBe(
      hex('32 06 00 01 "t" 00 01 "x" 30 04 00 01 "t" "x" 34 06 00 01 "t" 00 02 "x"'),
    );
    expect(messages.map(({ outcome }) => outcome)).toEqual([undefined, "sent", undefined]);
    transport.arrive("40 02 00 01 50 02 00 02");
    transport.arrive("70 02 00 02");
    expect(messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "sent", "acknowledged"]);
  });

  test("but behind a subscription that was asked for before: the answer must not come too early", () => {
    const { client, clock, transport } = connected();
    client.subscribe("answer", { onMessage: () => {} });
    client.publish({ topicName: "ask", payload: "" });
    clock.advance(0);
    transport.give(1000);
    expect(transport.taken()).toBe(hex('82 0b 00 01 00 06 "answer" 01 30 05 00 03 "ask"'));
  });

  test("but not one that is longer than the room there is, nor those behind it", () => {
    const { client, clock, transport } = connected();
    client.publish({ topicName: "t", payload: new Uint8Array(2000), qos: 1 });
    client.publish({ topicName: "t", payload: "b", qos: 1 });
    clock.advance(0);
    transport.drain(1000);
    const bytes = transport.taken();
    expect(bytes.startsWith(hex('32 d5 0f 00 01 "t" 00 01 00'))).toBe(true);
    expect(bytes.endsWith(hex('32 06 00 01 "t" 00 02 "b"'))).toBe(true);
  });

  test("and is sent again with DUP when it was not acknowledged", () => {
    const { client, clock, transport } = connected();
    client.publish({ topicName: "t", payload: "x", qos: 1 });
    transport.end();
    clock.advance(10_000);
    transport.give(1000);
    transport.taken();
    transport.arrive("20 02 01 00");
    transport.give(1000);
    expect(transport.taken()).toBe(hex('3a 06 00 01 "t" 00 01 "x"'));
  });
});

for (const qos of [0, 1, 2] as const) {
  test(`when the transport fails at it, nothing is lost but that message, and nothing is held for ever: QoS ${qos}`, () => {
    const { client, clock, transport } = connected({ maximumQueueBytes: 300 });
    transport.failures = 1;
    try {
      client.publish({ topicName: "t", payload: "f".repeat(200), qos });
    } catch {
      // Nobody says that it may not throw.
    }
    transport.end(new Error("broken"));
    clock.advance(10_000);
    transport.give(1000);
    transport.arrive("20 02 00 00");
    transport.give(1000);
    if (qos > 0) transport.arrive(qos === 1 ? "40 02 00 02" : "50 02 00 02");
    if (qos > 1) transport.arrive("70 02 00 02");
    transport.taken();
    // As much as there may be at once, and again and again.
    for (let round = 0; round < 20; round += 1) {
      const delivery = client.publish({ topicName: "t", payload: "y".repeat(290) });
      clock.advance(0);
      transport.give(1000);
      expect([delivery.outcome, delivery.reason]).toEqual(["sent", undefined]);
      expect(transport.taken()).toBe(hex(`30 a5 02 00 01 "t" "${"y".repeat(290)}"`));
    }
  });
}

describe("a message does not leave at once", () => {
  test("when what is held would be more than may be", () => {
    const { client, transport } = connected({ maximumQueueBytes: 300 });
    const publish = (length: number) => {
      const delivery = client.publish({ topicName: "t", payload: "x".repeat(length), qos: 1 });
      transport.give(1000);
      return delivery.reason;
    };
    // The second stands where the first was.
    expect(publish(150)).toBe(undefined);
    transport.arrive("40 02 00 01");
    expect(publish(150)).toBe(undefined);
    expect(publish(150)).toBe("queue-full");
    transport.arrive("40 02 00 02");
    expect(publish(292)).toBe(undefined);
    transport.arrive("40 02 00 03");
    expect(publish(293)).toBe("packet-too-large");
  });

  for (const [wrong, code] of [
    [{ topicName: "" }, "invalid-topic-name [MQTT-4.7.3-1]"],
    [{ topicName: "t/#" }, "invalid-topic-name [MQTT-3.3.2-2]"],
    [{ topicName: "\ud800" }, "invalid-string [MQTT-1.5.3-1]"],
    [{ payload: "\ud800" }, "invalid-string"],
    [{ payload: null }, "invalid-packet"],
    [{ payload: undefined }, "invalid-packet"],
    [{ payload: [1, 2] }, "invalid-packet"],
    [{ payload: new Uint16Array(2) }, "invalid-packet"],
    [{ qos: 3 }, "invalid-qos [MQTT-3.3.1-4]"],
    [{ topicName: "", payload: null }, "invalid-topic-name [MQTT-4.7.3-1]"],
    [{ expiresAfter: -1 }, "invalid-option"],
    [{ lateOffset: -1 }, "invalid-option"],
  ] as const) {
    test(`when it cannot be, and nothing has changed then: ${JSON.stringify(wrong)}`, () => {
      const { client, clock, transport } = connected();
      const one = { topicName: "t", payload: "x", qos: 1 } as const;
      expect(refusalOf(() => client.publish({ ...one, ...wrong } as unknown as Message))).toBe(code);
      clock.advance(0);
      expect([client.pending, transport.taken()]).toEqual([0, ""]);
      client.publish(one);
      clock.advance(0);
      expect(transport.taken()).toBe(hex('32 06 00 01 "t" 00 01 "x"'));
    });
  }

  test("when it may not stay as it is: one of too high a QoS", () => {
    const { client, clock, transport } = connected({ maximumQos: 1 });
    client.publish({ topicName: "t", payload: "x", qos: 2 });
    expect(transport.taken()).toBe("");
    clock.advance(0);
    expect(transport.taken()).toBe(hex('32 06 00 01 "t" 00 01 "x"'));
  });

  test("when a part of the one before is still on its way", () => {
    const { client, clock, transport } = connected();
    client.publish({ topicName: "t", payload: "x".repeat(600) });
    // A part of it has left.
    transport.give(700);
    transport.taken();
    client.publish({ topicName: "t", payload: "a" });
    expect(transport.taken()).toBe("");
    clock.advance(0);
    expect(transport.taken()).toBe(hex('30 04 00 01 "t" "a"'));
  });

  test("when the one before is still on its way: all that follow gather, and leave together", () => {
    const { client, clock, transport } = connected();
    const writes: number[] = [transport.writeCount];
    for (const payload of ["a", "b", "c"]) {
      client.publish({ topicName: "t", payload });
      writes.push(transport.writeCount);
    }
    clock.advance(0);
    writes.push(transport.writeCount);
    expect(writes.map((count) => count - (writes[0] as number))).toEqual([0, 1, 1, 1, 2]);
    expect(transport.taken()).toBe(hex('30 04 00 01 "t" "a" 30 04 00 01 "t" "b" 30 04 00 01 "t" "c"'));
  });
});

test("the topic name of a message that was lowered does not stand where it stood", () => {
  const { client, clock, transport } = connected(SHORT_WAITS, 1000, { maximumQos: 0 });
  client.publish({ topicName: "t", payload: "abc", qos: 1 });
  transport.end();
  clock.advance(200);
  transport.end();
  clock.advance(200);
  for (const bytes of ["", "20 02 00 00", ""]) {
    if (bytes !== "") transport.arrive(bytes);
    transport.give(1000);
  }
  transport.taken();
  client.publish({ topicName: "t", payload: "defgh" });
  expect(transport.taken()).toBe(hex('30 08 00 01 "t" "defgh"'));
});

for (const [kind, outcome] of [
  ["state", "replaced"],
  ["event", undefined],
] as const) {
  test(`a message that left at once and comes to wait after all is still of the kind that it was: ${kind}`, () => {
    const { client, clock, transport } = connected({ ...SHORT_WAITS, queueQos0: true }, 1000, {
      maximumQos: 0,
    });
    const one = { topicName: "t", qos: 1, kind } as const;
    const delivery = client.publish({ ...one, payload: "x".repeat(100) });
    transport.end();
    clock.advance(200);
    transport.end();
    clock.advance(200);
    expect(client.server).toBe("mqtt1");
    // It is lowered, and the backup gets a part of it.
    transport.give(40);
    transport.arrive("20 02 00 00");
    transport.give(40);
    transport.end();
    client.publish({ ...one, kind: "state", payload: "" });
    expect(delivery.outcome).toBe(outcome);
  });
}
