/** `stop` and `start`, at any time and from inside any callback. */

import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { ClientWorld } from "./support/client-world.js";

/** A world whose observer does something on the first event of one type. */
function worldThat(type: ClientEvent["type"], act: (world: ClientWorld) => void): ClientWorld {
  let done = false;
  return new ClientWorld({
    onEvent: (event, world) => {
      if (event.type !== type || done) return;
      done = true;
      act(world);
    },
  });
}

/** Bytes that the virtual transport takes without one of them arriving. */
const ROOM = 65_536;

const stop = (world: ClientWorld): void => world.client.stop();

describe("stop", () => {
  test("sends DISCONNECT and closes the network connection [MQTT-3.14.4-1]", () => {
    const world = new ClientWorld();
    world.connect();
    world.news();
    world.client.stop();
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.news()).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
    expect([world.client.connected, world.clock.pending]).toEqual([false, 0]);
  });

  test("before start does nothing", () => {
    const world = new ClientWorld();
    world.client.stop();
    world.advance(100_000);
    expect([world.log, world.clock.pending]).toEqual([[], 0]);
    world.connect();
    expect(world.client.connected).toBe(true);
  });

  test("twice is as good as once", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.stop();
    world.client.stop();
    world.server.expect("e0 00");
    world.server.expectEnd();
    world.client.stop();
    expect(world.news().slice(2)).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
  });

  test("while the stream is being opened gives the attempt up", () => {
    const world = new ClientWorld({ conditions: { latency: 100 } });
    world.client.start();
    world.advance(50);
    world.client.stop();
    world.advance(100_000);
    expect(world.news()).toEqual([
      "connecting to mqtt, attempt 1",
      "disconnected from mqtt: requested (open)",
    ]);
    expect([world.network.links, world.clock.pending]).toEqual([[], 0]);
  });

  test("while CONNACK is awaited closes without DISCONNECT", () => {
    const world = new ClientWorld();
    world.client.start();
    world.server.expectPacket({ cmd: "connect" });
    world.client.stop();
    world.server.expectEnd();
    expect(world.news().at(-1)).toBe("disconnected from mqtt: requested (connack)");
  });

  test("while waiting for the next attempt ends the wait", () => {
    const world = new ClientWorld();
    world.network.setHost("broker", "refusing");
    world.client.start();
    world.advance(1000);
    world.client.stop();
    world.advance(100_000);
    expect(world.news()).toEqual([
      "connecting to mqtt, attempt 1",
      "disconnected from mqtt: network (open)",
      "waiting 2 s for mqtt",
    ]);
    expect(world.clock.pending).toBe(0);
  });

  test("inside `connecting` gives up the attempt that has just begun", () => {
    const world = worldThat("connecting", stop);
    world.client.start();
    world.advance(100_000);
    expect(world.news()).toEqual([
      "connecting to mqtt, attempt 1",
      "disconnected from mqtt: requested (open)",
    ]);
    expect([world.network.links, world.clock.pending]).toEqual([[], 0]);
  });

  test("inside `connected` sends DISCONNECT next, though there are subscriptions and messages", () => {
    const world = worldThat("connected", stop);
    world.subscribe("a");
    world.publish("x");
    world.connect();
    world.server.expect("e0 00");
    world.server.expectEnd();
    world.advance(100_000);
    expect(world.news().slice(2)).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
    expect([world.outcomes, world.clock.pending]).toEqual([[], 0]);
  });

  for (const type of ["disconnected", "waiting"] as const) {
    test(`inside \`${type}\` prevents the next attempt`, () => {
      const world = worldThat(type, stop);
      world.connect();
      world.server.close();
      world.advance(100_000);
      expect(world.log.filter((line) => line.startsWith("connecting"))).toHaveLength(1);
      expect(world.clock.pending).toBe(0);
    });
  }

  test("inside onMessage acknowledges the message, and then says goodbye", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onMessage: () => world.client.stop() });
    world.server.send('32 06 00 01 "a" 00 07 "1" 32 06 00 01 "a" 00 08 "2"');
    world.server.expect("40 02 00 07 e0 00");
    world.server.expectEnd();
    expect(world.messages).toEqual(['a "1", QoS 1']);
    expect(world.clock.pending).toBe(0);
  });

  test("inside onSubscribed", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onSubscribed: () => world.client.stop() });
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.clock.pending).toBe(0);
  });

  test("inside onOutcome", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.publish({ topicName: "t", payload: "x" }, { onOutcome: () => world.client.stop() });
    world.server.expect('30 04 00 01 "t" "x"');
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.clock.pending).toBe(0);
  });

  test("closes though the transport has no room left after DISCONNECT [MQTT-3.14.4-1]", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 2 * ROOM } });
    world.connect();
    const [link] = world.network.links;
    link?.stall("up");
    // All that the transport takes but for the two bytes of DISCONNECT.
    world.client.publish({ topicName: "t", payload: new Uint8Array(ROOM - 2 - 7) });
    world.advance(0);
    world.client.stop();
    world.advance(100);
    expect(world.news().at(-1)).toBe("connected to mqtt");
    link?.resume("up");
    world.advance(0);
    expect(world.news()).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
    expect(world.server.received.at(-1)?.cmd).toBe("disconnect");
    expect([world.network.links, world.clock.pending]).toEqual([[], 0]);
  });

  test("keeps messages that are not completed, and sends them after the next start", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("1");
    world.server.expect('32 06 00 01 "t" 00 01 "1"');
    world.client.stop();
    world.publish("2");
    world.server.expect("e0 00");
    world.server.expectEnd();
    world.advance(3_600_000);
    expect([world.outcomes, world.client.pending]).toEqual([[], 2]);
    world.connect(true);
    world.server.expect('3a 06 00 01 "t" 00 01 "1"');
    world.server.expect('32 06 00 01 "t" 00 02 "2"');
    world.server.send("40 02 00 01 40 02 00 02");
    expect(world.outcomes).toEqual(["1: acknowledged", "2: acknowledged"]);
  });

  test("lets messages that wait still expire", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.stop();
    world.publish("1", 1, { expiresAfter: 5000 });
    world.advance(5000);
    expect(world.outcomes).toEqual([]);
    world.advance(1);
    expect([world.outcomes, world.clock.pending]).toEqual([["1: expired"], 0]);
  });
});

describe("start", () => {
  test("twice is as good as once", () => {
    const world = new ClientWorld();
    world.client.start();
    world.client.start();
    world.server.greet();
    world.client.start();
    world.advance(1000);
    world.server.expectNoConnection();
  });

  test("right after stop connects again once DISCONNECT has left", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.stop();
    world.client.start();
    world.server.expect("e0 00");
    world.server.expectEnd();
    world.server.greet();
    expect(world.news()).toEqual([
      "connecting to mqtt, attempt 1",
      "connected to mqtt",
      "disconnected from mqtt: requested (disconnecting)",
      "connecting to mqtt, attempt 1",
      "connected to mqtt",
    ]);
  });

  test("inside `disconnected` connects again at once", () => {
    const world = worldThat("disconnected", ({ client }) => {
      client.stop();
      client.start();
    });
    world.connect();
    world.server.close();
    world.server.greet();
    expect(world.client.connected).toBe(true);
  });

  test("during the wait for the next attempt does not shorten it, but after stop it does", () => {
    const world = new ClientWorld();
    world.connect();
    world.server.close();
    world.client.start();
    world.advance(1000);
    world.server.expectNoConnection();
    world.client.stop();
    world.client.start();
    world.server.greet();
    expect(world.client.connected).toBe(true);
  });
});
