/** TLS by Node against real servers: files, client certificates, and pre-shared keys. */

import { readFileSync } from "node:fs";
import type { TlsOptions as ServerOptions } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import type { TlsOptions } from "../../src/mqtt/ports.js";
import { makeAuthority } from "../support/authority.js";
import { startOpensslServer } from "../support/openssl-server.js";
import {
  attemptTls,
  everythingOf,
  outcomeOf,
  presenting,
  startTcpServer,
  startTlsServer,
} from "../support/tls-world.js";

const authority = makeAuthority();
const { good } = authority;
const trusting: TlsOptions = { caCertificates: good.caFile };
const own = presenting(good);
afterAll(() => authority.dispose());

/** Arguments of `openssl s_server`: only for clients with a certificate. */
const DEMANDING = [
  ...["-cert", good.certFile, "-key", good.keyFile],
  ...["-Verify", "1", "-verify_return_error", "-CAfile", authority.clientCaFile],
];

describe("files", () => {
  test.each([
    ["ssl_ca_cert", { caCertificates: "none.pem" }],
    ["ssl_cert", { ...trusting, certificate: "none.pem", privateKey: "none.key" }],
    ["ssl_key", { ...trusting, certificate: good.certFile, privateKey: "none.pem" }],
  ])("that are missing are named, with the key %s, and nothing is connected", async (key, tls) => {
    let connections = 0;
    const port = await startTcpServer(() => {
      connections += 1;
    });
    const { failure, stages } = await attemptTls(port, good.host, tls);
    const message = `there is no file "none.pem" for ${key}`;
    expect(failure).toMatchObject({ stage: "tls", code: "file-missing", key, message });
    expect([connections, stages]).toEqual([0, []]);
  });

  test("may be the PEM texts themselves", async () => {
    const port = await startTlsServer(own);
    expect(await outcomeOf(port, good.host, { caCertificates: readFileSync(good.caFile, "utf8") })).toBe(
      "opened",
    );
  });

  test("are read anew at each attempt", async () => {
    const port = await startTlsServer(own);
    const read: string[] = [];
    const files = {
      read(name: string) {
        read.push(name);
        return read.length === 1 ? undefined : new Uint8Array(readFileSync(good.caFile));
      },
    };
    const first = await attemptTls(port, good.host, { caCertificates: "ca.pem" }, files);
    const second = await attemptTls(port, good.host, { caCertificates: "ca.pem" }, files);
    expect([first.failure.code, second.handler.opened]).toEqual(["file-missing", true]);
    expect(read).toEqual(["ca.pem", "ca.pem"]);
  });

  test("that cannot be read are reported", async () => {
    expect(await outcomeOf(await freePort(), good.host, { caCertificates: authority.directory })).toBe(
      "file-unreadable ssl_ca_cert",
    );
  });

  test("with something else in them are reported, and not shown", async () => {
    const port = await freePort();
    const secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHRleHQ=\n-----END PRIVATE KEY-----\n";
    const tls = { ...trusting, certificate: good.certFile, privateKey: secret };
    const { failure } = await attemptTls(port, good.host, tls);
    expect(failure).toMatchObject({ code: "private-key-missing", key: "ssl_key" });
    expect(everythingOf(failure)).not.toMatch(/c2Vj|secret/);
    // A key without its lines of dashes looks like the name of a file.
    const bare = readFileSync(good.keyFile, "utf8").replace(/-----[^-]+-----|\n/g, "");
    const again = await attemptTls(port, good.host, { ...tls, privateKey: bare });
    expect(again.failure.key).toBe("ssl_key");
    expect(everythingOf(again.failure)).not.toContain(bare.slice(0, 10));
  });
});

describe("client certificates", () => {
  const demanding: ServerOptions = {
    ...own,
    requestCert: true,
    rejectUnauthorized: true,
    ca: readFileSync(authority.clientCaFile),
  };

  test.each(authority.clients.filter(({ encrypted }) => !encrypted))("are shown: $name", async (client) => {
    const tls = { ...trusting, certificate: client.certFile, privateKey: client.keyFile };
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const names: unknown[] = [];
      const port = await startTlsServer({ ...demanding, maxVersion }, (socket) => {
        names.push(socket.getPeerCertificate().subject.CN);
      });
      expect(await outcomeOf(port, good.host, tls)).toBe("opened");
      await expect.poll(() => names).toEqual([expect.stringContaining("device")]);
    }
  });

  test.each(authority.clients.filter(({ encrypted }) => encrypted))("are refused: $name", async (client) => {
    const tls = { ...trusting, certificate: client.certFile, privateKey: client.keyFile };
    expect(await outcomeOf(await freePort(), good.host, tls)).toBe("private-key-encrypted ssl_key");
  });

  test("are refused with a key that is not theirs", async () => {
    const [one, other] = authority.clients.filter(({ name }) => /^P-\d+ key in PKCS#8, PEM/.test(name));
    const tls = { ...trusting, certificate: one?.certFile ?? "", privateKey: other?.keyFile ?? "" };
    expect(await outcomeOf(await freePort(), good.host, tls)).toBe("private-key-mismatch ssl_key");
  });

  test("that the server does not accept are reported", async () => {
    const tls = { ...trusting, certificate: good.certFile, privateKey: good.keyFile };
    const { port } = await startOpensslServer("-tls1_2", ...DEMANDING);
    expect(await outcomeOf(port, good.host, tls)).toBe("alert-unknown-ca ssl_cert");
  });

  test("that the server misses are reported", async () => {
    const { port } = await startOpensslServer(...DEMANDING);
    // With TLS 1.3 the client hears of it only after its own handshake is over.
    const { handler } = await attemptTls(port, good.host, trusting);
    await expect.poll(() => handler.ended).toBe(true);
    expect(handler.cause).toMatchObject({ code: "alert-certificate-required", key: "ssl_cert" });
  });
});

describe("a pre-shared key", () => {
  const pskKey = Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index);
  const pskOptions = (changes: Partial<TlsOptions> = {}): TlsOptions => ({
    pskIdentity: "device-1",
    pskKey,
    ...changes,
  });
  const knowing: ServerOptions = {
    ciphers: "PSK:@SECLEVEL=0",
    pskCallback: (_, identity) => (identity === "device-1" ? pskKey : null),
  } as ServerOptions;

  test.each([
    "TLS_PSK_WITH_AES_128_GCM_SHA256",
    "TLS_PSK_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256",
  ])("shows who the server is, by %s", async (name) => {
    const agreed: string[] = [];
    const port = await startTlsServer(knowing, (socket) => agreed.push(socket.getCipher().standardName));
    const { handler, transport } = await attemptTls(port, "127.0.0.1", pskOptions({ cipherSuites: [name] }));
    expect([handler.opened, transport.peerVerified]).toEqual([true, true]);
    await expect.poll(() => agreed).toEqual([name]);
  });

  test("needs no choice of cipher suites", async () => {
    expect(await outcomeOf(await startTlsServer(knowing), good.host, pskOptions())).toBe("opened");
  });

  test("that is another one than the server's is reported, and not shown", async () => {
    const port = await startTlsServer(knowing);
    const wrong = Uint8Array.from({ length: 16 }, () => 0x5a);
    const { failure } = await attemptTls(port, "127.0.0.1", pskOptions({ pskKey: wrong }));
    expect(failure).toMatchObject({ stage: "tls", code: "alert-bad-record-mac", key: "ssl_psk_key" });
    expect(everythingOf(failure)).not.toMatch(/5a5a|90, 90/);
  });

  test("that is another one than that of openssl s_server is reported, whose only key is for any identity", async () => {
    const { port } = await startOpensslServer(
      "-tls1_2",
      "-nocert",
      "-psk",
      "00112233445566778899aabbccddeeff",
    );
    expect(await outcomeOf(port, good.host, pskOptions())).toBe("alert-bad-record-mac ssl_psk_key");
  });

  test("whose identity the server does not know is reported", async () => {
    const port = await startTlsServer(knowing);
    expect(await outcomeOf(port, good.host, pskOptions({ pskIdentity: "device-2" }))).toBe(
      "alert-unknown-psk-identity ssl_psk_identity",
    );
  });

  test("is refused by a server that has certificates only", async () => {
    expect(await outcomeOf(await startTlsServer(own), good.host, pskOptions())).toBe(
      "alert-handshake-failure ssl_psk_identity",
    );
  });
});
