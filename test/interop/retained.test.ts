/** Retained messages through mosquitto: set, replayed, replaced and deleted. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { text } from "./support/received.js";

describe("retained messages at mosquitto", () => {
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

  test("set by the device are given to whoever subscribes later, the last one only", async () => {
    const sensor = await connectedDevice();
    sensor.send("set/door", "open", 1, true);
    sensor.send("set/door", "closed", 2, true);
    expect(await sensor.outcomes()).toEqual(["acknowledged", "acknowledged"]);
    const subscriber = await mosquittoSub({ port: broker.port, topics: "set/door", qos: 2 });
    await subscriber.take(1);
    await mosquittoPub({ port: broker.port, topic: "set/door", message: "end", qos: 2 });
    expect(await subscriber.take(2)).toMatchObject([
      { text: "closed", qos: 2, retain: true },
      { text: "end", qos: 2, retain: false },
    ]);
  });

  test("of QoS 0 with a binary payload are kept too", async () => {
    const sensor = await connectedDevice();
    const payload = Uint8Array.of(0, 255, 0);
    // The acknowledgement of the second says that the first has arrived as well.
    sensor.send("zero/state", payload, 0, true);
    sensor.send("zero/other", "x", 1);
    await sensor.outcomes();
    const peer = await connectMqttJs(broker.port);
    await peer.subscribe("zero/#", 1);
    expect(await peer.take(1)).toEqual([{ topicName: "zero/state", payload, qos: 0, retain: true }]);
  });

  test("come to the device with the retain flag when it subscribes, without it when they are new", async () => {
    const { port } = broker;
    await mosquittoPub({ port, topic: "replayed/a", message: "old", qos: 1, retain: true });
    const sensor = await connectedDevice();
    const inbox = await sensor.subscribe("replayed/+", 1);
    await inbox.take(1);
    await mosquittoPub({ port, topic: "replayed/a", message: "new", qos: 1, retain: true });
    const messages = await inbox.take(2);
    expect(messages.map(({ payload, retain }) => [text(payload), retain])).toEqual([
      ["old", true],
      ["new", false],
    ]);
  });

  test("come again when the same filter is subscribed to once more [MQTT-3.8.4-3]", async () => {
    const { port } = broker;
    await mosquittoPub({ port, topic: "again", message: "kept", qos: 1, retain: true });
    const sensor = await connectedDevice();
    const first = await sensor.subscribe("again", 1);
    await first.take(1);
    const second = await sensor.subscribe("again", 1);
    expect(await second.take(1)).toMatchObject([{ retain: true }]);
  });

  test("come again after a reconnection without a session, as they are by then", async () => {
    const peer = await connectMqttJs(broker.port);
    await peer.publish("resumed", "before", 1, true);
    const sensor = await connectedDevice();
    const inbox = await sensor.subscribe("resumed", 1);
    await inbox.take(1);
    await sensor.disconnect();
    await peer.publish("resumed", "after", 1, true);
    expect(await sensor.connect()).toBe(false);
    const messages = await inbox.take(2);
    expect(messages.map(({ payload, retain }) => [text(payload), retain])).toEqual([
      ["before", true],
      ["after", true],
    ]);
  });

  test("are deleted by the device with an empty payload, which present subscribers see [MQTT-3.3.1-10]", async () => {
    const { port } = broker;
    const present = await mosquittoSub({ port, topics: "deleted", qos: 1 });
    const sensor = await connectedDevice();
    sensor.send("deleted", "state", 1, true);
    sensor.send("deleted", "", 1, true);
    await sensor.outcomes();
    expect(await present.take(2)).toMatchObject([
      { text: "state", retain: false },
      { text: "", retain: false },
    ]);
    const later = await mosquittoSub({ port, topics: "deleted", qos: 1 });
    await mosquittoPub({ port, topic: "deleted", message: "end", qos: 1 });
    await later.take(1);
    expect(later.texts).toEqual(["end"]);
  });

  test("are deleted by somebody else before the device subscribes, and then do not come", async () => {
    const peer = await connectMqttJs(broker.port);
    await peer.publish("gone", "state", 1, true);
    await peer.publish("gone", "", 1, true);
    const sensor = await connectedDevice();
    const inbox = await sensor.subscribe("gone", 1);
    await peer.publish("gone", "end", 1);
    expect(await inbox.takeUntil("end")).toEqual(["end"]);
  });
});
