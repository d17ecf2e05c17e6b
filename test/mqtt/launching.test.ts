/** A message that leaves at once, past the queue: in its order, and with nothing left behind when that fails. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { ManualTransport } from "./support/manual-transport.js";
import { OPTIONS } from "./support/server-options.js";

/** A transport that fails when told to, as one does that has no memory to encrypt with. */
class FailingTransport extends ManualTransport {
  failures = 0;

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

function connected(options: Partial<ServerOptions> = {}) {
  const clock = new VirtualClock();
  const transport = new FailingTransport();
  const client = new MqttClient(
    { transport, clock, timers: clock, random: () => 0.5 },
    { ...OPTIONS, ...options },
  );
  client.start();
  clock.advance(0);
  transport.give(1000);
  transport.arrive("20 02 00 00");
  transport.give(1000);
  transport.taken();
  return { clock, transport, client };
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
