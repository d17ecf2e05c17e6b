/** Messages published without a connection: how many wait, which give way, and how each of them ends. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

/** Payloads of all PUBLISHes the server has. */
function published(world: ClientWorld): readonly string[] {
  return world.server.received.flatMap((packet) => (packet.cmd === "publish" ? [`${packet.payload}`] : []));
}

function publishAll(world: ClientWorld, payloads: string, qos: 0 | 1 | 2 = 1): void {
  for (const payload of payloads) world.publish(payload, qos);
}

describe("without a connection", () => {
  test("messages wait in order, and are sent when there is one, before any published later", () => {
    const world = new ClientWorld();
    publishAll(world, "abc");
    world.client.start();
    publishAll(world, "de", 2);
    world.advance(0);
    expect([world.client.pending, world.outcomes]).toEqual([5, []]);
    world.server.greet();
    publishAll(world, "f");
    world.advance(0);
    expect(published(world)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("the newest are kept, and those they push out are told, each once", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueLength: 3 } });
    publishAll(world, "abcde");
    expect(world.outcomes).toEqual([]);
    world.advance(0);
    expect(world.outcomes).toEqual(["a: evicted", "b: evicted"]);
    world.connect();
    world.advance(0);
    expect([published(world), world.outcomes.length]).toEqual([["c", "d", "e"], 2]);
  });

  test("the bytes are bounded as well, in flight and waiting together", () => {
    // Each takes 7 + 10 bytes.
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 60, maximumInFlight: 1 } });
    for (const name of "abcd") world.publish(name.repeat(10));
    world.advance(0);
    expect(world.outcomes).toEqual([`${"a".repeat(10)}: evicted`]);
    world.connect();
    world.advance(0);
    // b is in flight: it is not evicted, so c has to give way.
    world.publish("e".repeat(10));
    world.advance(0);
    expect(world.outcomes.at(-1)).toBe(`${"c".repeat(10)}: evicted`);
    world.publish("f".repeat(54), 1);
    world.advance(0);
    expect(world.outcomes.at(-1)).toBe(`${"f".repeat(54)}: refused: packet-too-large`);
    world.publish("g".repeat(53), 1);
    world.advance(0);
    expect(world.outcomes.at(-1)).toBe(`${"g".repeat(53)}: refused: queue-full`);
    expect(world.client.pending).toBe(3);
  });

  test("QoS 0 is refused at once, and says so", () => {
    const world = new ClientWorld();
    const delivery = world.publish("x", 0);
    expect([delivery.outcome, delivery.reason, world.outcomes]).toEqual(["refused", "offline", []]);
    world.advance(0);
    expect(world.outcomes).toEqual(["x: refused: offline"]);
    world.client.start();
    world.publish("y", 0);
    world.server.greet();
    expect([published(world), world.outcomes]).toEqual([[], ["x: refused: offline", "y: refused: offline"]]);
  });

  test("QoS 0 waits too when it may", () => {
    const world = new ClientWorld({ mqtt: { queueQos0: true, maximumQueueLength: 2 } });
    publishAll(world, "abc", 0);
    world.connect();
    world.advance(0);
    expect(published(world)).toEqual(["b", "c"]);
    expect(world.outcomes).toEqual(["a: evicted", "b: sent", "c: sent"]);
  });

  test("nothing waits with a queue of length 0", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueLength: 0 } });
    publishAll(world, "a");
    world.advance(0);
    expect(world.outcomes).toEqual(["a: refused: queue-full"]);
    world.connect();
    publishAll(world, "b");
    publishAll(world, "c", 0);
    world.advance(0);
    expect(published(world)).toEqual(["b", "c"]);
  });
});

describe("with a connection and a queue of length 0", () => {
  test("what the window takes is sent, and what comes on top is refused, not what came before it", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueLength: 0, maximumInFlight: 2 } });
    world.connect();
    publishAll(world, "abc");
    world.advance(0);
    expect([published(world), world.outcomes]).toEqual([["a", "b"], ["c: refused: queue-full"]]);
    publishAll(world, "d");
    world.advance(0);
    expect(world.outcomes).toEqual(["c: refused: queue-full", "d: refused: queue-full"]);
    world.server.send("40 02 00 01");
    publishAll(world, "e");
    world.advance(0);
    expect(published(world)).toEqual(["a", "b", "e"]);
  });

  test("QoS 0 is sent although the window is full", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueLength: 0, maximumInFlight: 1 } });
    world.connect();
    publishAll(world, "a");
    world.advance(0);
    for (const payload of "bc") {
      publishAll(world, payload, 0);
      world.advance(0);
    }
    expect(published(world)).toEqual(["a", "b", "c"]);
  });
});

describe("a message that expires", () => {
  test("ends when it has waited longer than it may, to the millisecond", () => {
    const world = new ClientWorld();
    world.publish("a", 1, { expiresAfter: 5000 });
    world.publish("b", 1, { expiresAfter: 4000 });
    world.publish("c", 1);
    world.advance(4000);
    expect(world.outcomes).toEqual([]);
    world.advance(1);
    expect(world.outcomes).toEqual(["b: expired"]);
    world.advance(1000);
    expect(world.outcomes).toEqual(["b: expired", "a: expired"]);
    world.connect();
    world.advance(0);
    expect(published(world)).toEqual(["c"]);
  });

  test("ends while it waits for the window too, but not any more when it was sent", () => {
    const world = new ClientWorld({ mqtt: { maximumInFlight: 1 } });
    world.connect();
    world.publish("a", 1, { expiresAfter: 5000 });
    world.publish("b", 1, { expiresAfter: 5000 });
    world.advance(0);
    world.advance(5001);
    expect(world.outcomes).toEqual(["b: expired"]);
    world.cut(false);
    world.server.expect('32 06 00 01 "t" 00 02 "a"');
    world.server.send("40 02 00 02");
    expect(world.outcomes).toEqual(["b: expired", "a: acknowledged"]);
  });

  test("is sent, if it can be sent at once, though it may not wait at all", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("a", 0, { expiresAfter: 0 });
    world.publish("b", 1, { expiresAfter: 0 });
    world.advance(0);
    expect([published(world), world.outcomes]).toEqual([["a", "b"], ["a: sent"]]);
    world.server.reset();
    world.publish("c", 1, { expiresAfter: 0 });
    world.advance(1);
    expect(world.outcomes.at(-1)).toBe("c: expired");
  });

  test("is sent in the last millisecond it has, and not in the next", () => {
    for (const lateness of [0, 1]) {
      const world = new ClientWorld();
      world.publish("a", 1, { expiresAfter: 5000 });
      world.client.start();
      world.advance(5000 + lateness);
      world.server.greet();
      world.advance(0);
      expect([published(world), world.outcomes]).toEqual(lateness === 0 ? [["a"], []] : [[], ["a: expired"]]);
    }
  });
});

describe("messages that come back because the session is gone", () => {
  test("are sent first, and are not evicted by newer ones", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueLength: 3, maximumInFlight: 2 } });
    world.connect();
    publishAll(world, "ab");
    world.advance(0);
    world.server.reset();
    publishAll(world, "cde");
    world.advance(2000);
    world.server.greet({ sessionPresent: false });
    publishAll(world, "fgh");
    world.advance(0);
    expect(world.outcomes).toEqual(["c: evicted", "d: evicted", "e: evicted"]);
    expect(published(world)).toEqual(["a", "b"]);
    expect(world.client.pending).toBe(5);
  });
});
