/** The client over TLS to mosquitto: with certificates of both kinds, mutually, and with pre-shared keys. */

import { afterAll, describe, expect, test } from "vitest";
import type { TransportError } from "../../src/mqtt/errors.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { TlsOptions } from "../../src/mqtt/ports.js";
import type { ChainCase } from "../support/authority.js";
import { makeAuthority } from "../support/authority.js";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import {
  mutualTlsListener,
  pskArgs,
  pskListener,
  tlsListener,
  trustingArgs,
} from "../support/mosquitto-tls.js";
import { Device, serverOptions } from "./support/device.js";
import { numbered, texts } from "./support/received.js";

const LEVELS: readonly QoS[] = [0, 1, 2];
const COUNT = 30;

const authority = makeAuthority();
afterAll(() => authority.dispose());
const { good } = authority;

function chainNamed(name: string): ChainCase {
  const chain = authority.cases.find((each) => each.name === name);
  if (chain === undefined) throw new Error(`no chain "${name}"`);
  return chain;
}

function deviceFor({ host, port }: Mosquitto, tls: TlsOptions): Device {
  return new Device(serverOptions(port, { endpoint: { host, port, tls } }));
}

/** Sends `COUNT` messages of each QoS both ways; mosquitto's own clients are at the other end, with `args`. */
async function exchangeMessages({ port }: Mosquitto, device: Device, args: readonly string[]): Promise<void> {
  const subscriber = await mosquittoSub({ port, topics: "out/+", qos: 2, args });
  const inbox = await device.subscribe("in/+", 2);
  for (const qos of LEVELS) {
    for (const payload of numbered(`out ${qos}`, COUNT)) device.send(`out/${qos}`, payload, qos);
    await mosquittoPub({ port, topic: `in/${qos}`, message: `in ${qos}`, qos, args });
  }
  const outgoing = await subscriber.take(LEVELS.length * COUNT);
  const incoming = await inbox.take(LEVELS.length);
  for (const qos of LEVELS) {
    const arrived = outgoing.filter(({ topicName }) => topicName === `out/${qos}`);
    expect(arrived.map(({ text }) => text)).toEqual(numbered(`out ${qos}`, COUNT));
    expect(arrived.every((message) => message.qos === qos)).toBe(true);
  }
  expect(texts(incoming)).toEqual(LEVELS.map((qos) => `in ${qos}`));
}

/** Starts the device; resolves with the cause of its first failure. */
async function refusal(device: Device): Promise<unknown> {
  device.client.start();
  await device.until(() => device.eventsOf("disconnected").length > 0);
  device.client.stop();
  expect(device.eventsOf("connected")).toEqual([]);
  return device.eventsOf("disconnected")[0]?.cause;
}

describe.each([
  ["EC", good],
  ["RSA", chainNamed("RSA, with an intermediate")],
])("mosquitto with an %s certificate", (_, server) => {
  const trusting = { caCertificates: server.caFile };

  test.each([
    [
      "TLS 1.2",
      { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] },
    ],
    ["any version", {}],
  ])("exchanges messages of every QoS over %s", async (__, more) => {
    const broker = await startMosquitto(tlsListener(server));
    const device = deviceFor(broker, { ...trusting, ...more });
    await device.connect();
    await exchangeMessages(broker, device, trustingArgs(server));
    expect(device.eventsOf("disconnected")).toEqual([]);
    expect(device.eventsOf("ready")[0]?.stages.map(({ stage }) => stage)).toEqual(["tcp", "tls", "connack"]);
  });

  test("carries long payloads both ways", async () => {
    const broker = await startMosquitto(tlsListener(server));
    const { port } = broker;
    const endpoint = { host: "localhost", port, tls: trusting };
    const device = new Device(serverOptions(port, { endpoint, receiveLimit: 300_000 }));
    await device.connect();
    const inbox = await device.subscribe("echo", 1);
    const payload = Uint8Array.from({ length: 250_000 }, (___, index) => index * 7 + (index >> 8));
    device.send("echo", payload, 1);
    const [message] = await inbox.take(1);
    expect(Buffer.compare(message?.payload ?? new Uint8Array(0), payload)).toBe(0);
  });
});

describe("a TLS connection to mosquitto", () => {
  const trusting = { caCertificates: good.caFile };

  test("is made anew when the link breaks or the broker is restarted, and no message is lost", async () => {
    const broker = await startMosquitto({ ...tlsListener(good), persistence: true });
    const { port } = broker;
    const endpoint = { host: "127.0.0.1", port, tls: trusting };
    const device = new Device(serverOptions(port, { endpoint, cleanSession: false }));
    await device.connect();
    const inbox = await device.subscribe("echo", 2);
    const sent: string[] = [];
    const sendSome = () => {
      for (const payload of numbered(`${sent.length}`, COUNT)) {
        sent.push(payload);
        device.send("echo", payload, 2);
      }
    };
    sendSome();
    device.transport.drop();
    sendSome();
    await device.until(() => device.eventsOf("connected").length === 2);
    await broker.restart();
    sendSome();
    await device.until(() => device.eventsOf("connected").length === 3);
    expect(new Set(await device.outcomes())).toEqual(new Set(["acknowledged"]));
    await inbox.take(sent.length);
    expect(texts(inbox.messages)).toEqual(sent);
  });

  test.each([
    [
      "of an authority that is not known",
      good,
      chainNamed("RSA").caFile,
      "certificate-unknown-authority ssl_ca_cert",
    ],
    [
      "that is made out to somebody else",
      chainNamed("another host"),
      good.caFile,
      "certificate-wrong-host server",
    ],
    ["with an authority in a file that is missing", good, "/nowhere/ca.pem", "file-missing ssl_ca_cert"],
  ])("is refused to a server %s", async (_, server, caCertificates, expected) => {
    const broker = await startMosquitto(tlsListener(server));
    const cause = await refusal(deviceFor(broker, { caCertificates }));
    const { stage, code, key } = cause as TransportError;
    expect(`${stage}: ${code} ${key}`).toBe(`tls: ${expected}`);
  });

  test("is refused to a listener without TLS, and says so", async () => {
    const broker = await startMosquitto();
    expect(await refusal(deviceFor(broker, trusting))).toMatchObject({
      stage: "tls",
      code: "closed-in-handshake",
      key: "server",
    });
  });

  test("is what a listener with TLS wants: without it nothing goes", async () => {
    const { port } = await startMosquitto(tlsListener(good));
    const device = new Device(serverOptions(port));
    await refusal(device);
    expect(device.eventsOf("disconnected")[0]).toMatchObject({ stage: "connack" });
  });
});

describe("mosquitto that wants client certificates", () => {
  const listener = mutualTlsListener(good, authority.clientCaFile);
  const trusting = { caCertificates: good.caFile };

  test.each(["rsa", "ec"] as const)(
    "lets a device with an %s certificate in, and knows who it is",
    async (type) => {
      const broker = await startMosquitto(listener);
      const client = authority.clients.find((each) => each.type === type);
      const { certFile = "", keyFile = "" } = client ?? {};
      const device = deviceFor(broker, { ...trusting, certificate: certFile, privateKey: keyFile });
      await device.connect();
      await exchangeMessages(broker, device, [...trustingArgs(good), "--cert", certFile, "--key", keyFile]);
      expect(broker.log).toMatch(/as device .*u'device /);
    },
  );

  test.each([
    ["TLS 1.2", { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] }],
    ["TLS 1.3", {}],
  ])("refuses a device without one, over %s", async (_, more) => {
    const broker = await startMosquitto(listener);
    const cause = await refusal(deviceFor(broker, { ...trusting, ...more }));
    expect(cause).toMatchObject({ stage: "tls", key: "ssl_cert" });
    expect((cause as Error).message).toMatch(/certificate/);
  });

  test.each([
    ["TLS 1.2", { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] }],
    ["TLS 1.3", {}],
  ])("refuses a device with one of another authority, over %s", async (_, more) => {
    const broker = await startMosquitto(listener);
    const own = { certificate: good.certFile, privateKey: good.keyFile };
    const cause = await refusal(deviceFor(broker, { ...trusting, ...own, ...more }));
    expect(cause).toMatchObject({ stage: "tls", key: "ssl_cert" });
  });
});

describe("mosquitto with pre-shared keys", () => {
  const KEY = "000102030405060708090a0b0c0d0e0f";
  const psk = (identity: string, hex: string): TlsOptions => ({
    pskIdentity: identity,
    pskKey: new Uint8Array(Buffer.from(hex, "hex")),
  });

  test.each([
    ["TLS_PSK_WITH_AES_128_GCM_SHA256", "PSK-AES128-GCM-SHA256"],
    ["TLS_PSK_WITH_AES_128_CBC_SHA256", "PSK-AES128-CBC-SHA256"],
    ["TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", "ECDHE-PSK-AES128-CBC-SHA256"],
  ])("lets a device with the right key in, by %s", async (name, ciphers) => {
    const broker = await startMosquitto(pskListener({ "device-1": KEY }, ciphers));
    const device = deviceFor(broker, { ...psk("device-1", KEY), cipherSuites: [name] });
    await device.connect();
    await exchangeMessages(broker, device, pskArgs("device-1", KEY));
    expect(broker.log).toContain("u'device-1'");
  });

  test("lets a device in that leaves the choice of the cipher suite to it, again and again", async () => {
    const broker = await startMosquitto(pskListener({ "device-1": KEY }));
    const device = deviceFor(broker, psk("device-1", KEY));
    await device.connect();
    device.transport.drop();
    await device.until(() => device.eventsOf("connected").length === 2);
  });

  test.each([
    ["a wrong key", psk("device-1", "ff".repeat(16)), "alert-bad-record-mac ssl_psk_key"],
    ["an identity it does not know", psk("device-2", KEY), "alert-unknown-psk-identity ssl_psk_identity"],
  ])("refuses a device with %s", async (_, tls, expected) => {
    const broker = await startMosquitto(pskListener({ "device-1": KEY }));
    const cause = await refusal(deviceFor(broker, tls));
    const { stage, code, key } = cause as TransportError;
    expect(`${stage}: ${code} ${key}`).toBe(`tls: ${expected}`);
  });
});
