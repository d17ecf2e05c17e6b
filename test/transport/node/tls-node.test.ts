/** The TLS layer with servers of node:tls: much data, goodbyes, and identities that are looked up. */

import { constants } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import type { TlsLayerOptions } from "../../../src/transport/tls/tls-options.js";
import { TlsClient } from "./support/tls-client.js";
import type { Credentials } from "./support/tls-credentials.js";
import { TlsCredentials } from "./support/tls-credentials.js";

const common = { host: "localhost", crypto: new NodeCrypto() };
const key = Uint8Array.from(Buffer.from("00112233445566778899aabbccddeeff", "hex"));
const psk = { identity: "device é", key };
const MEGABYTE = 1_048_576;
/** Of OpenSSL, which Node does not name (ssl.h, SSL_OP_BIT). */
const NO_EXTENDED_MASTER_SECRET = 1;

let authority: TlsCredentials;
let rsa: Credentials;
let ec: Credentials;

beforeAll(() => {
  authority = new TlsCredentials("authority");
  rsa = authority.issue("localhost", "rsa");
  ec = authority.issue("localhost", "ec");
});

afterAll(() => authority.dispose());

/** @returns the port; the server ends with the test */
async function serve(options: TlsOptions, onConnection: (socket: TLSSocket) => void): Promise<number> {
  const server = createServer({ maxVersion: "TLSv1.2", ...options }, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.on("tlsClientError", () => {});
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const PSK_SERVER: TlsOptions = {
  ciphers: "PSK",
  pskCallback: (_socket, identity) => (identity === psk.identity ? key : null),
};

function certified({ certificate, key }: Credentials): TlsOptions {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

const withPsk = (suite: string): TlsLayerOptions => ({ ...common, psk, cipherSuites: [suite] });
const withCertificate = (): TlsLayerOptions => ({ ...common, authenticate: authority.authenticate });

describe("a megabyte there and back", () => {
  test.each<[string, () => TlsOptions, () => TlsLayerOptions]>([
    ["PSK, GCM", () => PSK_SERVER, () => withPsk("TLS_PSK_WITH_AES_128_GCM_SHA256")],
    ["PSK, CBC, encrypt-then-MAC", () => PSK_SERVER, () => withPsk("TLS_PSK_WITH_AES_128_CBC_SHA256")],
    [
      "PSK, CBC, MAC-then-encrypt",
      () => ({ ...PSK_SERVER, secureOptions: constants.SSL_OP_NO_ENCRYPT_THEN_MAC }),
      () => withPsk("TLS_PSK_WITH_AES_128_CBC_SHA256"),
    ],
    ["ECDHE, PSK", () => PSK_SERVER, () => withPsk("TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256")],
    ["ECDHE, RSA", () => certified(rsa), withCertificate],
    ["ECDHE, ECDSA", () => certified(ec), withCertificate],
  ])("%s", async (_name, server, options) => {
    const port = await serve(server(), (socket) => socket.pipe(socket));
    const client = new TlsClient(port, options());
    expect([await client.settled(), client.layer.cause]).toEqual(["open", undefined]);
    const data = common.crypto.random(MEGABYTE);
    await client.write(data);
    await client.until(() => client.received.length >= MEGABYTE);
    expect(client.received.equals(data)).toBe(true);
    // Node would fill records of 16,384 bytes.
    expect(client.longestRecord).toBe(2_048);
    client.close();
  });
});

describe("the extended master secret (RFC 7627)", () => {
  test.each([
    ["is agreed on", 0, true],
    ["is done without if the server does not know it", NO_EXTENDED_MASTER_SECRET, false],
  ])("%s", async (_name, secureOptions, isAgreed) => {
    const port = await serve({ ...PSK_SERVER, secureOptions }, (socket) => socket.pipe(socket));
    const client = new TlsClient(port, { ...common, psk });
    expect(await client.settled()).toBe("open");
    expect(client.handshakeBytes.includes(Buffer.from("00170000", "hex"))).toBe(isAgreed);
    await client.write("hello");
    await client.reads("hello");
  });
});

describe("a goodbye", () => {
  test("of the server is an end without a cause, after all it wrote was read", async () => {
    const port = await serve(PSK_SERVER, (socket) => socket.end("x".repeat(100_000)));
    const client = new TlsClient(port, { ...common, psk });
    await client.closed();
    expect([client.received.length, client.cause]).toEqual([100_000, undefined]);
  });

  test("of the client is one to the server", async () => {
    let hasEnded = false;
    const port = await serve(PSK_SERVER, (socket) => {
      socket.on("data", () => {});
      socket.on("end", () => {
        hasEnded = true;
      });
    });
    const client = new TlsClient(port, { ...common, psk });
    await client.settled();
    client.close();
    await expect.poll(() => hasEnded).toBe(true);
    expect(client.cause).toBe(undefined);
  });

  test("that is missing is told", async () => {
    const port = await serve(PSK_SERVER, (socket) => socket.once("data", () => socket.destroy()));
    const client = new TlsClient(port, { ...common, psk });
    await client.settled();
    await client.write("enough");
    await client.closed();
    expect(["truncated", "ECONNRESET"]).toContain(client.cause?.code);
  });
});

describe("an identity", () => {
  test("that the server does not know is told from a wrong key", async () => {
    const port = await serve(PSK_SERVER, () => {});
    const client = new TlsClient(port, { ...common, psk: { ...psk, identity: "another" } });
    await client.closed();
    expect(client.cause).toMatchObject({ code: "alert-unknown-psk-identity", key: "ssl_psk_identity" });
  });

  test("may be any bytes, and as long as 128 of them [RFC 4279 5.3]", async () => {
    const identity = new Uint8Array(128).fill(0x61);
    const server: TlsOptions = {
      ...PSK_SERVER,
      pskCallback: (_, name) => (name.length === 128 ? key : null),
    };
    const port = await serve(server, (socket) => socket.end());
    const client = new TlsClient(port, { ...common, psk: { identity, key } });
    await client.closed();
    expect(client.cause).toBe(undefined);
  });
});
