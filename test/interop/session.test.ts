/** Sessions that mosquitto keeps: over an absence of the device, a restart of either side, and the loss of them. */

import { describe, expect, test } from "vitest";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { text } from "./support/received.js";
import { signal } from "./support/signal.js";

const KEPT = { cleanSession: false } as const;

/** How many SUBSCRIBE packets of the device mosquitto has logged. */
function subscribes(broker: Mosquitto): number {
  return broker.log.split("Received SUBSCRIBE from device").length - 1;
}

describe("a session kept by mosquitto", () => {
  test("outlives a restart of the broker: messages queued before it arrive, without a new SUBSCRIBE", async () => {
    const broker = await startMosquitto({ persistence: true });
    const { port } = broker;
    const sensor = new Device(serverOptions(port, KEPT));
    expect(await sensor.connect()).toBe(false);
    const inbox = await sensor.subscribe("command/#", 2);
    await sensor.disconnect();

    await mosquittoPub({ port, topic: "command/1", message: "QoS 1", qos: 1 });
    await mosquittoPub({ port, topic: "command/2", message: "QoS 2", qos: 2 });
    await broker.restart();

    expect(await sensor.connect()).toBe(true);
    await inbox.take(2);
    expect(inbox.messages.map(({ payload, qos }) => [text(payload), qos])).toEqual([
      ["QoS 1", 1],
      ["QoS 2", 2],
    ]);
    await mosquittoPub({ port, topic: "command/3", message: "after", qos: 2 });
    expect(await inbox.takeUntil("after")).toHaveLength(3);
    expect(subscribes(broker)).toBe(1);
  });

  test("is resumed when the broker restarts under a connected device, with what was published meanwhile", async () => {
    const broker = await startMosquitto({ persistence: true });
    const { port } = broker;
    const sensor = new Device(serverOptions(port, KEPT));
    await sensor.connect();
    const inbox = await sensor.subscribe("command", 1);
    const watcher = await mosquittoSub({
      port,
      topics: "report",
      qos: 2,
      clientIdentifier: "watcher",
      persistent: true,
    });
    await watcher.stop();

    await broker.stop();
    await sensor.until(() => !sensor.client.connected);
    sensor.send("report", "first", 1);
    sensor.send("report", "second", 2);
    await broker.start();

    await sensor.until(() => sensor.client.connected);
    expect(sensor.eventsOf("connected").at(-1)).toMatchObject({ sessionPresent: true });
    expect(await sensor.outcomes()).toEqual(["acknowledged", "acknowledged"]);
    await mosquittoPub({ port, topic: "command", message: "still heard", qos: 1 });
    await inbox.takeUntil("still heard");
    const later = await mosquittoSub({
      port,
      topics: "report",
      qos: 2,
      clientIdentifier: "watcher",
      persistent: true,
    });
    await later.take(2);
    expect(later.texts).toEqual(["first", "second"]);
    expect(subscribes(broker)).toBe(1);
  });

  test("is taken up by a device that was reset and remembers nothing; it asks for its subscriptions again", async () => {
    const { port } = await startMosquitto();
    const before = new Device(serverOptions(port, KEPT));
    await before.connect();
    await before.subscribe("command", 2);
    before.crash();

    const peer = await connectMqttJs(port);
    await peer.publish("command", "while it was away", 2);
    const after = new Device(serverOptions(port, KEPT));
    const inbox = after.listen("command", 2);
    expect(await after.connect()).toBe(true);
    await inbox.answered();
    expect(inbox.answer).toBe(2);
    await peer.publish("command", "now", 2);
    expect(await inbox.takeUntil("now")).toEqual(["while it was away", "now"]);
  });

  test("is changed by what the device subscribed and unsubscribed while it was away", async () => {
    const { port } = await startMosquitto();
    const sensor = new Device(serverOptions(port, KEPT));
    await sensor.connect();
    const dropped = await sensor.subscribe("dropped", 1);
    const kept = await sensor.subscribe("kept", 1);
    await sensor.disconnect();
    sensor.client.unsubscribe("dropped");
    const added = sensor.listen("added", 1);
    expect(await sensor.connect()).toBe(true);
    await added.answered();
    await sensor.until(() => sensor.eventsOf("unsubscribed").length === 1);

    const peer = await connectMqttJs(port);
    for (const topicName of ["dropped", "added", "kept"]) await peer.publish(topicName, "end", 1);
    await Promise.all([added.takeUntil("end"), kept.takeUntil("end")]);
    expect([dropped.texts, added.texts, kept.texts]).toEqual([[], ["end"], ["end"]]);
  });

  test("is given up with a clean session: nothing of the absence arrives [MQTT-3.1.2-6]", async () => {
    const { port } = await startMosquitto();
    const sensor = new Device(serverOptions(port));
    await sensor.connect();
    const inbox = await sensor.subscribe("command", 2);
    await sensor.disconnect();
    await mosquittoPub({ port, topic: "command", message: "not for us", qos: 2 });
    inbox.answer = undefined;
    expect(await sensor.connect()).toBe(false);
    await inbox.answered();
    await mosquittoPub({ port, topic: "command", message: "end", qos: 2 });
    expect(await inbox.takeUntil("end")).toEqual(["end"]);
  });

  test("is lost by a broker without persistence: subscriptions are restored, unfinished messages published anew", async () => {
    const broker = await startMosquitto();
    const { port } = broker;
    const sensor = new Device(serverOptions(port, KEPT));
    await sensor.connect();
    const commands = await sensor.subscribe("command", 1);
    // The device hears its own messages: the restored subscription and the messages show each other.
    const own = await sensor.subscribe("report/+", 2);
    // A stopped process answers nothing, but the system still takes bytes for it.
    signal(broker, "SIGSTOP");
    sensor.send("report/1", "first", 1);
    sensor.send("report/2", "second", 2);
    await broker.kill();
    await sensor.until(() => !sensor.client.connected);
    commands.answer = undefined;
    own.answer = undefined;
    await broker.start();

    await Promise.all([commands.answered(), own.answered()]);
    expect(sensor.eventsOf("connected").map(({ sessionPresent }) => sessionPresent)).toEqual([false, false]);
    expect(await sensor.outcomes()).toEqual(["acknowledged", "acknowledged"]);
    expect(await own.take(2)).toMatchObject([
      { topicName: "report/1", qos: 1 },
      { topicName: "report/2", qos: 2 },
    ]);
    await mosquittoPub({ port, topic: "command", message: "heard again", qos: 1 });
    expect(await commands.takeUntil("heard again")).toEqual(["heard again"]);
  });
});
