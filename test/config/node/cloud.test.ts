/** The configs of docs/cloud.md: each is good, and leads where its section says. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.js";
import type { Config } from "../../../src/config/schema.js";
import { serverOptions } from "../../../src/config/server-options.js";
import type { ServerName } from "../../../src/mqtt/event.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";

function contentOf(path: string): string {
  return readFileSync(new URL(`../../../docs/${path}`, import.meta.url), "utf8");
}

function example(name: string): Config {
  return parseConfig(contentOf(`cloud/${name}.json`), name);
}

function optionsOf(config: Config, server: ServerName): ServerOptions {
  const options = serverOptions(config, server, config.device.id);
  if (options === undefined) throw new Error(`${server} is not enabled`);
  return options;
}

const MUTUAL_TLS = { caCertificates: "ca.pem", certificate: "cert.pem", privateKey: "key.pem" };

describe("docs/cloud.md", () => {
  test("AWS IoT Core: mutual TLS, and the same through port 443 by ALPN; no QoS 2", () => {
    const config = example("aws-iot-core");
    const host = "example-ats.iot.eu-central-1.amazonaws.com";
    const primary = optionsOf(config, "mqtt");
    expect(primary.endpoint).toEqual({ host, port: 8883, tls: MUTUAL_TLS });
    expect(primary).toMatchObject({ clientIdentifier: "front", maximumQos: 1 });
    expect(primary.userName).toBeUndefined();
    expect(optionsOf(config, "mqtt1").endpoint).toEqual({
      host,
      port: 443,
      tls: { ...MUTUAL_TLS, applicationProtocol: "x-amzn-mqtt-ca" },
    });
  });

  test("Azure IoT Hub: user with API version, SAS token as password, the one topic there is", () => {
    const config = example("azure-iot-hub");
    const options = optionsOf(config, "mqtt");
    expect(options.endpoint).toEqual({
      host: "example.azure-devices.net",
      port: 8883,
      tls: { caCertificates: "ca.pem" },
    });
    expect(options.userName).toBe("example.azure-devices.net/front/?api-version=2021-04-12");
    expect(Buffer.from(options.password ?? []).toString()).toMatch(/^SharedAccessSignature sr=/);
    expect(options).toMatchObject({ clientIdentifier: "front", maximumQos: 1 });
    const { state_topic, event_topic, status_topic } = config.door;
    for (const topic of [state_topic, event_topic, status_topic]) {
      expect(topic).toMatch(/^devices[/]front[/]messages[/]events[/][a-z]+=[a-z]+$/);
    }
  });

  test("HiveMQ Cloud: TLS with user and password, and WebSocket over TLS", () => {
    const config = example("hivemq-cloud");
    const host = "example.s1.eu.hivemq.cloud";
    const tls = { caCertificates: "ca.pem" };
    expect(optionsOf(config, "mqtt")).toMatchObject({ userName: "front", cleanSession: false });
    expect(optionsOf(config, "mqtt").endpoint).toEqual({ host, port: 8883, tls });
    expect(optionsOf(config, "mqtt1").endpoint).toEqual({
      host,
      port: 8884,
      tls,
      webSocket: { path: "/mqtt" },
    });
  });

  test("mosquitto: mutual TLS, and a pre-shared key as backup", () => {
    const config = example("mosquitto-tls");
    expect(optionsOf(config, "mqtt").endpoint.tls).toEqual(MUTUAL_TLS);
    expect(optionsOf(config, "mqtt1").endpoint).toEqual({
      host: "backup.local",
      port: 8884,
      tls: {
        pskIdentity: "front",
        pskKey: Uint8Array.from(Buffer.from("00112233445566778899aabbccddeeff", "hex")),
        cipherSuites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"],
      },
    });
  });

  test("links each of them", () => {
    const text = contentOf("cloud.md");
    for (const name of ["aws-iot-core", "azure-iot-hub", "hivemq-cloud", "mosquitto-tls"]) {
      expect(text).toContain(`(cloud/${name}.json)`);
    }
  });
});
