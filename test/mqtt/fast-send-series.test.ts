/** One message after the other, each by itself: where they stand and what they leave behind. */

import { describe, expect, test } from "vitest";
import type { Session } from "../../src/mqtt/session.js";
import { connected, countTurns, hex } from "./support/calm-world.js";

describe("without a turn a client", () => {
  for (const [what, length, head] of [
    ["127 bytes, as many as one byte of remaining length tells", 122, '32 7f 00 01 "t" 00 01'],
    ["128 bytes", 123, '32 80 01 00 01 "t" 00 01'],
    ["16,383 bytes, as many as two bytes tell", 16_378, '32 ff 7f 00 01 "t" 00 01'],
    ["16,384 bytes", 16_379, '32 80 80 01 00 01 "t" 00 01'],
  ] as const) {
    test(`leaves a message of ${what}`, () => {
      const { client, transport } = connected({ maximumQueueBytes: 20_000 }, 20_000);
      const turns = countTurns(client);
      client.publish({ topicName: "t", payload: new Uint8Array(length).fill(7), qos: 1 });
      const start = hex(head);
      expect(transport.taken()).toBe(`${start}${" 07".repeat(length)}`);
      expect(turns()).toBe(0);
    });
  }

  test("leaves a long message after a long one, for which the buffer is made anew", () => {
    const { client, transport } = connected();
    for (let i = 0; i < 3; i += 1) {
      client.publish({ topicName: "t", payload: "x".repeat(600) });
      expect(transport.taken()).toBe(hex(`30 db 04 00 01 "t" "${"x".repeat(600)}"`));
      transport.give(1000);
    }
  });

  test("leaves one message after the other, each where the one before lay, or elsewhere", () => {
    const { client, transport } = connected();
    const turns = countTurns(client);
    const expected: string[] = [];
    let identifier = 0;
    // Of one length with either topic name, of another, of QoS 0 as long as with QoS 1.
    for (const [topicName, payload, qos] of [
      ["t", "abc", 1],
      ["t", "def", 1],
      ["u", "ghi", 1],
      ["t", "jklmn", 0],
      ["t", "opq", 2],
      ["tt", "rs", 1],
    ] as const) {
      client.publish({ topicName, payload, qos });
      if (qos > 0) identifier += 1;
      const number = qos > 0 ? ` 00 0${identifier}` : "";
      expected.push(`3${qos * 2} 08 00 0${topicName.length} "${topicName}"${number} "${payload}"`);
      transport.give(1000);
      if (qos === 1) transport.arrive(`40 02 00 0${identifier}`);
      if (qos === 2) {
        transport.arrive(`50 02 00 0${identifier}`);
        transport.give(1000);
        expected.push(`62 02 00 0${identifier}`);
      }
    }
    expect(transport.taken()).toBe(hex(expected.join(" ")));
    expect(turns()).toBe(0);
  });

  test("leaves a message that takes all the room and all the queue that there is", () => {
    const { client, transport } = connected({ maximumQueueBytes: 60 }, 60);
    client.publish({ topicName: "t", payload: "x".repeat(53), qos: 1 });
    expect(transport.taken()).toBe(hex(`32 3a 00 01 "t" 00 01 "${"x".repeat(53)}"`));
  });

  test("leaves a message with the topic name that it has, whatever stood there before", () => {
    const { client, transport } = connected();
    for (const [topicName, payload] of [
      ["t", "abc"],
      ["u", "def"],
    ] as const) {
      client.publish({ topicName, payload, qos: 1 });
      transport.give(1000);
    }
    transport.arrive("40 02 00 01 40 02 00 02");
    transport.taken();
    client.publish({ topicName: "u", payload: "ghi", qos: 1, retain: false });
    expect(transport.taken()).toBe(hex('32 08 00 01 "u" 00 03 "ghi"'));
  });

  test("leaves a message as soon as the one before was acknowledged, with a window of one", () => {
    const { client, transport } = connected({ maximumInFlight: 1 });
    const turns = countTurns(client);
    for (const number of [1, 2, 3]) {
      client.publish({ topicName: "t", payload: "", qos: 1 }, { onOutcome() {} });
      expect(transport.taken()).toBe(hex(`32 05 00 01 "t" 00 0${number}`));
      transport.give(1000);
      transport.arrive(`40 02 00 0${number}`);
    }
    expect([turns(), client.counters.acknowledged]).toEqual([0, 3]);
  });

  test("leaves messages with packet identifiers that are free, in whatever order they became so", () => {
    const { client, transport } = connected();
    const publish = (): string => {
      client.publish({ topicName: "t", payload: "", qos: 1 });
      transport.give(1000);
      return transport.taken().slice(-5);
    };
    expect([publish(), publish(), publish()]).toEqual(["00 01", "00 02", "00 03"]);
    for (const number of [2, 1, 3]) transport.arrive(`40 02 00 0${number}`);
    const inside = client as unknown as { session: Session };
    inside.session.identifiers.continueAfter(1);
    expect([publish(), publish(), publish()]).toEqual(["00 02", "00 03", "00 04"]);
    expect(inside.session.identifiers.inUse).toBe(3);
  });

  test("leaves the whole window, and what is more waits", () => {
    const { client, clock, transport } = connected({ maximumInFlight: 2 });
    const turns = countTurns(client);
    for (const payload of ["a", "b"]) {
      client.publish({ topicName: "t", payload, qos: 1 });
      transport.give(1000);
    }
    // QoS 0 needs no window.
    client.publish({ topicName: "t", payload: "c" });
    transport.give(1000);
    expect(transport.taken()).toBe(
      hex('32 06 00 01 "t" 00 01 "a" 32 06 00 01 "t" 00 02 "b" 30 04 00 01 "t" "c"'),
    );
    expect(turns()).toBe(0);
    client.publish({ topicName: "t", payload: "d", qos: 1 });
    clock.advance(0);
    expect(transport.taken()).toBe("");
    transport.arrive("40 02 00 01");
    transport.give(1000);
    expect(transport.taken()).toBe(hex('32 06 00 01 "t" 00 03 "d"'));
  });
});
