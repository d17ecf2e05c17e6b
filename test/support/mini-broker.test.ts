/** The test broker does what MQTT 3.1.1 asks of a server about connections and messages. */

import { beforeEach, describe, expect, test } from "vitest";
import { BrokerWorld, WILL } from "./broker-world.js";
import type { ScriptedClient } from "./scripted-client.js";

let world: BrokerWorld;
beforeEach(() => {
  world = new BrokerWorld();
});

describe("the test broker, connecting,", () => {
  test("accepts a client, and knows it by its identifier", () => {
    const client = world.client();
    expect(client.connect("a")).toMatchObject({ returnCode: 0, sessionPresent: false });
    expect(world.broker.connected).toEqual(["a"]);
    client.send({ cmd: "disconnect" });
    expect(world.broker.connected).toEqual([]);
    expect(world.broker.connectionEvents.map(({ type }) => type)).toEqual([
      "connected",
      "disconnected by the client",
    ]);
  });

  test("gives an identifier to a client without one, but no session to keep [MQTT-3.1.3-8]", () => {
    expect(world.client().connect("")).toMatchObject({ returnCode: 0 });
    expect(world.broker.connected).toEqual(["generated-1"]);
    const client = world.client();
    // mqtt-packet does not write such a CONNECT: "MQTT", level 4, clean session 0, identifier "".
    client.sendBytes('10 0c 00 04 "MQTT" 04 00 00 00 00 00');
    expect(client.take()).toEqual([{ cmd: "connack", returnCode: 2 }]);
    expect(client.isEnded).toBe(true);
  });

  test("refuses with the return code it is told, and closes [MQTT-3.2.2-5]", () => {
    world = new BrokerWorld({ authenticate: ({ username }) => (username === "ann" ? 0 : 5) });
    expect(world.client().connect("a", { username: "ann" })).toMatchObject({ returnCode: 0 });
    const client = world.client();
    expect(client.connect("b", { username: "bob", will: WILL })).toMatchObject({ returnCode: 5 });
    expect(client.isEnded).toBe(true);
    expect(world.broker.published).toEqual([]);
  });

  test("takes the place of an older connection with the same identifier [MQTT-3.1.4-2]", () => {
    const first = world.connected("a", { will: WILL });
    const second = world.connected("a");
    expect([first.isEnded, second.isEnded]).toEqual([true, false]);
    expect(world.broker.connected).toEqual(["a"]);
    expect(world.broker.texts("status")).toEqual(["offline"]);
  });

  test.each<[string, (client: ScriptedClient) => void]>([
    ["another first packet than CONNECT", (client) => client.send({ cmd: "pingreq" })],
    [
      "a second CONNECT",
      (client) => client.send({ cmd: "connect", clientId: "a" }, { cmd: "connect", clientId: "a" }),
    ],
    ["bytes that are no packet", (client) => client.sendBytes("f0 00")],
    ["silence in place of CONNECT", () => world.clock.advance(30_000)],
  ])("closes on %s", (_, act) => {
    const client = world.client();
    act(client);
    world.clock.advance(0);
    expect(client.isEnded).toBe(true);
    expect(world.broker.connected).toEqual([]);
  });

  test("closes after one and a half times the keep alive without a packet [MQTT-3.1.2-24]", () => {
    const client = world.connected("a", { keepalive: 60, will: WILL });
    world.clock.advance(80_000);
    client.send({ cmd: "pingreq" });
    expect(client.take()).toEqual([{ cmd: "pingresp" }]);
    world.clock.advance(89_999);
    expect(client.isEnded).toBe(false);
    world.clock.advance(1);
    expect(client.isEnded).toBe(true);
    expect(world.broker.connectionEvents.at(-1)).toEqual({
      time: 170_000,
      clientIdentifier: "a",
      type: "keep alive exceeded",
    });
    expect(world.broker.texts("status")).toEqual(["offline"]);
  });
});

describe("the test broker, routing,", () => {
  test("delivers at the lower of the QoS published and the QoS granted", () => {
    const low = world.subscribed("low", "a/+", 0);
    const high = world.subscribed("high", "a/#", 2);
    const publisher = world.connected("publisher");
    publisher.send({ cmd: "publish", topic: "a/b", payload: "x", qos: 1, messageId: 9 });
    expect(publisher.take()).toEqual([{ cmd: "puback", messageId: 9 }]);
    expect(low.take()).toEqual([{ cmd: "publish", topic: "a/b", payload: "x", qos: 0 }]);
    expect(high.take()).toEqual([{ cmd: "publish", topic: "a/b", payload: "x", qos: 1, messageId: 1 }]);
  });

  test("delivers once when several filters of a client match, at the highest QoS", () => {
    const client = world.subscribed("a", "#", 0);
    client.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "t", qos: 1 }] });
    client.take();
    world.broker.publish("t", "x", { qos: 2 });
    expect(client.take()).toEqual([{ cmd: "publish", topic: "t", payload: "x", qos: 1, messageId: 1 }]);
  });

  test("routes a QoS 2 message at PUBREL, once, however often it is sent [MQTT-4.3.3-2]", () => {
    const client = world.connected("a");
    const publish = { cmd: "publish", topic: "t", payload: "x", qos: 2, messageId: 3 } as const;
    client.send(publish, { ...publish, dup: true });
    expect(client.take()).toEqual(Array(2).fill({ cmd: "pubrec", messageId: 3 }));
    expect(world.broker.texts()).toEqual([]);
    client.send({ cmd: "pubrel", messageId: 3 }, { cmd: "pubrel", messageId: 3 });
    expect(client.take()).toEqual(Array(2).fill({ cmd: "pubcomp", messageId: 3 }));
    expect(world.broker.texts()).toEqual(["x"]);
  });

  test("sends a QoS 2 message by PUBLISH, PUBREL, and is done at PUBCOMP", () => {
    const client = world.subscribed("a", "t", 2);
    world.broker.publish("t", "x", { qos: 2 });
    client.take();
    client.send({ cmd: "pubrec", messageId: 1 });
    expect(client.take()).toEqual([{ cmd: "pubrel", messageId: 1 }]);
    expect(world.broker.sessions.get("a")?.inFlight.size).toBe(1);
    client.send({ cmd: "pubcomp", messageId: 1 });
    expect(world.broker.sessions.get("a")?.inFlight.size).toBe(0);
  });

  test("sends no more at a time than its window, and the next with each acknowledgement, in order", () => {
    world = new BrokerWorld({ maximumInFlight: 2 });
    const client = world.subscribed("a", "t", 1);
    for (const text of ["1", "2", "3", "4"]) {
      world.broker.publish("t", text, { qos: 1 });
    }
    expect(client.take()).toMatchObject([{ payload: "1" }, { payload: "2" }]);
    client.send({ cmd: "puback", messageId: 1 }, { cmd: "puback", messageId: 2 });
    expect(client.take()).toMatchObject([{ payload: "3" }, { payload: "4" }]);
  });

  test("refuses what is no topic filter, or not to be read, by 0x80 [MQTT-3.8.4-5]", () => {
    world = new BrokerWorld({ mayRead: (_, topicFilter) => topicFilter !== "secret", maximumQos: 1 });
    const client = world.connected("a");
    const subscriptions = ["a/b#", "secret", "open"].map((topic) => ({ topic, qos: 2 }) as const);
    client.send({ cmd: "subscribe", messageId: 5, subscriptions });
    expect(client.take()).toEqual([{ cmd: "suback", messageId: 5, granted: [0x80, 0x80, 1] }]);
  });

  test("delivers nothing more after UNSUBSCRIBE", () => {
    const client = world.subscribed("a", "t", 0);
    client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["t"] });
    expect(client.take()).toEqual([{ cmd: "unsuback", messageId: 2 }]);
    world.broker.publish("t", "x");
    expect(client.take()).toEqual([]);
  });

  test("closes on a wildcard in a topic name [MQTT-3.3.2-2]", () => {
    const client = world.connected("a");
    client.send({ cmd: "publish", topic: "a/+", payload: "x", qos: 0 });
    expect(client.isEnded).toBe(true);
  });
});

describe("the test broker, retaining,", () => {
  test("sends the last message of each topic to a new subscription, marked as retained", () => {
    world.broker.publish("a", "old", { retain: true });
    world.broker.publish("a", "new", { retain: true, qos: 1 });
    world.broker.publish("b", "other", { retain: true });
    const client = world.subscribed("a", "none", 0);
    client.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "a", qos: 2 }] });
    expect(client.take().slice(1)).toEqual([
      { cmd: "publish", topic: "a", payload: "new", qos: 1, retain: true, messageId: 1 },
    ]);
    world.broker.publish("a", "newer", { retain: true });
    expect(client.take()).toEqual([{ cmd: "publish", topic: "a", payload: "newer", qos: 0 }]);
  });

  test("forgets a topic by an empty message [MQTT-3.3.1-10]", () => {
    world.broker.publish("a", "x", { retain: true });
    world.broker.publish("a", "", { retain: true });
    expect(world.broker.retained.size).toBe(0);
  });
});
