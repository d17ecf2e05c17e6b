/** All layers together on Node: WebSocket over TLS over a SOCKS5 proxy, to mosquitto; and a socket that is handed over. */

import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { nodePorts } from "../../host-sim/io/node-ports.js";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { freePort } from "../../host-sim/process/free-port.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Endpoint } from "../../src/mqtt/ports.js";
import { HandedTransportProvider } from "../../src/transport/handed-transport.js";
import { makeAuthority } from "../support/authority.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { tlsListener } from "../support/mosquitto-tls.js";
import { startSocks5Proxy } from "../support/socks5-proxy.js";
import { Device, serverOptions } from "./support/device.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());
const { good } = authority;
const tls = { caCertificates: good.caFile };

/** A broker with a WebSocket listener over TLS, and a plain listener for mosquitto's own clients. */
async function startBroker(): Promise<{ webSocketPort: number; plainPort: number }> {
  const webSocketPort = await freePort();
  const lines = tlsListener(good).config ?? [];
  const broker = await startMosquitto({
    config: [`listener ${webSocketPort} 127.0.0.1`, "protocol websockets", ...lines],
  });
  return { webSocketPort, plainPort: broker.port };
}

async function exchange(endpoint: Endpoint, plainPort: number): Promise<Device> {
  const device = new Device(serverOptions(endpoint.port, { endpoint }));
  await device.connect();
  const subscriber = await mosquittoSub({ port: plainPort, topics: "out/+", qos: 2 });
  const inbox = await device.subscribe("in/+", 2);
  const long = "x".repeat(20_000);
  for (const qos of [0, 1, 2] as const satisfies readonly QoS[]) {
    device.send(`out/${qos}`, long, qos);
    await mosquittoPub({ port: plainPort, topic: `in/${qos}`, message: `in ${qos}`, qos });
  }
  const arrived = await subscriber.take(3);
  expect(arrived.map(({ topicName, text }) => [topicName, text === long])).toEqual([
    ["out/0", true],
    ["out/1", true],
    ["out/2", true],
  ]);
  expect((await inbox.take(3)).map(({ payload }) => Buffer.from(payload).toString())).toEqual([
    "in 0",
    "in 1",
    "in 2",
  ]);
  return device;
}

function stagesOf(device: Device): readonly string[] {
  const ready = device.events.find((event) => event.type === "ready");
  return ready?.type === "ready" ? ready.stages.map(({ stage }) => stage) : [];
}

describe("layers on Node", () => {
  test("WebSocket over TLS, messages of every QoS both ways", async () => {
    const { webSocketPort: port, plainPort } = await startBroker();
    const device = await exchange({ host: "localhost", port, tls, webSocket: { path: "/mqtt" } }, plainPort);
    expect(stagesOf(device)).toEqual(["dns", "tcp", "tls", "websocket", "connack"]);
  });

  test("the same through a SOCKS5 proxy with a password, which resolves the name", async () => {
    const { webSocketPort: port, plainPort } = await startBroker();
    const proxy = await startSocks5Proxy({
      users: { ann: "hunter2" },
      names: { "broker.example.com": "127.0.0.1" },
    });
    const endpoint = {
      host: "broker.example.com",
      port,
      tls,
      webSocket: { path: "/mqtt" },
      proxy: { host: "127.0.0.1", port: proxy.port, userName: "ann", password: "hunter2" },
    };
    const device = await exchange(endpoint, plainPort);
    expect(stagesOf(device)).toEqual(["tcp", "proxy", "tls", "websocket", "connack"]);
    expect(proxy.requests[0]).toMatchObject({ host: "broker.example.com", port, user: "ann" });
  });

  test("a socket that is open already is taken for the first connection, and the next one is dialled", async () => {
    const { port } = await startMosquitto();
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const dialling = new NodeTransportProvider();
    const timers = new NodeTimers();
    const handed = new HandedTransportProvider(timers, dialling);
    handed.hand(dialling.adopt(socket));
    const events: ClientEvent[] = [];
    const client = new MqttClient(
      nodePorts({ onEvent: (event) => events.push(event) }, handed),
      serverOptions(port),
    );
    onTestFinished(() => dialling.destroyAll());
    client.start();
    await expect.poll(() => client.connected).toBe(true);
    expect(dialling.streamCount).toBe(1);
    const { localPort } = socket;
    dialling.drop();
    await expect.poll(() => events.filter(({ type }) => type === "connected").length).toBe(2);
    expect(localPort).toBeGreaterThan(0);
    expect(socket.destroyed).toBe(true);
    client.stop();
    await expect.poll(() => dialling.streamCount).toBe(0);
  });
});
