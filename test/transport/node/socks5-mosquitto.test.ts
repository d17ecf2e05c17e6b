/** The whole client through a SOCKS5 proxy to mosquitto, with WebSocket too; and what it says when that fails. */

import { describe, expect, test } from "vitest";
import { freePort } from "../../../host-sim/process/free-port.js";
import { TransportError } from "../../../src/mqtt/errors.js";
import type { Endpoint, ProxyOptions, WebSocketOptions } from "../../../src/mqtt/ports.js";
import { Device, serverOptions } from "../../interop/support/device.js";
import { Downloads, sha256 } from "../../interop/support/download.js";
import { connectMqttJs } from "../../interop/support/mqtt-js.js";
import { causeText } from "../../support/layer-run.js";
import type { Mosquitto } from "../../support/mosquitto.js";
import { startMosquitto } from "../../support/mosquitto.js";
import type { Socks5Proxy, Socks5ProxyOptions } from "../../support/socks5-proxy.js";
import { startSocks5Proxy } from "../../support/socks5-proxy.js";

const USERS = { ann: "s3cret" };
/** A name that only the proxy knows. */
const NAMES = { "broker.invalid": "127.0.0.1" };

interface Scene {
  readonly broker: Mosquitto;
  readonly proxy: Socks5Proxy;
  readonly webSocketPort: number;
}

async function startScene(options: Socks5ProxyOptions = {}): Promise<Scene> {
  const webSocketPort = await freePort();
  const broker = await startMosquitto({
    config: ["max_queued_messages 0", `listener ${webSocketPort} 127.0.0.1`, "protocol websockets"],
  });
  return { broker, webSocketPort, proxy: await startSocks5Proxy({ names: NAMES, ...options }) };
}

interface Way {
  readonly host?: string;
  readonly port: number;
  readonly credentials?: Pick<ProxyOptions, "userName" | "password">;
  readonly webSocket?: WebSocketOptions;
}

function deviceThrough(
  proxyPort: number,
  { host = "broker.invalid", port, credentials, webSocket }: Way,
): Device {
  const endpoint: Endpoint = {
    host,
    port,
    proxy: { host: "127.0.0.1", port: proxyPort, ...credentials },
    ...(webSocket === undefined ? {} : { webSocket }),
  };
  return new Device(serverOptions(port, { endpoint }));
}

/** Starts it, and returns the cause of its first failure. */
async function failureOf(device: Device): Promise<unknown> {
  device.client.start();
  await device.until(() => device.eventsOf("disconnected").length > 0);
  device.client.stop();
  return device.eventsOf("disconnected")[0]?.cause;
}

describe("through a SOCKS5 proxy", () => {
  test.each([
    ["quickly", {}],
    ["byte by byte, with a name for an address", { slow: true, tellsName: true }],
  ])("that answers %s, messages go both ways; the proxy resolves the name", async (_how, options) => {
    const { broker, proxy } = await startScene(options);
    const device = deviceThrough(proxy.port, { port: broker.port });
    await device.connect();
    const inbox = await device.subscribe("in", 2);
    const peer = await connectMqttJs(broker.port);
    await peer.subscribe("out", 2);
    device.send("out", "hello", 2);
    await peer.publish("in", "world", 2);
    await Promise.all([peer.take(1), inbox.take(1)]);
    expect([peer.texts, inbox.texts]).toEqual([["hello"], ["world"]]);
    expect(proxy.requests).toEqual([
      { addressType: 3, host: "broker.invalid", port: broker.port, user: undefined },
    ]);
  });

  test("an IPv4 address is told as such", async () => {
    const { broker, proxy } = await startScene();
    await deviceThrough(proxy.port, { host: "127.0.0.1", port: broker.port }).connect();
    expect(proxy.requests[0]).toMatchObject({ addressType: 1, host: "127.0.0.1" });
  });

  test("with user and password, and WebSocket inside, long payloads go both ways", async () => {
    const { broker, proxy, webSocketPort } = await startScene({ users: USERS });
    const device = deviceThrough(proxy.port, {
      port: webSocketPort,
      credentials: { userName: "ann", password: "s3cret" },
      webSocket: { path: "/mqtt" },
    });
    await device.connect();
    const downloads = new Downloads(() => device.changed());
    await device.subscribeWith("in", downloads, 1);
    const peer = await connectMqttJs(broker.port);
    await peer.subscribe("out", 1);
    const payload = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
    device.send("out", payload, 1);
    await peer.publish("in", payload, 1);
    await Promise.all([peer.take(1), device.until(() => downloads.complete.length === 1)]);
    expect(sha256(peer.messages[0]?.payload as Uint8Array)).toBe(sha256(payload));
    expect(downloads.all[0]?.digest).toBe(sha256(payload));
    expect(proxy.requests.map(({ user }) => user)).toEqual(["ann"]);
  });

  test("a device connects again when the proxy loses its connections", async () => {
    const { broker, proxy } = await startScene();
    const device = deviceThrough(proxy.port, { port: broker.port });
    await device.connect();
    proxy.cut();
    await device.until(() => device.eventsOf("connected").length === 2);
    expect(proxy.requests.length).toBe(2);
  });

  test("credentials are kept back from a proxy that does not ask for them", async () => {
    const { broker, proxy } = await startScene();
    const credentials = { userName: "ann", password: "s3cret" };
    await deviceThrough(proxy.port, { port: broker.port, credentials }).connect();
    expect(proxy.requests.map(({ user }) => user)).toEqual([undefined]);
  });
});

describe("what goes wrong with a proxy is told", () => {
  test.each<[string, Socks5ProxyOptions, Way["credentials"], string]>([
    ["wants credentials", { users: USERS }, undefined, "unauthorized"],
    ["does not accept them", { users: USERS }, { userName: "ann", password: "wrong" }, "unauthorized"],
    ["does not allow the connection", { reply: 2 }, undefined, "not-allowed"],
    ["cannot reach the host", { reply: 4 }, undefined, "host-unreachable"],
    ["hangs up at once", { hangsUpAt: "method" }, undefined, "closed-in-handshake"],
    ["hangs up at the request", { hangsUpAt: "request" }, undefined, "closed-in-handshake"],
    [
      "hangs up at the credentials",
      { users: USERS, hangsUpAt: "credentials" },
      { userName: "ann", password: "s3cret" },
      "closed-in-handshake",
    ],
  ])("that %s", async (_what, options, credentials, code) => {
    const { broker, proxy } = await startScene(options);
    const way: Way = { port: broker.port, ...(credentials === undefined ? {} : { credentials }) };
    const cause = await failureOf(deviceThrough(proxy.port, way));
    expect(cause).toBeInstanceOf(TransportError);
    expect(cause).toMatchObject({ stage: "proxy", code, key: "proxy" });
    expect(causeText(cause)).not.toContain("s3cret");
    expect(causeText(cause)).not.toContain("wrong");
  });

  test("that finds no server", async () => {
    const { proxy } = await startScene();
    const cause = await failureOf(deviceThrough(proxy.port, { port: await freePort() }));
    expect(cause).toMatchObject({ stage: "proxy", code: "connection-refused", key: "proxy" });
  });

  test("that is not there", async () => {
    const cause = await failureOf(deviceThrough(await freePort(), { port: 1883 }));
    expect(cause).toMatchObject({ stage: "proxy", key: "proxy" });
    expect(causeText(cause)).toContain("the proxy 127.0.0.1 cannot be reached");
  });

  test("that is a broker", async () => {
    const { broker } = await startScene();
    const cause = await failureOf(deviceThrough(broker.port, { port: 1883 }));
    expect(cause).toMatchObject({ stage: "proxy", key: "proxy" });
  });
});
