/** The will: published by mosquitto when the device is lost, and only then. */

import { describe, expect, test } from "vitest";
import type { QoS } from "../../src/mqtt/packet.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";

function will(qos: QoS, retain: boolean) {
  return { topicName: "device/status", payload: Buffer.from("offline"), qos, retain };
}

describe("the will, kept by mosquitto", () => {
  for (const qos of [0, 1, 2] as const) {
    test(`is published at QoS ${qos} when the link breaks [MQTT-3.1.2-8]`, async () => {
      const { port } = await startMosquitto();
      const watcher = await mosquittoSub({ port, topics: "device/status", qos: 2 });
      const sensor = new Device(serverOptions(port, { will: will(qos, false) }));
      await sensor.connect();
      sensor.crash();
      expect(await watcher.take(1)).toMatchObject([{ text: "offline", qos, retain: false }]);
    });
  }

  test("is retained when it asks for that, so that a later subscriber learns of the loss", async () => {
    const { port } = await startMosquitto();
    const watcher = await connectMqttJs(port);
    await watcher.subscribe("#", 1);
    const payload = Uint8Array.of(0, 0xff, 0x80);
    const sensor = new Device(serverOptions(port, { will: { ...will(1, true), payload } }));
    await sensor.connect();
    sensor.crash();
    const message = { topicName: "device/status", payload, qos: 1 };
    expect(await watcher.take(1)).toEqual([{ ...message, retain: false }]);
    const later = await connectMqttJs(port);
    await later.subscribe("device/status", 1);
    expect(await later.take(1)).toEqual([{ ...message, retain: true }]);
  });

  test("is published when the device leaves without a goodbye", async () => {
    const { port } = await startMosquitto();
    const watcher = await mosquittoSub({ port, topics: "device/status", qos: 1 });
    const sensor = new Device(serverOptions(port, { will: will(1, false) }));
    await sensor.connect();
    sensor.client.abandon();
    expect(await watcher.take(1)).toMatchObject([{ text: "offline", qos: 1 }]);
  });

  test("is not published when the device stops in an orderly way [MQTT-3.1.2-10]", async () => {
    const broker = await startMosquitto();
    const { port } = broker;
    const watcher = await mosquittoSub({ port, topics: "device/status", qos: 1 });
    const sensor = new Device(serverOptions(port, { will: will(1, true) }));
    await sensor.connect();
    await sensor.disconnect();
    expect(sensor.eventsOf("disconnected")).toMatchObject([{ reason: "requested" }]);
    await expect.poll(() => broker.log, { timeout: 5_000 }).toContain("Received DISCONNECT from device");
    await mosquittoPub({ port, topic: "device/status", message: "end", qos: 1 });
    await watcher.take(1);
    expect(watcher.texts).toEqual(["end"]);
  });

  test("is published at each loss, and what the device says of itself when it is back follows it", async () => {
    const { port } = await startMosquitto();
    const watcher = await connectMqttJs(port);
    await watcher.subscribe("device/status", 2);
    const sensor = new Device(serverOptions(port, { will: will(2, true) }));
    await sensor.connect();
    sensor.send("device/status", "online", 2, true);
    await watcher.takeUntil("online");
    for (let loss = 1; loss <= 2; loss += 1) {
      sensor.transport.drop();
      await sensor.until(() => sensor.eventsOf("connected").length === loss + 1);
      sensor.send("device/status", "online", 2, true);
      await watcher.take(1 + 2 * loss);
    }
    expect(watcher.texts).toEqual(["online", "offline", "online", "offline", "online"]);
  });
});
