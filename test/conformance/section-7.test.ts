/** Section 7: a client needs nothing from a server but version 3.1.1, over a stream of bytes. */

import { describe, expect, onTestFinished, test } from "vitest";
import { EmbeddedBroker } from "../../host-sim/broker/embedded-broker.js";
import { Device, serverOptions } from "../interop/support/device.js";
import { CONNECT } from "../mqtt/support/server-options.js";
import { ClientWorld } from "../scenario/support/client-world.js";
import { startMosquitto } from "../support/mosquitto.js";

/** Brokers that share no code, with nothing but an open port asked of them. */
const BROKERS: readonly (readonly [string, () => Promise<number>])[] = [
  ["mosquitto", async () => (await startMosquitto()).port],
  [
    "aedes",
    async () => {
      const broker = await EmbeddedBroker.start();
      onTestFinished(() => broker.stop());
      return broker.port;
    },
  ],
];

describe("interoperation", () => {
  test("a whole life is in packets of version 3.1.1, and in no more of them than the application asked for [MQTT-7.0.0-2]", () => {
    const world = new ClientWorld();
    world.client.start();
    world.server.expect(CONNECT);
    world.server.expectNothing();
    world.server.send("20 02 00 00");
    world.server.expectNothing();
    world.subscribe("a", 2);
    world.server.expect('82 06 00 01 00 01 "a" 02');
    world.server.send("90 03 00 01 02");
    world.publish("x", 1);
    world.server.expect('32 06 00 01 "t" 00 02 "x"');
    world.server.send("40 02 00 02");
    world.server.send('34 06 00 01 "a" 00 07 "y"');
    world.server.expect("50 02 00 07");
    world.server.send("62 02 00 07");
    world.server.expect("70 02 00 07");
    world.advance(59_000);
    world.server.expect("c0 00");
    world.server.send("d0 00");
    world.client.stop();
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect([world.outcomes, world.messages]).toEqual([["x: acknowledged"], ['a "y", QoS 2']]);
  });

  for (const segment of [7, 1000, 1_000_000]) {
    test(`a stream in pieces of ${segment} bytes is the same in both directions, without a byte lost or out of order [MQTT-7.1.2-1]`, () => {
      const world = new ClientWorld({ mqtt: { maximumQueueBytes: 100_000 }, conditions: { segment } });
      world.connectSubscribed("a", 1);
      const identifiers = Array.from({ length: 500 }, (_, index) => index + 1);
      const bytes = (first: number, id: number) => [
        first,
        8,
        0,
        1,
        0x61,
        id >> 8,
        id & 255,
        0x78,
        0x79,
        0x7a,
      ];
      world.server.send(Uint8Array.from(identifiers.flatMap((id) => bytes(0x32, id))));
      const answers = world.server.received.filter(({ cmd }) => cmd === "puback");
      expect(answers.map(({ messageId }) => messageId)).toEqual(identifiers);
      expect(world.messages).toEqual(identifiers.map(() => 'a "xyz", QoS 1'));
      const payload = Uint8Array.from({ length: 70_000 }, (_, index) => index * 7 + (index >> 8));
      world.client.publish({ topicName: "t", payload, qos: 0 });
      expect(world.server.received.at(-1)).toMatchObject({ cmd: "publish", payload: Buffer.from(payload) });
    });
  }

  for (const [name, start] of BROKERS) {
    test(`works with ${name}, as it comes, over TCP, at every QoS [MQTT-7.0.0-2] [MQTT-7.1.2-1]`, async () => {
      const device = new Device(serverOptions(await start(), { receiveLimit: 100_000 }));
      await device.connect();
      const inbox = await device.subscribe("loop/#", 2);
      const texts = [..."abcdefghijkl", "long".repeat(20_000), "last"];
      for (const [index, text] of texts.entries()) device.send("loop/a", text, (index % 3) as 0 | 1 | 2);
      await device.outcomes();
      const got = await inbox.take(texts.length);
      expect(new Set(inbox.texts)).toEqual(new Set(texts));
      expect(got.map(({ qos }) => qos).sort()).toEqual(texts.map((_, index) => index % 3).sort());
    });
  }
});
