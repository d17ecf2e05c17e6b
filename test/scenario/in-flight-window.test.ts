/** How many messages may be on their way at once, and the packet identifiers they have. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

/** Payloads of the PUBLISHes that came since the last call, with their identifiers: `a1` is payload "a", identifier 1. */
function takePublished(world: ClientWorld): readonly string[] {
  const published: string[] = [];
  while (world.server.connection.unread.length > 0) {
    const { payload, messageId } = world.server.expectPacket({ cmd: "publish" });
    published.push(`${payload}${messageId ?? ""}`);
  }
  return published;
}

describe("the in-flight window", () => {
  test("is never exceeded, by QoS 1 and 2 together", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 3 } });
    world.connect();
    for (const payload of ["a", "b", "c", "d", "e"]) world.publish(payload, payload === "b" ? 2 : 1);
    expect(takePublished(world)).toEqual(["a1", "b2", "c3"]);
    world.server.send("40 02 00 01");
    expect(takePublished(world)).toEqual(["d4"]);
    world.server.send("50 02 00 02");
    world.server.expect("62 02 00 02");
    expect(takePublished(world)).toEqual([]);
    world.server.send("70 02 00 02");
    expect(takePublished(world)).toEqual(["e5"]);
  });

  test("of 1 lets one message out after the other, whatever their QoS", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 1 } });
    world.connect();
    world.publish("a", 1);
    world.publish("b", 2);
    world.publish("c", 0);
    world.publish("d", 1);
    expect(takePublished(world)).toEqual(["a1"]);
    world.server.send("40 02 00 01");
    expect(takePublished(world)).toEqual(["b2", "c"]);
    world.server.send("50 02 00 02");
    world.server.expect("62 02 00 02");
    world.server.send("70 02 00 02");
    expect(takePublished(world)).toEqual(["d3"]);
  });

  test("does not stop QoS 0, but nothing overtakes what was published before it", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 1 } });
    world.connect();
    world.publish("a", 1);
    world.publish("b", 0);
    world.publish("c", 1);
    world.publish("d", 0);
    expect(takePublished(world)).toEqual(["a1", "b"]);
    world.publish("e", 0);
    expect(takePublished(world)).toEqual([]);
    world.server.send("40 02 00 01");
    expect(takePublished(world)).toEqual(["c2", "d", "e"]);
  });

  test("lets acknowledgements come as slowly as they like", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 2, maximumQueueLength: 100, keepAlive: 0 } });
    world.connect();
    const payloads = Array.from({ length: 50 }, (_, index) => `${index}-`);
    for (const payload of payloads) world.publish(payload);
    const published = [...takePublished(world)];
    for (let messageId = 1; messageId <= payloads.length; messageId += 1) {
      world.advance(50_000);
      world.server.sendPacket({ cmd: "puback", messageId });
      published.push(...takePublished(world));
    }
    expect(published).toEqual(payloads.map((payload, index) => `${payload}${index + 1}`));
    expect(world.outcomes).toEqual(payloads.map((payload) => `${payload}: acknowledged`));
  });

  test("is full with one message less when they are acknowledged out of order, and order is kept", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 3 } });
    world.connect();
    for (const payload of ["a", "b", "c", "d", "e", "f"]) world.publish(payload);
    expect(takePublished(world)).toEqual(["a1", "b2", "c3"]);
    world.server.send("40 02 00 03 40 02 00 02");
    expect(takePublished(world)).toEqual(["d4", "e5"]);
    world.server.send("40 02 00 05");
    expect(takePublished(world)).toEqual(["f6"]);
    expect(world.client.pending).toBe(3);
  });
});

describe("packet identifiers", () => {
  test("are one space for PUBLISH, SUBSCRIBE and UNSUBSCRIBE [MQTT-2.3.1-2]", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x");
    world.server.expect('32 06 00 01 "t" 00 01 "x"');
    world.subscribe("a", 0);
    world.server.expect('82 06 00 02 00 01 "a" 00');
    world.publish("x", 2);
    world.server.expect('34 06 00 01 "t" 00 03 "x"');
    world.server.send("90 03 00 02 00");
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 04 00 01 "a"');
  });

  test("of a SUBSCRIBE that was not answered are free on the next connection", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0);
    world.connect();
    world.server.expect('82 06 00 01 00 01 "a" 00');
    world.cut(true);
    world.server.expect('82 06 00 02 00 01 "a" 00');
    world.server.send("90 03 00 01 00");
    world.server.expectEnd();
  });
});
