/** The whole client over WebSocket to mosquitto, whose WebSocket is another's (libwebsockets). */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodePorts } from "../../../host-sim/io/node-ports.js";
import { NodeTransportProvider } from "../../../host-sim/io/node-transport.js";
import { seededRandom } from "../../../host-sim/io/random.js";
import { freePort } from "../../../host-sim/process/free-port.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Endpoint } from "../../../src/mqtt/ports.js";
import { Changes } from "../../interop/support/changes.js";
import { Device, serverOptions } from "../../interop/support/device.js";
import { Downloads, sha256 } from "../../interop/support/download.js";
import { connectMqttJs } from "../../interop/support/mqtt-js.js";
import { causeText } from "../../support/layer-run.js";
import type { Mosquitto } from "../../support/mosquitto.js";
import { startMosquitto } from "../../support/mosquitto.js";

interface Scene {
  readonly broker: Mosquitto;
  /** Of plain MQTT. */
  readonly mqttPort: number;
  readonly endpoint: Endpoint;
}

async function startScene(): Promise<Scene> {
  const mqttPort = await freePort();
  const broker = await startMosquitto({
    config: ["protocol websockets", `listener ${mqttPort} 127.0.0.1`, "max_queued_messages 0"],
    persistence: true,
  });
  return { broker, mqttPort, endpoint: webSocketTo(broker.port) };
}

function webSocketTo(port: number, path = "/mqtt"): Endpoint {
  return { host: "127.0.0.1", port, webSocket: { path } };
}

function deviceAt(endpoint: Endpoint, changes: Partial<ServerOptions> = {}): Device {
  return new Device(serverOptions(endpoint.port, { endpoint, ...changes }));
}

/** Starts a device, and returns the cause of its first failure. */
async function failureAt(endpoint: Endpoint): Promise<unknown> {
  const device = deviceAt(endpoint);
  device.client.start();
  await device.until(() => device.eventsOf("disconnected").length > 0);
  device.client.stop();
  return device.eventsOf("disconnected")[0]?.cause;
}

/** A client whose stream has little room both ways, started. */
function narrowClient(endpoint: Endpoint, changes: Changes): MqttClient {
  const network = new NodeTransportProvider({ window: 1_500, unreadLimit: 700 });
  const ports = nodePorts({ onEvent: () => changes.changed() }, network);
  const client = new MqttClient(ports, serverOptions(endpoint.port, { endpoint }));
  onTestFinished(() => {
    client.stop();
    network.drop();
  });
  client.start();
  return client;
}

function payloadOf(byteLength: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: byteLength }, () => random() * 256);
}

describe("mosquitto over WebSocket", () => {
  for (const qos of [0, 1, 2] as const) {
    test(`carries messages both ways at QoS ${qos}`, async () => {
      const { mqttPort, endpoint } = await startScene();
      const device = deviceAt(endpoint);
      await device.connect();
      const inbox = await device.subscribe("in/#", qos);
      const peer = await connectMqttJs(mqttPort);
      await peer.subscribe("out/#", qos);
      const texts = Array.from({ length: 300 }, (_, i) => `message ${i}`);
      for (const text of texts) device.send("out/a", text, qos);
      for (const text of texts) await peer.publish("in/a", text, qos);
      expect((await peer.take(300)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(texts);
      expect((await inbox.take(300)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(texts);
      expect(new Set(await device.outcomes())).toEqual(new Set([qos === 0 ? "sent" : "acknowledged"]));
    });

    test(`carries payloads of 300 KB both ways at QoS ${qos}, with little room and slow reading`, async () => {
      const { mqttPort, endpoint } = await startScene();
      const changes = new Changes();
      const until = (isDone: () => boolean) => changes.until(isDone, () => "", 15_000);
      const client = narrowClient(endpoint, changes);
      const peer = await connectMqttJs(mqttPort);
      await peer.subscribe("out", qos);
      let isSubscribed = false;
      const downloads = new Downloads(() => changes.changed());
      client.subscribe("in", Object.assign(downloads, { onSubscribed: () => (isSubscribed = true) }), qos);
      await until(() => isSubscribed);
      const payloads = [payloadOf(300_000, 1), payloadOf(100_001, 2)];
      for (const payload of payloads) client.publish({ topicName: "out", payload, qos });
      for (const payload of payloads) await peer.publish("in", payload, qos);
      await Promise.all([peer.take(2), until(() => downloads.complete.length === 2)]);
      const digests = payloads.map(sha256);
      expect(peer.messages.map(({ payload }) => sha256(payload))).toEqual(digests);
      expect(downloads.all.map(({ digest }) => digest)).toEqual(digests);
    });
  }

  test("accepts any path", async () => {
    const { broker } = await startScene();
    await deviceAt(webSocketTo(broker.port, "/a/b?c=d")).connect();
  });

  test("is connected to again after it was away, and after the link broke, and nothing is lost", async () => {
    const { broker, mqttPort, endpoint } = await startScene();
    const device = deviceAt(endpoint, { cleanSession: false });
    await device.connect();
    const inbox = await device.subscribe("in", 2);
    device.transport.drop();
    device.send("out", "after the drop", 2);
    await device.outcomes();
    await broker.restart();
    device.send("out", "after the restart", 2);
    await device.outcomes();
    const peer = await connectMqttJs(mqttPort);
    await peer.publish("in", "hello", 2);
    expect((await inbox.take(1)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(["hello"]);
    expect(device.eventsOf("connected").length).toBeGreaterThanOrEqual(3);
  });

  test("sees an orderly end: no will, when the device disconnects", async () => {
    const { broker, mqttPort, endpoint } = await startScene();
    const peer = await connectMqttJs(mqttPort);
    await peer.subscribe("will", 1);
    const will = {
      topicName: "will",
      payload: new TextEncoder().encode("gone"),
      qos: 1,
      retain: false,
    } as const;
    const first = deviceAt(endpoint, { will });
    await first.connect();
    await first.disconnect();
    const second = deviceAt(endpoint, { will, clientIdentifier: "second" });
    await second.connect();
    second.client.abandon();
    expect((await peer.take(1)).length).toBe(1);
    expect(broker.log).not.toContain("protocol error");
    expect(peer.messages.length).toBe(1);
  });

  test("that has another client take over the identifier ends the connection", async () => {
    const { mqttPort, endpoint } = await startScene();
    const device = deviceAt(endpoint);
    await device.connect();
    await connectMqttJs(mqttPort, { clientId: "device" });
    await device.until(() => device.eventsOf("disconnected").length > 0);
    const [event] = device.eventsOf("disconnected");
    expect(event).toMatchObject({ stage: "connected", reason: "closed-by-server" });
  });

  test("keeps the connection alive", async () => {
    const { endpoint } = await startScene();
    const device = deviceAt(endpoint, { keepAlive: 1 });
    await device.connect();
    await new Promise((resolve) => setTimeout(resolve, 2_600));
    expect([device.client.connected, device.eventsOf("disconnected")]).toEqual([true, []]);
  });
});

describe("what is no WebSocket for MQTT is told apart", () => {
  test("the port of plain MQTT", async () => {
    const { mqttPort } = await startScene();
    const cause = await failureAt(webSocketTo(mqttPort));
    expect(causeText(cause)).toContain("closed-in-handshake [server]");
  });

  test("a port where nothing listens: the network's own error", async () => {
    const cause = await failureAt(webSocketTo(await freePort()));
    expect(causeText(cause)).toContain("connection-refused [server]");
  });

  test.each([
    [404, {}, "not-found [ws_path]"],
    [401, { "WWW-Authenticate": "Basic" }, "unauthorized [user]"],
    [301, { Location: "https://example.org/mqtt" }, "redirected [server]"],
    [200, { "Content-Type": "text/html" }, "not-websocket [ws_path]"],
  ])("a web server that answers %d", async (status, headers, expected) => {
    const server = createServer((_request, answer) => {
      answer.writeHead(status, headers).end("<html>".repeat(1_000));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(causeText(await failureAt(webSocketTo(port)))).toContain(expected);
  });
});
