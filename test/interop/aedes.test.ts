/** A second, independent broker: the essentials with aedes, which shares no code with mosquitto. */

import { describe, expect, onTestFinished, test } from "vitest";
import { EmbeddedBroker } from "../../host-sim/broker/embedded-broker.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { numbered } from "./support/received.js";

async function startAedes(): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.start();
  onTestFinished(() => broker.stop());
  return broker;
}

describe("with aedes as the broker", () => {
  for (const qos of [0, 1, 2] as const) {
    test(`messages of QoS ${qos} go both ways`, async () => {
      const { port } = await startAedes();
      const subscriber = await mosquittoSub({ port, topics: "out/#", qos: 2 });
      const sensor = new Device(serverOptions(port));
      await sensor.connect();
      const inbox = await sensor.subscribe("in/+", 2);
      sensor.send("out/küche", "offen", qos);
      sensor.send("out/empty", "", qos);
      expect(await sensor.outcomes()).toEqual(Array(2).fill(qos === 0 ? "sent" : "acknowledged"));
      expect(await subscriber.take(2)).toMatchObject([
        { topicName: "out/küche", text: "offen", qos, retain: false },
        { topicName: "out/empty", text: "", qos, retain: false },
      ]);
      await mosquittoPub({ port, topic: "in/küche", message: Uint8Array.of(0, 255), qos });
      const message = { topicName: "in/küche", payload: Uint8Array.of(0, 255), qos, retain: false };
      expect(await inbox.take(1)).toEqual([message]);
    });

    test(`300 messages of QoS ${qos} arrive at the other side in order`, async () => {
      const { port } = await startAedes();
      const peer = await connectMqttJs(port);
      await peer.subscribe("out", 2);
      const sensor = new Device(serverOptions(port));
      await sensor.connect();
      const sent = numbered("message", 300);
      for (const payload of sent) sensor.send("out", payload, qos);
      await peer.take(sent.length);
      expect(peer.texts).toEqual(sent);
      await sensor.outcomes();
    });
  }

  test("a session is resumed with what came meanwhile, and a retained message replayed", async () => {
    const { port } = await startAedes();
    const peer = await connectMqttJs(port);
    await peer.publish("state", "kept", 1, true);
    const sensor = new Device(serverOptions(port, { cleanSession: false }));
    await sensor.connect();
    const state = await sensor.subscribe("state", 1);
    const command = await sensor.subscribe("command", 2);
    expect(await state.take(1)).toMatchObject([{ retain: true }]);
    await sensor.disconnect();
    await peer.publish("command", "while away", 2);
    expect(await sensor.connect()).toBe(true);
    expect(await command.takeUntil("while away")).toEqual(["while away"]);
  });

  test("filters that overlap each get a message once: this broker sends one copy [MQTT-3.3.5-1]", async () => {
    const { port } = await startAedes();
    const sensor = new Device(serverOptions(port));
    await sensor.connect();
    const inboxes = [await sensor.subscribe("home/#", 1), await sensor.subscribe("home/door", 1)];
    const peer = await connectMqttJs(port);
    for (const payload of ["open", "closed", "end"]) await peer.publish("home/door", payload, 1);
    for (const inbox of inboxes) expect(await inbox.takeUntil("end")).toEqual(["open", "closed", "end"]);
  });

  test("the will is published when the link breaks, and none at an orderly stop", async () => {
    const { port } = await startAedes();
    const watcher = await connectMqttJs(port);
    await watcher.subscribe("status/+", 1);
    const devices = ["orderly", "lost"].map((clientIdentifier) => {
      const topicName = `status/${clientIdentifier}`;
      const will = { topicName, payload: Buffer.from("offline"), qos: 1, retain: false } as const;
      return new Device(serverOptions(port, { clientIdentifier, will }));
    });
    await Promise.all(devices.map((device) => device.connect()));
    await devices[0]?.disconnect();
    devices[1]?.crash();
    await watcher.take(1);
    await watcher.publish("status/end", "end", 1);
    await watcher.takeUntil("end");
    expect(watcher.messages.map(({ topicName }) => topicName)).toEqual(["status/lost", "status/end"]);
  });
});
