/** Where a section leads, and through what. */

import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { parseServerAddress } from "../../src/config/server-address.js";
import { serverEndpoint } from "../../src/config/server-endpoint.js";
import type { Endpoint } from "../../src/mqtt/ports.js";

type Given = NonNullable<PartialConfig["mqtt"]>;

function endpointOf(server: string, keys: Given): Endpoint {
  const { mqtt } = loadConfig([{ values: { mqtt: { enable: true, server, ...keys } } }]);
  const address = parseServerAddress(server);
  if ("expected" in address) throw new Error(address.expected);
  return serverEndpoint(mqtt, address);
}

describe("where a section leads", () => {
  const psk = { ssl_psk_identity: "i", ssl_psk_key: "00fF7a" };
  const pskTls = { pskIdentity: "i", pskKey: Uint8Array.of(0, 0xff, 0x7a) };
  const ca = { ssl_ca_cert: "ca.pem" };
  const caTls = { caCertificates: "ca.pem" };
  const webSocket = { path: "/mqtt" };
  const cases: [string, Given, Omit<Endpoint, "host">][] = [
    ["a", {}, { port: 1883 }],
    ["a:1", {}, { port: 1 }],
    ["mqtt://a", {}, { port: 1883 }],
    ["a", ca, { port: 8883, tls: caTls }],
    ["a:1", ca, { port: 1, tls: caTls }],
    ["a", psk, { port: 8883, tls: pskTls }],
    ["mqtts://a", psk, { port: 8883, tls: pskTls }],
    ["mqtts://a", ca, { port: 8883, tls: caTls }],
    ["mqtts://a:1", ca, { port: 1, tls: caTls }],
    [
      "a",
      { ...ca, ssl_cert: "c.pem", ssl_key: "k.pem" },
      { port: 8883, tls: { ...caTls, certificate: "c.pem", privateKey: "k.pem" } },
    ],
    ["a", { ssl_ca_cert: "*" }, { port: 8883, tls: { acceptAnyServer: true } }],
    [
      "a:443",
      { ...ca, ssl_alpn: "x-amzn-mqtt-ca" },
      { port: 443, tls: { ...caTls, applicationProtocol: "x-amzn-mqtt-ca" } },
    ],
    [
      "a",
      { ...psk, ssl_cipher_suites: "TLS-PSK-WITH-AES-128-CBC-SHA256:TLS_PSK_WITH_AES_128_GCM_SHA256" },
      {
        port: 8883,
        tls: {
          ...pskTls,
          cipherSuites: ["TLS_PSK_WITH_AES_128_CBC_SHA256", "TLS_PSK_WITH_AES_128_GCM_SHA256"],
        },
      },
    ],
    ["ws://a", {}, { port: 80, webSocket }],
    ["ws://a:1/x?y=1", {}, { port: 1, webSocket: { path: "/x?y=1" } }],
    ["wss://a", ca, { port: 443, tls: caTls, webSocket }],
    ["a", { ws_enable: true, ws_path: "/p" }, { port: 80, webSocket: { path: "/p" } }],
    ["a", { ws_enable: true, ...ca }, { port: 443, tls: caTls, webSocket }],
    ["a", { proxy: "socks5://p" }, { port: 1883, proxy: { host: "p", port: 1080 } }],
    [
      "wss://a",
      { ...psk, proxy: "socks5://u:w@p:1" },
      {
        port: 443,
        tls: pskTls,
        webSocket,
        proxy: { host: "p", port: 1, userName: "u", password: "w" },
      },
    ],
  ];

  test.each(cases)("%s with %j: %j", (server, keys, expected) => {
    expect(endpointOf(server, keys)).toEqual({ host: "a", ...expected });
  });
});
