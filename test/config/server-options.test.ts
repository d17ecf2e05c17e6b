/** From config to the client's options. */

import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { serverOptions } from "../../src/config/server-options.js";
import type { Will } from "../../src/mqtt/options.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";
import { problemsOf } from "./support.js";

type Section = NonNullable<PartialConfig["mqtt"]>;

function optionsFor(mqtt: Section, deviceId = "door-1", appWill?: Will) {
  const config = loadConfig([{ values: { mqtt: { enable: true, server: "broker", ...mqtt } } }]);
  return serverOptions(config, "mqtt", deviceId, appWill);
}

const APP_WILL: Will = { topicName: "door-1/status", payload: encodeUtf8("offline"), qos: 1, retain: true };

describe("serverOptions", () => {
  test("has nothing for a server that is not enabled", () => {
    const config = loadConfig([{ values: { mqtt: { server: "broker" } } }]);
    expect(serverOptions(config, "mqtt", "d")).toBeUndefined();
    expect(serverOptions(config, "mqtt1", "d")).toBeUndefined();
  });

  test("gives the defaults in the client's units", () => {
    expect(optionsFor({})).toEqual({
      endpoint: { host: "broker", port: 1883 },
      clientIdentifier: "door-1",
      cleanSession: true,
      keepAlive: 60,
      maximumQos: 2,
      reconnectMinimum: 2000,
      reconnectMaximum: 60_000,
      reconnectStable: 30_000,
      failBackAfter: 0,
      connectTimeout: 15_000,
      responseTimeout: 10_000,
      receiveLimit: 3072,
      maximumInFlight: 20,
      maximumQueueLength: 64,
      maximumQueueBytes: 16_384,
      queueQos0: false,
      earlyPublish: false,
    });
  });

  test("passes every key on", () => {
    const options = optionsFor({
      server: "[::1]:1884",
      client_id: "me",
      user: "ü",
      pass: "pä",
      clean_session: false,
      keep_alive: 7,
      will_topic: "w",
      will_message: "é",
      will_retain: true,
      will_qos: 1,
      max_qos: 1,
      reconnect_timeout_min: 0.25,
      reconnect_timeout_max: 1.0004,
      reconnect_stable: 0,
      failback_after: 12.5,
      connect_timeout: 1.5,
      response_timeout: 2,
      recv_mbuf_limit: 64,
      max_inflight: 1,
      max_queue_length: 0,
      max_queue_bytes: 512,
      queue_qos0: true,
      early_publish: true,
    });
    expect(options).toEqual({
      endpoint: { host: "::1", port: 1884 },
      clientIdentifier: "me",
      userName: "ü",
      password: new Uint8Array([0x70, 0xc3, 0xa4]),
      will: { topicName: "w", payload: new Uint8Array([0xc3, 0xa9]), qos: 1, retain: true },
      cleanSession: false,
      keepAlive: 7,
      maximumQos: 1,
      reconnectMinimum: 250,
      reconnectMaximum: 1000,
      reconnectStable: 0,
      failBackAfter: 12_500,
      connectTimeout: 1500,
      responseTimeout: 2000,
      receiveLimit: 64,
      maximumInFlight: 1,
      maximumQueueLength: 0,
      maximumQueueBytes: 512,
      queueQos0: true,
      earlyPublish: true,
    });
  });

  test("gives the backup its own", () => {
    const config = loadConfig([
      { values: { mqtt: { enable: true, server: "a", user: "u" }, mqtt1: { enable: true, server: "b:2" } } },
    ]);
    const options = serverOptions(config, "mqtt1", "d");
    expect(options?.endpoint).toEqual({ host: "b", port: 2 });
    expect(options?.userName).toBeUndefined();
  });

  test("takes user and password from the URI, decoded", () => {
    const options = optionsFor({ server: "mqtt://a%40b:%2Fx@broker:1885" });
    expect(options?.endpoint).toEqual({ host: "broker", port: 1885 });
    expect(options?.userName).toBe("a@b");
    expect(options?.password).toEqual(encodeUtf8("/x"));
    expect(optionsFor({ server: "mqtt://u@broker", pass: "p" })?.password).toEqual(encodeUtf8("p"));
  });

  test("sends an empty will message when there is a will topic only", () => {
    expect(optionsFor({ will_topic: "w" }, "d", APP_WILL)?.will).toEqual({
      topicName: "w",
      payload: new Uint8Array(0),
      qos: 0,
      retain: false,
    });
  });

  test("takes the app's will when the config has none, lowered to max_qos", () => {
    expect(optionsFor({}, "d", APP_WILL)?.will).toEqual(APP_WILL);
    expect(optionsFor({ max_qos: 0 }, "d", APP_WILL)?.will).toEqual({ ...APP_WILL, qos: 0 });
    expect(optionsFor({}, "d")?.will).toBeUndefined();
  });

  test("allows an empty client identifier with a clean session only [MQTT-3.1.3-7]", () => {
    expect(optionsFor({}, "")?.clientIdentifier).toBe("");
    expect(problemsOf(() => optionsFor({ clean_session: false }, ""))).toMatchObject([
      { code: "missing", path: "mqtt.client_id" },
    ]);
    expect(optionsFor({ clean_session: false }, "d")?.cleanSession).toBe(false);
  });

  test("never turns a wish for TLS or WebSocket into a plaintext connection, even for a config made by hand", () => {
    const config = loadConfig([{ values: { mqtt: { enable: true, server: "broker" } } }]);
    const wishes: [Section, "tls" | "webSocket"][] = [
      [{ ssl_ca_cert: "ca.pem" }, "tls"],
      [{ ssl_ca_cert: "*" }, "tls"],
      [{ ssl_psk_identity: "i", ssl_psk_key: "00" }, "tls"],
      [{ server: "mqtts://broker", ssl_ca_cert: "ca.pem" }, "tls"],
      [{ server: "ws://broker" }, "webSocket"],
      [{ server: "wss://broker", ssl_ca_cert: "ca.pem" }, "tls"],
      [{ server: "wss://broker", ssl_ca_cert: "ca.pem" }, "webSocket"],
      [{ ws_enable: true }, "webSocket"],
    ];
    for (const [wish, layer] of wishes) {
      const byHand = { ...config, mqtt: { ...config.mqtt, ...wish } };
      expect(serverOptions(byHand, "mqtt", "d")?.endpoint[layer]).toBeDefined();
    }
    const refused: [Section, string][] = [
      [{ server: "mqtts://broker" }, "ssl_ca_cert missing"],
      [{ ssl_cert: "c.pem", ssl_key: "k.pem" }, "ssl_ca_cert missing"],
      [{ ssl_psk_identity: "i" }, "ssl_psk_key missing"],
      [{ ssl_psk_key: "00" }, "ssl_psk_identity missing"],
    ];
    for (const [wish, expected] of refused) {
      const byHand = { ...config, mqtt: { ...config.mqtt, ...wish } };
      expect(
        problemsOf(() => serverOptions(byHand, "mqtt", "d")).map(({ path, code }) => `${path} ${code}`),
      ).toEqual([`mqtt.${expected}`]);
    }
  });

  test("gives nothing that identifies the device to a server that nobody vouches for", () => {
    const options = optionsFor({ ssl_ca_cert: "*" }, "door-1");
    expect(options?.endpoint.tls).toEqual({ acceptAnyServer: true });
    expect(options?.clientIdentifier).toBe("");
    const byHand = loadConfig([{ values: { mqtt: { enable: true, server: "broker" } } }]);
    for (const keys of [
      { user: "u" },
      { user: "u", pass: "p" },
      { client_id: "me" },
      { clean_session: false },
      { server: "mqtts://u:p@broker" },
    ] as Section[]) {
      const section = { ...byHand.mqtt, ssl_ca_cert: "*", ...keys };
      expect(problemsOf(() => serverOptions({ ...byHand, mqtt: section }, "mqtt", "d"))).not.toEqual([]);
    }
  });
});
