/** The test broker does what MQTT 3.1.1 asks of a server about sessions and wills, and fails as it is told. */

import { beforeEach, describe, expect, test } from "vitest";
import { BrokerWorld, WILL } from "./broker-world.js";
import type { ScriptedClient } from "./scripted-client.js";

let world: BrokerWorld;
beforeEach(() => {
  world = new BrokerWorld();
});

describe("the test broker, keeping sessions,", () => {
  const persistent = { clean: false };

  test("queues QoS 1 and 2 messages for a client that is away, and not those of QoS 0", () => {
    world.subscribed("a", "#", 2, persistent).close();
    world.broker.publish("t", "0");
    world.broker.publish("t", "1", { qos: 1 });
    world.broker.publish("t", "2", { qos: 2 });
    const client = world.client();
    expect(client.connect("a", persistent)).toMatchObject({ sessionPresent: true });
    expect(client.take()).toMatchObject([
      { payload: "1", messageId: 1 },
      { payload: "2", messageId: 2 },
    ]);
  });

  test("sends again what was not completed: PUBLISH with DUP, PUBREL, in order [MQTT-4.4.0-1]", () => {
    const client = world.subscribed("a", "#", 2, persistent);
    world.broker.publish("t", "1", { qos: 1 });
    world.broker.publish("t", "2", { qos: 2 });
    world.broker.publish("t", "3", { qos: 1 });
    client.send({ cmd: "pubrec", messageId: 2 }, { cmd: "puback", messageId: 3 });
    client.close();
    const again = world.connected("a", persistent);
    expect(again.take()).toEqual([
      { cmd: "publish", topic: "t", payload: "1", qos: 1, dup: true, messageId: 1 },
      { cmd: "pubrel", messageId: 2 },
    ]);
  });

  test("forgets everything for a clean session, before and after [MQTT-3.1.2-6]", () => {
    world.subscribed("a", "#", 1, persistent).close();
    world.subscribed("a", "t", 1).close();
    expect(world.broker.sessions.size).toBe(0);
    const client = world.client();
    expect(client.connect("a", persistent)).toMatchObject({ sessionPresent: false });
  });

  test("remembers identifiers of QoS 2 messages over a reconnection, so that none is routed twice", () => {
    const publish = { cmd: "publish", topic: "t", payload: "x", qos: 2, messageId: 3 } as const;
    const client = world.connected("a", persistent);
    client.send(publish);
    client.close();
    const again = world.connected("a", persistent);
    again.send({ ...publish, dup: true }, { cmd: "pubrel", messageId: 3 });
    expect(world.broker.texts()).toEqual(["x"]);
  });
});

describe("the test broker, with wills,", () => {
  test.each<[string, (client: ScriptedClient) => void]>([
    ["the stream ends without DISCONNECT", (client) => client.close()],
    ["the stream breaks", (client) => client.provider.destroyAll()],
    ["the client breaks the rules", (client) => client.sendBytes("f0 00")],
    ["the client is kicked", () => world.broker.kick("a")],
  ])("publishes one when %s", (_, act) => {
    const client = world.connected("a", { will: WILL });
    act(client);
    world.clock.advance(0);
    expect(world.broker.texts()).toEqual(["offline"]);
    expect(world.broker.retained.has("status")).toBe(true);
  });

  test("publishes none after DISCONNECT [MQTT-3.14.4-3]", () => {
    world.connected("a", { will: WILL }).send({ cmd: "disconnect" });
    expect(world.broker.texts()).toEqual([]);
  });

  test("publishes that of a device without power when its keep alive is exceeded", () => {
    const client = world.connected("a", { will: WILL, keepalive: 10 });
    client.provider.powerOff();
    world.clock.advance(14_999);
    expect(world.broker.texts()).toEqual([]);
    world.clock.advance(1);
    expect(world.broker.texts()).toEqual(["offline"]);
  });
});

describe("the test broker, stopped and started,", () => {
  test("breaks connections and refuses new ones, and then has its sessions again", () => {
    const client = world.subscribed("a", "t", 1, { clean: false, will: WILL });
    world.broker.stop();
    world.clock.advance(0);
    expect(client.isEnded).toBe(true);
    expect(world.client().isEnded).toBe(true);
    world.broker.start();
    world.broker.publish("t", "x", { qos: 1 });
    const again = world.client();
    expect(again.connect("a", { clean: false })).toMatchObject({ sessionPresent: true });
    expect(again.take()).toMatchObject([{ payload: "x" }]);
    expect(world.broker.texts("status")).toEqual([]);
  });

  test("has lost everything when it is told to", () => {
    world.subscribed("a", "t", 1, { clean: false });
    world.broker.publish("t", "x", { retain: true });
    world.broker.stop({ loseSessions: true });
    world.broker.start();
    expect(world.client().connect("a", { clean: false })).toMatchObject({
      sessionPresent: false,
    });
    expect(world.broker.retained.size).toBe(0);
  });
});

describe("the test broker, with a fault injected,", () => {
  test("loses exactly the packets it is told to", () => {
    const client = world.connected("a");
    world.broker.fault = (direction, { cmd }, clientIdentifier) =>
      direction === "out" && cmd === "puback" && clientIdentifier === "a";
    const publish = { cmd: "publish", topic: "t", payload: "x", qos: 1, messageId: 1 } as const;
    client.send(publish);
    expect(client.take()).toEqual([]);
    world.broker.fault = (direction, { cmd }) => direction === "in" && cmd === "publish";
    client.send(publish, { cmd: "pingreq" });
    expect(client.take()).toEqual([{ cmd: "pingresp" }]);
    expect(world.broker.texts()).toEqual(["x"]);
  });
});
