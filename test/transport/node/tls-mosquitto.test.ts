/** The TLS layer with mosquitto: a CONNECT goes in, and a CONNACK comes out. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import type { TlsLayerOptions } from "../../../src/transport/tls/tls-options.js";
import { startMosquitto } from "../../support/mosquitto.js";
import { TlsClient } from "./support/tls-client.js";
import { clientCredentials, TlsCredentials } from "./support/tls-credentials.js";

const common = { host: "127.0.0.1", crypto: new NodeCrypto() };
const KEY = "00112233445566778899aabbccddeeff";
const psk = { identity: "device", key: Uint8Array.from(Buffer.from(KEY, "hex")) };

/** MQTT 3.1.1, clean session, client identifier "reed". */
const CONNECT = Buffer.from("101000044d5154540402003c000472656564", "hex");
const CONNACK = Buffer.from("20020000", "hex");

async function expectConnack(client: TlsClient): Promise<void> {
  expect([await client.settled(), client.layer.cause]).toEqual(["open", undefined]);
  await client.write(CONNECT);
  await client.until(() => client.received.length >= 4);
  expect(client.received).toEqual(CONNACK);
  await client.write(Buffer.from("e000", "hex"));
  client.close();
}

/** Mosquitto closes without having read all, so that its alert may or may not arrive. */
async function refusal(port: number, options: TlsLayerOptions): Promise<string> {
  const client = new TlsClient(port, options);
  expect(await client.settled()).toBe("closed");
  return `${client.cause?.code} ${client.cause?.key}`;
}

test("a pre-shared key", async () => {
  const { port } = await startMosquitto({
    config: ["psk_file $DIR/psk", "psk_hint reed", "use_identity_as_username true"],
    files: { psk: `device:${KEY}\n` },
  });
  await expectConnack(new TlsClient(port, { ...common, psk }));
  const wrongKey = { ...psk, key: Uint8Array.of(1) };
  expect(await refusal(port, { ...common, psk: wrongKey })).toMatch(/ ssl_psk_key$/);
  expect(await refusal(port, { ...common, psk: { ...psk, identity: "another" } })).toMatch(
    / ssl_psk_identity$/,
  );
});

test("certificates of both sides", async () => {
  const authority = new TlsCredentials("authority");
  try {
    const server = authority.issue("localhost", "rsa");
    const { port } = await startMosquitto({
      config: ["cafile $DIR/ca", "certfile $DIR/cert", "keyfile $DIR/key", "require_certificate true"],
      files: {
        ca: readFileSync(authority.authority, "utf8"),
        cert: readFileSync(server.certificate, "utf8"),
        key: readFileSync(server.key, "utf8"),
      },
    });
    const { authenticate } = authority;
    const credentials = clientCredentials(authority.issue("device", "ec"));
    await expectConnack(new TlsClient(port, { ...common, authenticate, clientCredentials: credentials }));
    expect(await refusal(port, { ...common, authenticate })).toMatch(/ ssl_cert$/);
  } finally {
    authority.dispose();
  }
});
