/**
 * One packet by itself: a message that leaves at once, past the queue, and a packet that is dealt with without a turn of
 * the client. What they are compared with is in `node/fast-path.property.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Message } from "../../src/mqtt/message.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import type { Session } from "../../src/mqtt/session.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { ManualTransport } from "./support/manual-transport.js";
import { OPTIONS } from "./support/server-options.js";
import { refusalOf } from "./support/thrown.js";

/** A transport that fails when told to, as one does that has no memory to encrypt with. */
class FailingTransport extends ManualTransport {
  failures = 0;
  failsToRead = false;

  override read(target: Uint8Array): void {
    if (this.failsToRead) throw new Error("no memory");
    super.read(target);
  }

  override write(bytes: Uint8Array): number {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("no memory");
    }
    return super.write(bytes);
  }
}

function hex(text: string): string {
  return hexFromBytes(bytesFromHex(text));
}

/** The second attempt that fails leads to the other server. */
const SHORT_WAITS = { reconnectMinimum: 100, reconnectMaximum: 100 };

/** Time that has passed without a timer noticing. */
class LateClock extends VirtualClock {
  lateness = 0;

  override now(): number {
    return super.now() + this.lateness;
  }
}

/** A client that is connected, and what it told and did from then on. */
function connected(
  options: Partial<ServerOptions> = {},
  room = 1000,
  backup?: Partial<ServerOptions>,
  receiveBuffer?: ReceiveBuffer,
) {
  const clock = new LateClock();
  const transport = new FailingTransport();
  const events: ClientEvent[] = [];
  const observer = { onEvent: (event: ClientEvent) => void events.push(event) };
  const client = new MqttClient(
    {
      ...{ transport, clock, timers: clock, random: () => 0.5, observer },
      ...(receiveBuffer === undefined ? {} : { shared: { receiveBuffer } }),
    },
    { ...OPTIONS, ...options },
    backup && { ...OPTIONS, ...options, ...backup },
  );
  client.start();
  clock.advance(0);
  transport.give(room);
  transport.arrive("20 02 00 00");
  transport.give(room);
  transport.taken();
  events.length = 0;
  return { clock, transport, client, events };
}

/** The same, which hears `topic`; `heard` are the messages, in short, and `turns` how many turns it took. */
function listening(options: Partial<ServerOptions> = {}, receiveBuffer?: ReceiveBuffer) {
  const world = connected(options, 1000, undefined, receiveBuffer);
  const { client, clock, transport } = world;
  const heard: string[] = [];
  const onMessage = ({ payload, qos }: { payload: Uint8Array; qos: number }): void => {
    heard.push(`${qos}: ${payload.length}`);
  };
  client.subscribe("topic", { onMessage }, 2);
  clock.advance(0);
  transport.give(1000);
  transport.arrive("90 03 00 01 02");
  transport.give(1000);
  transport.taken();
  return { ...world, heard, turns: countTurns(client) };
}

function countTurns(client: MqttClient): () => number {
  let count = 0;
  const { turn } = client as unknown as { turn(): void };
  // Not by an assignment: the prototypes may be frozen.
  Object.defineProperty(client, "turn", {
    value: () => {
      count += 1;
      turn.call(client);
    },
  });
  return () => count;
}

/** A PUBLISH on `topic` of so many bytes in all; packet identifier 258. */
function messageOf(byteLength: number, qos: 0 | 1 | 2): string {
  const remaining = byteLength > 129 ? byteLength - 3 : byteLength - 2;
  const low = remaining & 127;
  const header = remaining > 127 ? [low | 128, remaining >> 7] : [low];
  const identifier = qos === 0 ? [] : [1, 2];
  const before = [0x30 | (qos << 1), ...header, 0, 5, 0x74, 0x6f, 0x70, 0x69, 0x63, ...identifier];
  const bytes = new Uint8Array(byteLength);
  bytes.set(before);
  return hexFromBytes(bytes);
}

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

describe("a packet that arrives", () => {
  test("and is no message needs nothing that only messages need", () => {
    const buffer = new ReceiveBuffer(new Uint8Array(256), false);
    const { client, transport } = listening({}, buffer);
    transport.arrive("d0 00");
    expect([client.connected, buffer.shape]).toEqual([true, undefined]);
    transport.arrive(messageOf(40, 0));
    expect(buffer.shape).not.toBe(undefined);
  });

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
