/** Section 2.3.1: packet identifiers as they appear on the wire, until there are none left. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "../scenario/support/client-world.js";

const COUNT = 65_535;

describe("a packet identifier", () => {
  test("is never 0 and never used twice, though all 65,535 be in use, and free again with PUBACK, PUBCOMP, SUBACK and UNSUBACK, no sooner [MQTT-2.3.1-1] [MQTT-2.3.1-2] [MQTT-2.3.1-3]", () => {
    const limits = { maximumInFlight: COUNT, maximumQueueLength: COUNT, maximumQueueBytes: 2 ** 20 };
    const world = new ClientWorld({ mqtt: { keepAlive: 0, ...limits } });
    world.connectSubscribed("a");
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 02 00 01 "a"');
    world.publish("1", 1);
    world.publish("2", 2);
    world.server.expect('32 06 00 01 "t" 00 03 "1" 34 06 00 01 "t" 00 04 "2"');
    world.subscribe("b");
    world.server.expect('82 06 00 05 00 01 "b" 01');
    // Four more than there are identifiers for; in portions, since the server would be slow with it all at once.
    for (let number = 5; number <= COUNT + 4; number += 1) {
      world.client.publish({ topicName: "t", payload: "", qos: 1 });
      if (number % 100 === 0) world.advance(0);
    }
    const { received } = world.server;
    const used = new Set(received.slice(2).map(({ messageId = 0 }) => messageId));
    expect([received.length - 2, used.size, used.has(0)]).toEqual([COUNT, COUNT, false]);
    world.server.send("50 02 00 04");
    expect(received.at(-1)).toMatchObject({ cmd: "pubrel", messageId: 4 });
    for (const [bytes, messageId] of [
      ["70 02 00 04", 4],
      ["40 02 00 03", 3],
      ["90 03 00 05 01", 5],
      ["b0 02 00 02", 2],
    ] as const) {
      const { length } = received;
      world.server.send(bytes);
      expect(received.slice(length)).toMatchObject([{ cmd: "publish", dup: false, messageId }]);
    }
  });

  test("of a PUBREL is that of the PUBREC it answers, and of the PUBLISH before [MQTT-2.3.1-6]", () => {
    const world = new ClientWorld();
    world.connect();
    for (let number = 1; number <= 3; number += 1) world.publish("x", 2);
    world.advance(0);
    for (const messageId of [2, 3, 1]) {
      world.server.sendPacket({ cmd: "pubrec", messageId });
      expect(world.server.received.at(-1)).toMatchObject({ cmd: "pubrel", messageId });
    }
  });
});
