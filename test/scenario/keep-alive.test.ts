/** Keep alive end to end: PINGREQ in time, half-open links found in time, and slow links left alone. */

import { describe, expect, test } from "vitest";
import type { Direction } from "../../host-sim/virtual/virtual-link.js";
import { ClientWorld } from "./support/client-world.js";

/** Publishes a QoS 0 message each second for `seconds`. */
function publishEachSecond(world: ClientWorld, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    world.client.publish({ topicName: "t", payload: "x" });
    world.advance(1000);
  }
}

describe("PINGREQ", () => {
  test("is sent a second before a keep alive of 60 s is over, again and again [MQTT-3.1.2-23]", () => {
    const world = new ClientWorld();
    world.connect();
    for (let round = 0; round < 100; round += 1) {
      world.advance(58_999);
      world.server.expectNothing();
      world.advance(1);
      world.server.expect("c0 00");
      world.server.send("d0 00");
    }
    expect(world.client.connected).toBe(true);
  });

  test("is due counting from what was sent last, not from what was received [MQTT-3.1.2-23]", () => {
    const world = new ClientWorld();
    world.connect();
    for (let second = 0; second < 58; second += 1) {
      world.advance(1000);
      world.server.send('30 04 00 01 "a" "x"');
    }
    world.advance(999);
    world.server.expectNothing();
    world.advance(1);
    world.server.expect("c0 00");
  });

  test("is not needed while acknowledged messages go out", () => {
    const world = new ClientWorld({ mqtt: { keepAlive: 2 } });
    world.connect();
    for (let messageId = 1; messageId <= 100; messageId += 1) {
      world.publish("x");
      world.server.expectPacket({ cmd: "publish", messageId });
      world.server.sendPacket({ cmd: "puback", messageId });
      world.advance(1000);
      world.server.expectNothing();
    }
  });

  test("leaves no longer gap than keep alive, whatever else is sent [MQTT-3.1.2-23]", () => {
    const world = new ClientWorld({ mqtt: { keepAlive: 2 } });
    world.connect();
    let last = world.clock.now();
    let count = world.server.received.length;
    for (let step = 0; step < 5000; step += 1) {
      world.advance(10);
      if (step % 137 === 0) world.client.publish({ topicName: "t", payload: "x" });
      const { received } = world.server;
      if (received.length > count) {
        expect(world.clock.now() - last).toBeLessThanOrEqual(2000);
        last = world.clock.now();
        count = received.length;
        if (received.at(-1)?.cmd === "pingreq") world.server.send("d0 00");
      }
    }
    expect(world.client.connected).toBe(true);
  });

  test("is never sent with a keep alive of 0, and no timer runs", () => {
    const world = new ClientWorld({ mqtt: { keepAlive: 0 } });
    world.connect();
    world.advance(7 * 86_400_000);
    world.server.expectNothing();
    expect([world.client.connected, world.clock.pending]).toEqual([true, 0]);
  });
});

describe("a half-open link", () => {
  for (const direction of ["both", "up", "down"] as const satisfies readonly Direction[]) {
    test(`is given up within keep alive + 10 s, nothing being published (${direction})`, () => {
      const world = new ClientWorld();
      world.connect();
      world.server.vanish(direction);
      world.advance(69_999);
      if (world.client.connected) world.advance(1);
      expect(world.news().slice(2)).toEqual([
        "disconnected from mqtt: ping-timeout (connected)",
        "waiting 2 s for mqtt",
      ]);
    });

    test(`is given up within keep alive + 10 s though QoS 0 goes out each second (${direction})`, () => {
      const world = new ClientWorld();
      world.connect();
      publishEachSecond(world, 20);
      world.server.send('30 04 00 01 "a" "x"');
      const heard = world.clock.now();
      world.server.vanish(direction);
      publishEachSecond(world, 70);
      world.news();
      expect(world.log).toContain("disconnected from mqtt: ping-timeout (connected)");
      expect(world.clock.now() - heard).toBe(70_000);
    });
  }

  test("is given up by the first of several PINGREQs that nobody answers", () => {
    const world = new ClientWorld({ mqtt: { keepAlive: 1 } });
    world.connect();
    world.server.vanish();
    publishEachSecond(world, 11);
    expect(world.log).toContain("disconnected from mqtt: ping-timeout (connected)");
  });

  test("is given up when there is not even room for PINGREQ", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connect();
    world.server.vanish("both");
    world.client.publish({ topicName: "t", payload: new Uint8Array(100_000) });
    world.advance(70_000);
    expect(world.log).toContain("disconnected from mqtt: ping-timeout (connected)");
  });

  test("is not taken for one when something else than PINGRESP arrives", () => {
    const world = new ClientWorld();
    world.connect();
    world.advance(59_000);
    world.server.expect("c0 00");
    for (let round = 0; round < 20; round += 1) {
      world.advance(9_999);
      world.server.send('30 04 00 01 "a" "x"');
    }
    expect(world.client.connected).toBe(true);
    world.advance(10_000);
    expect(world.client.connected).toBe(false);
  });

  test("is found again after each reconnection", () => {
    const world = new ClientWorld();
    world.connect();
    for (const wait of [2000, 2000, 2000]) {
      world.server.vanish();
      world.advance(69_000);
      expect(world.client.connected).toBe(false);
      world.advance(wait);
      world.server.greet();
    }
  });
});

describe("a slow link", () => {
  test("is not given up while a PUBLISH that takes minutes is on its way up", () => {
    const world = new ClientWorld({
      mqtt: { keepAlive: 10, maximumQueueBytes: 2_000_000 },
      conditions: { bandwidth: 8000, segment: 1000 },
    });
    world.client.start();
    world.advance(1000);
    world.server.greet();
    world.advance(1000);
    world.publish("x".repeat(1_000_000));
    for (let second = 0; second < 150; second += 1) {
      world.advance(1000);
      if (world.server.received.at(-1)?.cmd === "pingreq") world.server.send("d0 00");
    }
    expect(world.server.received.filter(({ cmd }) => cmd === "publish")).toHaveLength(1);
    world.server.send("40 02 00 01");
    world.advance(1000);
    expect(world.outcomes).toHaveLength(1);
    expect(world.news()).toEqual(["connecting to mqtt, attempt 1", "connected to mqtt"]);
  });

  test("that dies in the middle of such a PUBLISH is given up within keep alive + 10 s", () => {
    const world = new ClientWorld({
      mqtt: { keepAlive: 10, maximumQueueBytes: 2_000_000 },
      conditions: { bandwidth: 8000, segment: 1000 },
    });
    world.client.start();
    world.advance(1000);
    world.server.greet();
    world.advance(1000);
    world.publish("x".repeat(1_000_000));
    world.advance(60_000);
    expect(world.client.connected).toBe(true);
    world.server.vanish();
    world.advance(20_000);
    expect(world.client.connected).toBe(false);
  });

  test("is not given up while a PUBLISH that takes minutes is on its way down", () => {
    const world = new ClientWorld({
      mqtt: { keepAlive: 10 },
      conditions: { bandwidth: 8000, segment: 1000 },
    });
    world.client.start();
    world.advance(1000);
    world.server.greet();
    world.advance(1000);
    world.server.sendPacket({ cmd: "publish", topic: "a", payload: "x".repeat(1_000_000) });
    world.server.send("d0 00 ".repeat(30));
    world.advance(130_000);
    expect(world.client.connected).toBe(true);
  });
});
