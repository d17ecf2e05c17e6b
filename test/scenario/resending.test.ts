/**
 * The connection is lost at every point of an exchange, once with the session kept by the server and once without it.
 */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

const QOS1 = '32 06 00 01 "t" 00 01 "x"';
const QOS2 = '34 06 00 01 "t" 00 01 "x"';

describe("QoS 1 out, the connection lost", () => {
  test("before PUBLISH has left: it is sent once there is one", () => {
    for (const sessionPresent of [true, false]) {
      const world = new ClientWorld();
      world.connect();
      world.server.reset();
      world.publish("x");
      world.reconnect(sessionPresent);
      world.server.expect(QOS1);
      world.server.send("40 02 00 01");
      expect(world.outcomes).toEqual(["x: acknowledged"]);
    }
  });

  test("before PUBLISH has arrived, session present: sent again with DUP and the same identifier [MQTT-3.3.1-1]", () => {
    const world = worldThatLoses(1);
    world.reconnect(true);
    world.server.expect('3a 06 00 01 "t" 00 01 "x"');
    world.server.send("40 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("before PUBACK, session present: sent again with DUP and the same identifier [MQTT-2.3.1-3] [MQTT-4.4.0-1]", () => {
    const world = worldWith(1);
    for (const wait of [2000, 4000, 8000]) {
      world.server.reset();
      world.advance(wait);
      world.server.greet({ sessionPresent: true });
      world.server.expect('3a 06 00 01 "t" 00 01 "x"');
      world.server.expectNothing();
    }
    world.server.send("40 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("before PUBACK, session absent: published anew without DUP", () => {
    const world = worldWith(1);
    world.cut(false);
    world.server.expect('32 06 00 01 "t" 00 02 "x"');
    world.server.send("40 02 00 02");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("after PUBACK: nothing is sent again", () => {
    for (const sessionPresent of [true, false]) {
      const world = worldWith(1);
      world.server.send("40 02 00 01");
      world.cut(sessionPresent);
      world.server.expectNothing();
      expect(world.outcomes).toEqual(["x: acknowledged"]);
    }
  });

  test("while it is clean by its own wish: published anew without DUP [MQTT-3.1.2-6]", () => {
    const world = new ClientWorld({ mqtt: { cleanSession: true } });
    world.connect();
    world.publish("x");
    world.server.expect(QOS1);
    world.cut(false);
    world.server.expect('32 06 00 01 "t" 00 02 "x"');
  });
});

describe("QoS 2 out, the connection lost", () => {
  test("before PUBREC, session present: PUBLISH again with DUP and the same identifier [MQTT-4.4.0-1]", () => {
    const world = worldWith(2);
    world.cut(true);
    world.server.expect('3c 06 00 01 "t" 00 01 "x"');
    finish(world, "00 01");
  });

  test("before PUBREC, session absent: published anew without DUP", () => {
    const world = worldWith(2);
    world.cut(false);
    world.server.expect('34 06 00 01 "t" 00 02 "x"');
    finish(world, "00 02");
  });

  test("after PUBREC, before PUBREL has arrived, session present: PUBREL, and PUBLISH never [MQTT-4.3.3-1]", () => {
    const world = worldWith(2);
    world.server.vanish("up");
    world.server.send("50 02 00 01");
    world.cut(true);
    world.server.expect("62 02 00 01");
    world.server.expectNothing();
    world.server.send("70 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("before PUBCOMP, session present: PUBREL again, on every connection [MQTT-4.3.3-1]", () => {
    const world = worldWith(2);
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01");
    for (const wait of [2000, 4000, 8000]) {
      world.server.reset();
      world.advance(wait);
      world.server.greet({ sessionPresent: true });
      world.server.expect("62 02 00 01");
      world.server.expectNothing();
    }
    expect(world.outcomes).toEqual([]);
    world.server.send("70 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("after PUBREC, session absent: done, and nothing is sent again", () => {
    const world = worldWith(2);
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01");
    world.cut(false);
    world.server.expectNothing();
    expect(world.outcomes).toEqual(["x: acknowledged"]);
  });

  test("after PUBCOMP: nothing is sent again", () => {
    for (const sessionPresent of [true, false]) {
      const world = worldWith(2);
      finish(world, "00 01");
      world.cut(sessionPresent);
      world.server.expectNothing();
      expect(world.outcomes).toEqual(["x: acknowledged"]);
    }
  });
});

describe("QoS 0 out, the connection lost", () => {
  test("after it has left: it is not sent again", () => {
    const world = worldWith(0);
    world.cut(true);
    world.server.expectNothing();
    expect(world.outcomes).toEqual(["x: sent"]);
  });

  test("before there was room for it: refused, or kept if it may wait", () => {
    for (const queueQos0 of [true, false]) {
      const world = new ClientWorld({ mqtt: { queueQos0, maximumQueueBytes: 200_000 } });
      world.connect();
      world.network.links[0]?.stall("up");
      world.client.publish({ topicName: "t", payload: new Uint8Array(65_529) });
      world.publish("x", 0);
      world.advance(0);
      expect(world.outcomes).toEqual([]);
      world.cut(true);
      if (queueQos0) world.server.expect('30 04 00 01 "t" "x"');
      world.server.expectNothing();
      expect(world.outcomes).toEqual([queueQos0 ? "x: sent" : "x: refused: offline"]);
    }
  });

  test("in the middle of it: no server has it, so it is refused, or sent again from its start", () => {
    for (const queueQos0 of [true, false]) {
      const world = new ClientWorld({ mqtt: { queueQos0, maximumQueueBytes: 200_000 } });
      world.connect();
      world.network.links[0]?.stall("up");
      const payload = "x".repeat(70_000);
      world.publish(payload, 0);
      world.advance(0);
      world.cut(true);
      if (queueQos0) world.server.expectPacket({ cmd: "publish", payload, dup: false });
      world.server.expectNothing();
      expect(world.outcomes).toEqual([`${payload}: ${queueQos0 ? "sent" : "refused: offline"}`]);
    }
  });
});

describe("several messages in flight", () => {
  const ALL = ["a", "b", "c", "d", "e"];

  test("are sent again in their order, before anything new [MQTT-4.6.0-1]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const [index, payload] of ALL.entries()) world.publish(payload, index % 2 === 0 ? 1 : 2);
    world.advance(0);
    world.server.send("40 02 00 03");
    world.server.reset();
    world.publish("new", 1);
    world.publish("newer", 0);
    world.reconnect(true);
    world.publish("newest", 0);
    const payloads = () =>
      world.server.received
        .slice(1)
        .map((packet) => ("payload" in packet ? `${packet.payload}` : packet.cmd));
    expect(payloads()).toEqual(["a", "b", "d", "e", "new", "newest"]);
    expect(world.server.received.slice(1, 5)).toMatchObject([
      { dup: true, qos: 1, messageId: 1 },
      { dup: true, qos: 2, messageId: 2 },
      { dup: true, qos: 2, messageId: 4 },
      { dup: true, qos: 1, messageId: 5 },
    ]);
    expect(world.outcomes).toEqual(["c: acknowledged", "newer: refused: offline", "newest: sent"]);
  });

  test("are published anew in their order when the session is absent, before queued ones", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ALL) world.publish(payload);
    world.advance(0);
    world.server.reset();
    world.publish("queued");
    world.reconnect(false);
    for (const [index, payload] of [...ALL, "queued"].entries()) {
      world.server.expectPacket({ cmd: "publish", payload, dup: false, messageId: index + 6 });
    }
  });

  test("keep their order through cuts in the middle of sending them again", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ALL) world.publish(payload);
    world.advance(0);
    // Slow enough for a cut after each message.
    world.provider.setConditions({ segment: 1, bandwidth: 1000 });
    for (let arrived = 0; arrived < ALL.length; arrived += 1) {
      world.server.reset();
      world.clock.runUntil(() => world.server.waitingCount > 0, 60_000);
      const connection = world.server.accept();
      world.clock.runUntil(() => connection.received.length === 1, 1000);
      connection.sendPacket({ cmd: "connack", returnCode: 0, sessionPresent: true });
      world.clock.runUntil(() => connection.received.length === 1 + arrived, 1000);
    }
    world.server.reset();
    world.provider.setConditions({ segment: 1000, bandwidth: Number.POSITIVE_INFINITY });
    world.advance(60_000);
    world.server.greet({ sessionPresent: true });
    for (const [index, payload] of ALL.entries()) {
      world.server.expectPacket({ cmd: "publish", payload, dup: true, messageId: index + 1 });
    }
  });

  test("PUBRELs are sent again in the order of the PUBRECs, before PUBLISHes [MQTT-4.6.0-4]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ALL) world.publish(payload, 2);
    world.advance(0);
    world.server.send("50 02 00 04 50 02 00 02 50 02 00 05");
    world.server.send("70 02 00 02");
    world.cut(true);
    world.server.expect("62 02 00 04 62 02 00 05");
    world.server.expect('3c 06 00 01 "t" 00 01 "a" 3c 06 00 01 "t" 00 03 "c"');
    world.server.expectNothing();
  });

  test("are not sent again at any other time than after CONNACK [MQTT-4.4.0-1]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const qos of [1, 2] as const) world.publish("x", qos);
    world.advance(0);
    const count = world.server.received.length;
    for (let round = 0; round < 100; round += 1) {
      world.advance(59_000);
      world.server.send("d0 00");
    }
    const since = world.server.received.slice(count);
    expect(since.every(({ cmd }) => cmd === "pingreq")).toBe(true);
  });
});

/** A message of this QoS sent and arrived, nothing answered. */
function worldWith(qos: 0 | 1 | 2): ClientWorld {
  const world = new ClientWorld();
  world.connect();
  world.publish("x", qos);
  world.server.expect(qos === 0 ? '30 04 00 01 "t" "x"' : qos === 1 ? QOS1 : QOS2);
  return world;
}

/** A message of this QoS sent, but lost on its way with the connection. */
function worldThatLoses(qos: 1 | 2): ClientWorld {
  const world = new ClientWorld();
  world.connect();
  world.network.links[0]?.stall("up");
  world.publish("x", qos);
  world.advance(0);
  world.server.expectNothing();
  world.server.reset();
  return world;
}

function finish(world: ClientWorld, packetIdentifier: string): void {
  world.server.send(`50 02 ${packetIdentifier}`);
  world.server.expect(`62 02 ${packetIdentifier}`);
  expect(world.outcomes).toEqual([]);
  world.server.send(`70 02 ${packetIdentifier}`);
  expect(world.outcomes).toEqual(["x: acknowledged"]);
}
