/** Messages on their way out while nothing goes wrong: the packets of each QoS, byte by byte, and their outcomes. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

describe("a QoS 0 message", () => {
  test("is one packet without a packet identifier, and done when it is sent [MQTT-4.3.1-1] [MQTT-2.3.1-5]", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x", 0);
    world.server.expect('30 04 00 01 "t" "x"');
    world.server.expectNothing();
    expect(world.outcomes).toEqual(["x: sent"]);
  });

  test("with retain says so", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x", 0, { retain: true });
    world.server.expect('31 04 00 01 "t" "x"');
  });

  test("has DUP 0 when it is sent after a reconnection too [MQTT-3.3.1-2]", () => {
    const world = new ClientWorld({ mqtt: { queueQos0: true } });
    world.connect();
    world.server.reset();
    world.publish("x", 0);
    world.reconnect(true);
    world.server.expect('30 04 00 01 "t" "x"');
  });
});

describe("a QoS 1 message", () => {
  test("is sent once with DUP 0, and is done at PUBACK, however late [MQTT-4.3.2-1] [MQTT-4.1.0-2]", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x");
    world.server.expect('32 06 00 01 "t" 00 01 "x"');
    for (let round = 0; round < 60; round += 1) {
      world.advance(59_000);
      world.server.expect("c0 00");
      world.server.send("d0 00");
    }
    world.server.expectNothing();
    expect(world.outcomes).toEqual([]);
    world.server.send("40 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
    world.server.expectNothing();
  });

  test("gives its packet identifier free with PUBACK, and no sooner [MQTT-2.3.1-3]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ["a", "b", "c"]) world.publish(payload);
    world.server.expect('32 06 00 01 "t" 00 01 "a" 32 06 00 01 "t" 00 02 "b" 32 06 00 01 "t" 00 03 "c"');
    world.server.send("40 02 00 02");
    world.publish("d");
    world.server.expect('32 06 00 01 "t" 00 04 "d"');
  });
});

describe("a QoS 2 message", () => {
  test("goes PUBLISH, PUBREC, PUBREL, PUBCOMP with one identifier, and is done at PUBCOMP [MQTT-4.3.3-1]", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x", 2);
    world.server.expect('34 06 00 01 "t" 00 01 "x"');
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01");
    expect(world.outcomes).toEqual([]);
    world.server.send("70 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
    world.server.expectNothing();
  });

  test("answers a second PUBREC with a second PUBREL, and is done once [MQTT-4.3.3-1]", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x", 2);
    world.server.expect('34 06 00 01 "t" 00 01 "x"');
    world.server.send("50 02 00 01");
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01 62 02 00 01");
    world.server.send("70 02 00 01 70 02 00 01");
    expect(world.outcomes).toEqual(["x: acknowledged"]);
    world.server.expectNothing();
  });

  test("releases several in the order of the PUBRECs [MQTT-4.6.0-4]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ["a", "b", "c", "d", "e"]) world.publish(payload, 2);
    world.server.send("50 02 00 04 50 02 00 01 50 02 00 05");
    world.server.send("50 02 00 03 50 02 00 02");
    const released = world.server.received.filter(({ cmd }) => cmd === "pubrel");
    expect(released.map(({ messageId }) => messageId)).toEqual([4, 1, 5, 3, 2]);
    world.server.send("70 02 00 02 70 02 00 04 70 02 00 05 70 02 00 01 70 02 00 03");
    expect(world.outcomes).toEqual(["b", "d", "e", "a", "c"].map((payload) => `${payload}: acknowledged`));
  });
});

describe("messages of every QoS", () => {
  test("leave in the order in which they were published, together", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("a", 1);
    world.publish("b", 0);
    world.publish("c", 2);
    world.publish("d", 0);
    world.server.expect(
      '32 06 00 01 "t" 00 01 "a" 30 04 00 01 "t" "b" 34 06 00 01 "t" 00 02 "c" 30 04 00 01 "t" "d"',
    );
  });

  test("are lowered to the QoS that the server is sent at most", () => {
    const world = new ClientWorld({ mqtt: { maximumQos: 1 } });
    world.connect();
    world.publish("x", 2);
    world.server.expect('32 06 00 01 "t" 00 01 "x"');
    world.server.send("40 02 00 01");
    const zero = new ClientWorld({ mqtt: { maximumQos: 0 } });
    zero.publish("x", 2);
    zero.publish("y", 1);
    zero.connect();
    zero.server.expect('30 04 00 01 "t" "x" 30 04 00 01 "t" "y"');
    expect([world.outcomes, zero.outcomes]).toEqual([["x: acknowledged"], ["x: sent", "y: sent"]]);
  });

  test("may be empty, and as long as the queue takes", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("", 1);
    world.server.expect('32 05 00 01 "t" 00 01');
    world.publish("x".repeat(16_000), 1);
    expect(world.server.expectPacket({ cmd: "publish", messageId: 2 }).payload).toHaveLength(16_000);
  });

  test("carry text as UTF-8 with a byte order mark kept, and bytes as they are [MQTT-1.5.3-3]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("\ufefft", 0);
    world.client.publish({ topicName: "\ufefft", payload: "é" });
    world.client.publish({ topicName: "\ufefft", payload: Uint8Array.of(0, 255) });
    world.server.expect('30 08 00 04 ef bb bf "t" c3 a9 30 08 00 04 ef bb bf "t" 00 ff');
    world.server.send('30 07 00 04 ef bb bf "t" "x"');
    expect(world.messages).toEqual(['\ufefft "x", QoS 0']);
  });
});

describe("what an acknowledgement is for", () => {
  for (const [what, sent, statement] of [
    ["PUBACK for a QoS 2 message", "40 02 00 02", "MQTT-4.3.3-1"],
    ["PUBACK for a QoS 2 message that was released", "50 02 00 02 40 02 00 02", "MQTT-4.3.3-1"],
    ["PUBREC for a QoS 1 message", "50 02 00 01", "MQTT-4.3.2-1"],
    ["PUBCOMP for a QoS 1 message", "70 02 00 01", "MQTT-4.3.3-1"],
    ["PUBCOMP for a QoS 2 message that was not released", "70 02 00 02", "MQTT-4.3.3-1"],
    ["SUBACK for a message", "90 03 00 01 01", "MQTT-3.8.4-2"],
    ["UNSUBACK for a message", "b0 02 00 02", "MQTT-3.10.4-4"],
    ["SUBACK that was not asked for", "90 03 00 09 01", "MQTT-3.8.4-2"],
    ["UNSUBACK for a SUBSCRIBE", "b0 02 00 03", "MQTT-3.10.4-4"],
    ["SUBACK with too few return codes", "90 03 00 03 01", "MQTT-3.8.4-5"],
    ["SUBACK with too many return codes", "90 05 00 03 01 01 01", "MQTT-3.8.4-5"],
    ["SUBACK with a reserved return code", "90 04 00 03 01 03", "MQTT-3.9.3-2"],
    ["PUBACK with packet identifier 0", "40 02 00 00", "MQTT-2.3.1-1"],
  ] as const) {
    test(`decides: ${what} closes the connection [${statement}]`, () => {
      const world = worldInFlight();
      world.server.send(sent);
      expect(world.news()).toEqual([
        `disconnected from mqtt: protocol-error (connected), ${statement}`,
        "waiting 2 s for mqtt",
      ]);
      expect(world.outcomes).toEqual([]);
    });
  }

  test("decides: SUBACK for an UNSUBSCRIBE closes the connection [MQTT-3.8.4-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a");
    world.client.unsubscribe("a");
    world.server.expectPacket({ cmd: "unsubscribe", messageId: 2 });
    world.server.send("90 03 00 02 00");
    world.server.expectEnd();
    expect(world.log).toContain("disconnected from mqtt: protocol-error (connected), MQTT-3.8.4-2");
  });

  test("decides: what was never sent needs no acknowledgement, and one for it changes nothing", () => {
    const world = worldInFlight();
    world.server.send("40 02 00 09 70 02 00 09 40 02 ff ff");
    expect([world.client.connected, world.outcomes]).toEqual([true, []]);
    world.server.expectNothing();
  });

  test("decides: PUBREC for what is long complete is answered, so that the server can forget it", () => {
    const world = worldInFlight();
    world.server.send("50 02 00 09");
    world.server.expect("62 02 00 09");
    world.server.send("70 02 00 09");
    expect(world.client.connected).toBe(true);
  });

  test("decides: acknowledgements may come in any order", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ["a", "b", "c"]) world.publish(payload);
    world.server.send("40 02 00 03 40 02 00 01 40 02 00 02");
    expect(world.outcomes).toEqual(["c: acknowledged", "a: acknowledged", "b: acknowledged"]);
  });

  /** A QoS 1 message by identifier 1, a QoS 2 message by 2, and a SUBSCRIBE for two filters by 3. */
  function worldInFlight(): ClientWorld {
    const world = new ClientWorld();
    world.connect();
    world.publish("one", 1);
    world.publish("two", 2);
    world.advance(0);
    world.subscribe("a");
    world.subscribe("b");
    world.server.expectPacket({ cmd: "publish", messageId: 1 });
    world.server.expectPacket({ cmd: "publish", messageId: 2 });
    world.server.expectPacket({ cmd: "subscribe", messageId: 3 });
    world.news();
    return world;
  }
});
