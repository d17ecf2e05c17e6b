/** From a primary mosquitto that dies to a backup that lives, and back, with waits of milliseconds. */

import { describe, expect, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { texts } from "./support/received.js";
import { signal } from "./support/signal.js";

/** A ladder of three waits: 10, 20 and 40 ms. */
const LADDER = { reconnectMinimum: 10, reconnectMaximum: 40 } as const;

/** The story so far: attempts, connections and waits, each with its server. */
function story(device: Device): string[] {
  return device.events.flatMap((event) => {
    switch (event.type) {
      case "connecting":
        return [`${event.server} attempt ${event.attempt}`];
      case "connected":
        return [`${event.server} connected`];
      case "waiting":
        return event.switched ? [`switch to ${event.server}`] : [];
      default:
        return [];
    }
  });
}

describe("a device with a primary and a backup mosquitto", () => {
  test("goes over to the backup when the primary dies, takes its subscriptions along and stays", async () => {
    const primary = await startMosquitto();
    const backup = await startMosquitto();
    const sensor = new Device(serverOptions(primary.port, LADDER), serverOptions(backup.port, LADDER));
    const inbox = sensor.listen("command", 1);
    await sensor.connect();
    await inbox.answered();
    const watcher = await connectMqttJs(backup.port);
    await watcher.subscribe("report", 2);

    await primary.kill();
    sensor.send("report", "published in between", 1);
    await sensor.until(() => sensor.client.connected && sensor.client.server === "mqtt1");
    await sensor.until(() => sensor.eventsOf("subscribed").some(({ server }) => server === "mqtt1"));
    expect(story(sensor)).toEqual([
      "mqtt attempt 1",
      "mqtt connected",
      "mqtt attempt 2",
      "mqtt attempt 3",
      "mqtt attempt 4",
      "switch to mqtt1",
      "mqtt1 attempt 1",
      "mqtt1 connected",
    ]);

    await primary.start();
    sensor.send("report", "published at the backup", 2);
    expect(await sensor.outcomes()).toEqual(["acknowledged", "acknowledged"]);
    await mosquittoPub({ port: backup.port, topic: "command", message: "arm", qos: 1 });
    expect(await inbox.takeUntil("arm")).toEqual(["arm"]);
    expect(await watcher.takeUntil("published at the backup")).toEqual([
      "published in between",
      "published at the backup",
    ]);
    expect(sensor.client.server).toBe("mqtt1");
  });

  test("finds the backup when the primary was never there", async () => {
    const backup = await startMosquitto();
    const sensor = new Device(serverOptions(await freePort(), LADDER), serverOptions(backup.port, LADDER));
    await sensor.connect();
    expect(story(sensor)).toEqual([
      "mqtt attempt 1",
      "mqtt attempt 2",
      "mqtt attempt 3",
      "mqtt attempt 4",
      "switch to mqtt1",
      "mqtt1 attempt 1",
      "mqtt1 connected",
    ]);
    expect(sensor.eventsOf("disconnected")[0]).toMatchObject({
      server: "mqtt",
      stage: "open",
      reason: "network",
      cause: { stage: "tcp", code: "connection-refused", key: "server" },
    });
  });

  test("goes back to the primary when the backup dies too", async () => {
    const primary = await startMosquitto();
    const backup = await startMosquitto();
    const sensor = new Device(serverOptions(primary.port, LADDER), serverOptions(backup.port, LADDER));
    const inbox = sensor.listen("command", 1);
    await sensor.connect();
    await inbox.answered();
    await primary.kill();
    await sensor.until(() => sensor.client.connected && sensor.client.server === "mqtt1");
    await primary.start();
    await backup.kill();
    await sensor.until(() => sensor.client.connected && sensor.client.server === "mqtt");
    // A broker without persistence knows nothing of the subscription by now.
    await sensor.until(
      () => sensor.eventsOf("subscribed").filter(({ server }) => server === "mqtt").length === 2,
    );
    await mosquittoPub({ port: primary.port, topic: "command", message: "arm", qos: 1 });
    expect(await inbox.takeUntil("arm")).toEqual(["arm"]);
  });

  test("takes unacknowledged messages of a hanging primary to the backup: none is lost", async () => {
    const primary = await startMosquitto();
    const backup = await startMosquitto();
    const watcher = await connectMqttJs(backup.port);
    await watcher.subscribe("report/#", 2);
    // The process is stopped, not dead: attempts hang until the connect timeout, as with a host that vanished.
    const options = { ...LADDER, keepAlive: 1, responseTimeout: 100, connectTimeout: 100 };
    const sensor = new Device(serverOptions(primary.port, options), serverOptions(backup.port, LADDER));
    await sensor.connect();
    signal(primary, "SIGSTOP");
    for (const payload of ["first", "second"]) {
      sensor.send("report/1", payload, 1);
      sensor.send("report/2", payload, 2);
    }
    expect(await sensor.outcomes()).toEqual(Array(4).fill("acknowledged"));
    await watcher.take(4);
    for (const topicName of ["report/1", "report/2"]) {
      const messages = watcher.messages.filter((message) => message.topicName === topicName);
      expect(texts(messages)).toEqual(["first", "second"]);
    }
    const ends = sensor.eventsOf("disconnected").map(({ reason }) => reason);
    expect(ends).toEqual(["ping-timeout", ...Array(3).fill("connect-timeout")]);
  });

  test("leaves a primary that refuses it for the backup", async () => {
    const primary = await startMosquitto({ users: { ann: "secret" } });
    const backup = await startMosquitto();
    const sensor = new Device(serverOptions(primary.port, LADDER), serverOptions(backup.port, LADDER));
    await sensor.connect();
    expect(sensor.client.server).toBe("mqtt1");
    expect(sensor.eventsOf("disconnected").map(({ returnCode }) => returnCode)).toEqual([5, 5, 5, 5]);
  });
});
