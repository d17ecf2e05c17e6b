/** `early_publish` with real brokers and real sockets: MQTT lets a client not wait for CONNACK (section 3.1.4). */

import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import mqttPacket from "mqtt-packet";
import { describe, expect, onTestFinished, test } from "vitest";
import { EmbeddedBroker } from "../../host-sim/broker/embedded-broker.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { numbered } from "./support/received.js";

async function startAedes(): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.start();
  onTestFinished(() => broker.stop());
  return broker;
}

describe.each([
  ["mosquitto", () => startMosquitto()],
  ["aedes", startAedes],
] as const)("%s takes what follows CONNECT at once", (_, start) => {
  for (const cleanSession of [true, false]) {
    test(`with clean_session ${cleanSession}, in order, and once each at QoS 2`, async () => {
      const { port } = await start();
      const subscriber = await mosquittoSub({ port, topics: "out", qos: 2 });
      const sensor = new Device(serverOptions(port, { cleanSession, earlyPublish: true }));
      const sent = numbered("message", 15);
      for (const payload of sent) sensor.send("out", payload, 2);
      sensor.client.finish();
      await sensor.until(() => sensor.eventsOf("finished").length > 0);
      expect(sensor.eventsOf("finished")).toEqual([{ type: "finished", pending: 0 }]);
      expect(await sensor.outcomes()).toEqual(sent.map(() => "acknowledged"));
      expect(sensor.eventsOf("disconnected")).toHaveLength(1);
      await subscriber.take(sent.length);
      expect(subscriber.texts).toEqual(sent);
    });
  }
});

describe("mosquitto that refuses", () => {
  test("has looked at none of what followed CONNECT: it waits, and arrives once when the device is let in", async () => {
    const users = { sensor: "right", reader: "reader" };
    const { port } = await startMosquitto({ users });
    const args = ["-u", "reader", "-P", "reader"];
    const subscriber = await mosquittoSub({ port, topics: "out", qos: 2, args });
    const early = { earlyPublish: true, cleanSession: false, reconnectMaximum: 20 };
    const credentials = (password: string) => ({ userName: "sensor", password: Buffer.from(password) });
    const sensor = new Device(
      serverOptions(port, { ...early, ...credentials("wrong") }),
      serverOptions(port, { ...early, ...credentials("right") }),
    );
    const sent = numbered("message", 10);
    for (const payload of sent) sensor.send("out", payload, 2);
    sensor.client.finish();
    await sensor.until(() => sensor.eventsOf("finished").length > 0);
    const refusals = sensor.eventsOf("disconnected").filter(({ reason }) => reason === "refused");
    expect(refusals.length).toBeGreaterThan(0);
    expect(sensor.eventsOf("connected")).toMatchObject([{ server: "mqtt1" }]);
    expect(await sensor.outcomes()).toEqual(sent.map(() => "acknowledged"));
    await subscriber.take(sent.length);
    expect(subscriber.texts).toEqual(sent);
  });
});

describe("on Node", () => {
  test("CONNECT and the messages leave in one write", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const first = new Promise<Buffer>((resolve) => {
      server.on("connection", (socket) => socket.on("error", () => {}).once("data", resolve));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const sensor = new Device(serverOptions(port, { earlyPublish: true }));
    for (const payload of numbered("message", 10)) sensor.send("out", payload, 1);
    sensor.client.start();
    const commands: string[] = [];
    mqttPacket
      .parser()
      .on("packet", ({ cmd }) => commands.push(cmd))
      .parse(await first);
    expect(commands).toEqual(["connect", ...Array(10).fill("publish")]);
  });
});
