/** Topic filters at mosquitto: wildcards, topics of the broker itself, many at once, and refusals. */

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { withoutRepetitions } from "./support/received.js";

const TOPIC_NAMES = ["a", "a/b", "a/b/c", "a/x/c", "/a", "a/", "b", "a//c"];

/** Which of `TOPIC_NAMES` each filter selects, by section 4.7.1. */
const SELECTIONS: Readonly<Record<string, readonly string[]>> = {
  "#": TOPIC_NAMES,
  "a/#": ["a", "a/b", "a/b/c", "a/x/c", "a/", "a//c"],
  "+": ["a", "b"],
  "+/+": ["a/b", "/a", "a/"],
  "a/+": ["a/b", "a/"],
  "/+": ["/a"],
  "a/+/c": ["a/b/c", "a/x/c", "a//c"],
  "+/b/#": ["a/b", "a/b/c"],
  "a/b": ["a/b"],
};

/** Where the packages of the systems that run the tests have it. */
const DYNAMIC_SECURITY = [
  "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so",
  "/usr/lib/aarch64-linux-gnu/mosquitto_dynamic_security.so",
  "/usr/lib64/mosquitto_dynamic_security.so",
  "/usr/lib/mosquitto_dynamic_security.so",
  "/opt/homebrew/lib/mosquitto_dynamic_security.so",
].find((path) => existsSync(path));

describe("subscriptions at mosquitto", () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker.dispose());

  async function connectedDevice(): Promise<Device> {
    const sensor = new Device(serverOptions(broker.port));
    await sensor.connect();
    return sensor;
  }

  for (const [topicFilter, selected] of Object.entries(SELECTIONS)) {
    test(`on "${topicFilter}" get ${selected.map((name) => `"${name}"`).join(", ")}`, async () => {
      const sensor = await connectedDevice();
      const inbox = await sensor.subscribe(topicFilter, 1);
      const end = await sensor.subscribe("end/of/the/test", 1);
      const peer = await connectMqttJs(broker.port);
      for (const topicName of TOPIC_NAMES) await peer.publish(topicName, topicName, 1);
      await peer.publish("end/of/the/test", "end", 1);
      await end.takeUntil("end");
      expect(inbox.texts.filter((text) => text !== "end")).toEqual(selected);
    });
  }

  test("on $SYS topics get what the broker says of itself", async () => {
    const sensor = await connectedDevice();
    const version = await sensor.subscribe("$SYS/broker/version", 0);
    const all = await sensor.subscribe("$SYS/#", 1);
    await Promise.all([version.take(1), all.take(10)]);
    expect(version.texts[0]).toMatch(/^mosquitto version \d/);
    expect(all.messages.every(({ topicName }) => topicName.startsWith("$SYS/broker/"))).toBe(true);
  });

  test("on # and +/# get nothing of $SYS [MQTT-4.7.2-1]", async () => {
    const sensor = await connectedDevice();
    // The broker's own are retained: whoever may have them gets them at once.
    const inboxes = [await sensor.subscribe("#", 1), await sensor.subscribe("+/broker/#", 1)];
    await mosquittoPub({ port: broker.port, topic: "x/broker/end", message: "end", qos: 1 });
    for (const inbox of inboxes) {
      await inbox.takeUntil("end");
      expect(inbox.messages.filter(({ topicName }) => topicName.startsWith("$"))).toEqual([]);
    }
  });

  test("are all granted when a device asks for 100 at once, each with its QoS", async () => {
    const sensor = new Device(serverOptions(broker.port));
    const inboxes = Array.from({ length: 100 }, (_, index) => ({
      inbox: sensor.listen(`many/${index}`, (index % 3) as 0 | 1 | 2),
      qos: index % 3,
    }));
    await sensor.connect();
    await Promise.all(inboxes.map(({ inbox }) => inbox.answered()));
    expect(inboxes.every(({ inbox, qos }) => inbox.answer === qos)).toBe(true);
    const peer = await connectMqttJs(broker.port);
    for (let index = 0; index < 100; index += 1) await peer.publish(`many/${index}`, String(index), 0);
    await Promise.all(inboxes.map(({ inbox }) => inbox.take(1)));
    expect(inboxes.map(({ inbox }) => inbox.texts)).toEqual(inboxes.map((_, index) => [String(index)]));
  });

  test("end with UNSUBSCRIBE, for this filter alone", async () => {
    const sensor = await connectedDevice();
    const dropped = await sensor.subscribe("ended/#", 1);
    const kept = await sensor.subscribe("other", 1);
    sensor.client.unsubscribe("ended/#");
    await sensor.until(() => sensor.eventsOf("unsubscribed").length === 1);
    expect(sensor.eventsOf("unsubscribed")).toMatchObject([{ topicFilter: "ended/#" }]);
    const peer = await connectMqttJs(broker.port);
    await peer.publish("ended/now", "not for us", 1);
    await peer.publish("other", "end", 1);
    await kept.takeUntil("end");
    expect(dropped.texts).toEqual([]);
  });

  test("that overlap each get the message, as often as the broker sends it [MQTT-3.3.5-1]", async () => {
    // mosquitto sends a copy for each filter that matches, as the specification lets it. Nothing in a copy says which
    // filter it is for, so each copy goes to every handler.
    const sensor = await connectedDevice();
    const inboxes = [
      await sensor.subscribe("home/#", 1),
      await sensor.subscribe("home/+", 1),
      await sensor.subscribe("home/door", 1),
    ];
    const end = await sensor.subscribe("away", 1);
    const peer = await connectMqttJs(broker.port);
    for (const payload of ["open", "closed"]) await peer.publish("home/door", payload, 1);
    await peer.publish("away", "end", 1);
    await end.takeUntil("end");
    const [first] = inboxes;
    expect(withoutRepetitions(first?.texts ?? [])).toEqual(["open", "closed"]);
    for (const inbox of inboxes) expect(inbox.texts).toEqual(first?.texts);
  });

  test("to its own topics bring the device its own messages", async () => {
    const sensor = await connectedDevice();
    const inbox = await sensor.subscribe("loop/#", 2);
    for (const qos of [0, 1, 2] as const) sensor.send(`loop/${qos}`, "x", qos);
    await inbox.take(3);
    expect(await sensor.outcomes()).toEqual(["sent", "acknowledged", "acknowledged"]);
  });
});

describe("a subscription that mosquitto refuses", () => {
  // An acl_file cannot show it: mosquitto 2.0 grants such a subscription and then sends nothing. Its plugin refuses.
  test.skipIf(DYNAMIC_SECURITY === undefined)(
    "is reported to its handler and the observer, and disturbs no other [MQTT-3.9.3-2]",
    async () => {
      const rules = {
        defaultACLAccess: { publishClientSend: true, publishClientReceive: true, subscribe: true },
        clients: [],
        groups: [{ groupname: "anybody", roles: [{ rolename: "guest" }] }],
        roles: [
          {
            rolename: "guest",
            acls: [{ acltype: "subscribeLiteral", topic: "secret/#", priority: 0, allow: false }],
          },
        ],
        anonymousGroup: "anybody",
      };
      const broker = await startMosquitto({
        config: [`plugin ${DYNAMIC_SECURITY}`, "plugin_opt_config_file $DIR/dynamic-security.json"],
        files: { "dynamic-security.json": JSON.stringify(rules) },
      });
      const sensor = new Device(serverOptions(broker.port));
      const inboxes = ["public/1", "secret/#", "public/2"].map((topicFilter) =>
        sensor.listen(topicFilter, 1),
      );
      await sensor.connect();
      await Promise.all(inboxes.map((inbox) => inbox.answered()));
      expect(inboxes.map(({ answer }) => answer)).toEqual([1, "refused", 1]);
      expect(sensor.eventsOf("subscription-refused")).toEqual([
        { type: "subscription-refused", server: "mqtt", topicFilter: "secret/#" },
      ]);

      const peer = await connectMqttJs(broker.port);
      await peer.publish("secret/x", "not for us", 1);
      await peer.publish("public/1", "end", 1);
      await inboxes[0]?.takeUntil("end");
      expect(inboxes.map(({ texts }) => texts)).toEqual([["end"], [], []]);
      // Not asked for again on the same connection: no ping-pong of SUBSCRIBE and refusal.
      expect(sensor.eventsOf("subscription-refused")).toHaveLength(1);
      expect(sensor.client.connected).toBe(true);
    },
  );
});
