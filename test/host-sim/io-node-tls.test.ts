/** TLS by Node against real servers: who is let in, what is agreed on, and what is said when it fails. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions as ServerOptions, TLSSocket } from "node:tls";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { TlsOptions } from "../../src/mqtt/ports.js";
import { OpensslCa } from "../support/authority/openssl-ca.js";
import { makeAuthority } from "../support/authority.js";
import { Child } from "../support/child.js";
import { freePort } from "../support/free-port.js";
import { attemptTls, presenting, startTlsServer } from "../support/tls-world.js";

const authority = makeAuthority();
const { good } = authority;
const trusting: TlsOptions = { caCertificates: good.caFile };
const own = presenting(good);
afterAll(() => authority.dispose());

const folder = mkdtempSync(join(tmpdir(), "io-node-tls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ca = new OpensslCa(folder);

/** The code and the key of what `attemptTls` came to, or "opened". */
async function outcome(port: number, tls: TlsOptions, host = good.host): Promise<string> {
  const { handler, failure } = await attemptTls(port, host, tls);
  if (handler.opened && !handler.ended) return "opened";
  expect(failure).toMatchObject({ name: "TransportError", stage: "tls" });
  return `${failure.code} ${failure.key}`;
}

/** A TCP server that does with a connection what `onConnection` does; it ends with the test. */
async function startTcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("opening", () => {
  test("goes through dns, tcp and tls", async () => {
    const port = await startTlsServer(own);
    expect((await attemptTls(port, good.host, trusting)).stages).toEqual(["dns", "tcp", "tls"]);
  });

  test("leaves dns out for an address", async () => {
    const port = await startTlsServer(own);
    expect((await attemptTls(port, "127.0.0.1", trusting)).stages).toEqual(["tcp", "tls"]);
  });

  test.each([
    [good.host, good.host],
    [`${good.host}.`, good.host],
    ["127.0.0.1", false],
    ["::1", false],
  ])("sends for the host %s the server name %s (RFC 6066 section 3)", async (host, expected) => {
    const names: unknown[] = [];
    const port = await startTlsServer(own, ({ servername }: TLSSocket & { servername?: unknown }) => {
      names.push(servername);
    });
    expect(await outcome(port, trusting, host)).toBe("opened");
    await expect.poll(() => names).toEqual([expected]);
  });

  test("lets any server in when told so, and says that it is unverified", async () => {
    const selfSigned = authority.cases.find(({ name }) => name === "self-signed");
    const port = await startTlsServer(selfSigned ? presenting(selfSigned) : {});
    const { handler, transport } = await attemptTls(port, "elsewhere.example.com", { acceptAnyServer: true });
    expect([handler.opened, transport.peerVerified]).toEqual([true, false]);
  });

  test("never falls back to the authorities that Node knows", async () => {
    const port = await startTlsServer(own);
    expect(await outcome(port, {})).toBe("authority-missing ssl_ca_cert");
    expect(await outcome(port, { caCertificates: "" })).toBe("file-unreadable ssl_ca_cert");
    const empty = "-----BEGIN NOTHING-----\n-----END NOTHING-----\n";
    expect(await outcome(port, { caCertificates: empty })).toBe("file-malformed ssl_ca_cert");
  });

  test("follows a chain to an authority of the file though the server sends it by another one", async () => {
    const extensions = ["basicConstraints=critical,CA:TRUE", "subjectKeyIdentifier=hash"];
    const rootKey = ca.ecKey("new-root");
    const oldRoot = ca.issue({ key: ca.ecKey("old-root"), name: "Old Root", extensions });
    const root = ca.issue({ key: rootKey, name: "New Root", extensions });
    const crossSigned = ca.issue({ key: rootKey, name: "New Root", extensions, issuer: oldRoot });
    const names = [`subjectAltName=DNS:${good.host}`];
    const leaf = ca.issue({ key: ca.ecKey("cross"), name: "server", extensions: names, issuer: root });
    const port = await startTlsServer({
      cert: leaf.pem + crossSigned.pem,
      key: readFileSync(leaf.key.path),
    });
    expect(await outcome(port, { caCertificates: root.path })).toBe("opened");
    expect(await outcome(port, { caCertificates: oldRoot.path })).toBe("opened");
  });

  test.each(["sha1", "md5"])("refuses an intermediate authority that is signed with %s", async (digest) => {
    const extensions = ["basicConstraints=critical,CA:TRUE"];
    const root = ca.issue({ key: ca.rsaKey(`root-${digest}`), name: "Root", extensions });
    const key = ca.ecKey(`intermediate-${digest}`);
    const between = ca.issue({ key, name: "Between", extensions, issuer: root, digest });
    const names = [`subjectAltName=DNS:${good.host}`];
    const leaf = ca.issue({
      key: ca.ecKey(`leaf-${digest}`),
      name: "server",
      extensions: names,
      issuer: between,
    });
    const port = await startTlsServer({
      cert: leaf.pem + between.pem,
      key: readFileSync(leaf.key.path),
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    expect(await outcome(port, { caCertificates: root.path })).toBe("certificate-weak-signature server");
  });
});

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
    const message = `the file "none.pem" of ${key} is missing`;
    expect(failure).toMatchObject({ stage: "tls", code: "file-missing", key, message });
    expect([connections, stages]).toEqual([0, []]);
  });

  test("may be the PEM texts themselves", async () => {
    const port = await startTlsServer(own);
    expect(await outcome(port, { caCertificates: readFileSync(good.caFile, "utf8") })).toBe("opened");
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
    expect(await outcome(await freePort(), { caCertificates: folder })).toBe("file-unreadable ssl_ca_cert");
  });

  test("with something else in them are reported, and not shown", async () => {
    const port = await freePort();
    const secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHRleHQ=\n-----END PRIVATE KEY-----\n";
    const tls = { ...trusting, certificate: good.certFile, privateKey: secret };
    const { failure } = await attemptTls(port, good.host, tls);
    expect(failure).toMatchObject({ code: "file-malformed", key: "ssl_key" });
    expect(inspected(failure)).not.toMatch(/c2Vj|secret/);
    // A key without its lines of dashes looks like the name of a file.
    const bare = readFileSync(good.keyFile, "utf8").replace(/-----[^-]+-----|\n/g, "");
    const again = await attemptTls(port, good.host, { ...tls, privateKey: bare });
    expect(again.failure.key).toBe("ssl_key");
    expect(inspected(again.failure)).not.toContain(bare.slice(0, 10));
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
      expect(await outcome(port, tls)).toBe("opened");
      await expect.poll(() => names).toEqual([expect.stringContaining("device")]);
    }
  });

  test.each(authority.clients.filter(({ encrypted }) => encrypted))("are refused: $name", async (client) => {
    const tls = { ...trusting, certificate: client.certFile, privateKey: client.keyFile };
    expect(await outcome(await freePort(), tls)).toBe("key-encrypted ssl_key");
  });

  test("are refused with a key that is not theirs", async () => {
    const [one, other] = authority.clients.filter(({ name }) => /^P-\d+ key in PKCS#8, PEM/.test(name));
    const tls = { ...trusting, certificate: one?.certFile ?? "", privateKey: other?.keyFile ?? "" };
    expect(await outcome(await freePort(), tls)).toBe("key-mismatch ssl_key");
  });

  test("that the server does not accept are reported", async () => {
    const tls = { ...trusting, certificate: good.certFile, privateKey: good.keyFile };
    const child = await startOpenssl([
      ...["-tls1_2", "-cert", good.certFile, "-key", good.keyFile],
      ...["-Verify", "1", "-verify_return_error", "-CAfile", authority.clientCaFile],
    ]);
    expect(await outcome(child, tls)).toBe("client-certificate-refused ssl_cert");
  });

  test("that the server misses are reported", async () => {
    const child = await startOpenssl([
      ...["-cert", good.certFile, "-key", good.keyFile],
      ...["-Verify", "1", "-verify_return_error", "-CAfile", authority.clientCaFile],
    ]);
    // With TLS 1.3 the client hears of it only after its own handshake is over.
    const { handler } = await attemptTls(child, good.host, trusting);
    await expect.poll(() => handler.ended).toBe(true);
    expect(handler.cause).toMatchObject({ code: "client-certificate-refused", key: "ssl_cert" });
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
    expect(await outcome(await startTlsServer(knowing), pskOptions())).toBe("opened");
  });

  test("that is another one than the server's is reported, and not shown", async () => {
    const port = await startTlsServer(knowing);
    const wrong = Uint8Array.from({ length: 16 }, () => 0x5a);
    const { failure } = await attemptTls(port, "127.0.0.1", pskOptions({ pskKey: wrong }));
    expect(failure).toMatchObject({ stage: "tls", code: "psk-key-wrong", key: "ssl_psk_key" });
    expect(inspected(failure)).not.toMatch(/5a5a|90, 90/);
  });

  test("that is another one than that of openssl s_server is reported, whose only key is for any identity", async () => {
    const port = await startOpenssl(["-nocert", "-psk", "00112233445566778899aabbccddeeff", "-tls1_2"]);
    expect(await outcome(port, pskOptions())).toBe("psk-key-wrong ssl_psk_key");
  });

  test("whose identity the server does not know is reported", async () => {
    const port = await startTlsServer(knowing);
    expect(await outcome(port, pskOptions({ pskIdentity: "device-2" }))).toBe(
      "psk-identity-unknown ssl_psk_identity",
    );
  });

  test("is refused by a server that has certificates only", async () => {
    expect(await outcome(await startTlsServer(own), pskOptions())).toBe(
      "handshake-refused ssl_cipher_suites",
    );
  });
});

describe("what is agreed on", () => {
  test.each([
    ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "RSA"],
    ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "EC, by an authority of the file"],
  ])("is the cipher suite that is named, %s, over TLS 1.2", async (name, chainName) => {
    const chain = authority.cases.find((each) => each.name === chainName) ?? good;
    const agreed: unknown[] = [];
    const port = await startTlsServer(presenting(chain), (socket) => {
      agreed.push(socket.getCipher().standardName, socket.getProtocol());
    });
    const tls = { caCertificates: chain.caFile, cipherSuites: [name] };
    expect(await outcome(port, tls)).toBe("opened");
    await expect.poll(() => agreed).toEqual([name, "TLSv1.2"]);
  });

  test("is TLS 1.3 with a server that has it", async () => {
    const agreed: unknown[] = [];
    const port = await startTlsServer(own, (socket) => agreed.push(socket.getProtocol()));
    expect(await outcome(port, trusting)).toBe("opened");
    await expect.poll(() => agreed).toEqual(["TLSv1.3"]);
  });

  test("is nothing with a cipher suite that the server cannot do", async () => {
    const tls = { ...trusting, cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] };
    expect(await outcome(await startTlsServer(own), tls)).toBe("handshake-refused ssl_cipher_suites");
  });

  test.each(["TLS_RSA_WITH_NULL_MD5", "ALL", "TLS_PSK_WITH_AES_128_GCM_SHA256", "toString"])(
    "is no cipher suite that is not known with certificates, such as %s",
    async (name) => {
      const { failure } = await attemptTls(1, good.host, { ...trusting, cipherSuites: [name] });
      expect(failure).toMatchObject({ code: "cipher-suite-unknown", key: "ssl_cipher_suites" });
      expect(failure.message).toContain(`${name} is not known with certificates`);
    },
  );

  test("is the application protocol (RFC 7301)", async () => {
    const agreed: unknown[] = [];
    const port = await startTlsServer({ ...own, ALPNProtocols: ["http/1.1", "mqtt"] }, (socket) =>
      agreed.push(socket.alpnProtocol),
    );
    expect(await outcome(port, { ...trusting, applicationProtocol: "mqtt" })).toBe("opened");
    await expect.poll(() => agreed).toEqual(["mqtt"]);
  });

  test("is nothing with a server that knows other application protocols, or none", async () => {
    const tls = { ...trusting, applicationProtocol: "x-amzn-mqtt-ca" };
    const other = await startTlsServer({ ...own, ALPNProtocols: ["http/1.1"] });
    expect(await outcome(other, tls)).toBe("protocol-refused ssl_alpn");
    expect(await outcome(await startTlsServer(own), tls)).toBe("protocol-refused ssl_alpn");
  });

  test("is nothing with an application protocol that is too long", async () => {
    const tls = { ...trusting, applicationProtocol: "x".repeat(256) };
    const { failure } = await attemptTls(await freePort(), good.host, tls);
    expect(failure).toMatchObject({ stage: "tls" });
  });

  test.each(["-tls1", "-tls1_1"])("is no older version than TLS 1.2 (%s)", async (version) => {
    const port = await startOpenssl([
      ...[version, "-cipher", "DEFAULT@SECLEVEL=0", "-cert", good.certFile, "-key", good.keyFile],
    ]);
    expect(await outcome(port, trusting)).toBe("no-common-version server");
  });
});

describe("a peer that does not speak TLS", () => {
  test.each([
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["another protocol", "220 mail.example.com ESMTP\r\n"],
  ])("but %s is reported", async (_, greeting) => {
    const port = await startTcpServer((socket) => socket.write(greeting));
    expect(await outcome(port, trusting)).toBe("not-tls server");
  });

  test("and ends the connection is reported", async () => {
    const port = await startTcpServer((socket) => socket.once("data", () => socket.end()));
    expect(await outcome(port, trusting)).toBe("handshake-ended server");
  });

  test("and breaks the connection is reported, as the stream below tells it", async () => {
    const port = await startTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const { handler } = await attemptTls(port, good.host, trusting);
    expect(handler.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("any more, once it is open, is reported", async () => {
    let socketBelow: Socket | undefined;
    const backend = await startTlsServer(own);
    const port = await startTcpServer((socket) => {
      socketBelow = socket;
      const onward = connect(backend, "127.0.0.1");
      onward.on("error", () => {});
      socket.pipe(onward);
      onward.pipe(socket, { end: false });
      socket.on("close", () => onward.destroy());
    });
    const { handler } = await attemptTls(port, good.host, { ...trusting });
    expect(handler.opened).toBe(true);
    socketBelow?.write("this is not a record of TLS");
    await expect.poll(() => handler.ended).toBe(true);
    expect(handler.cause).toMatchObject({ name: "TransportError", stage: "tls" });
  });
});

/** Starts `openssl s_server`, which ends with the test; returns its port. */
async function startOpenssl(args: readonly string[]): Promise<number> {
  const port = await freePort();
  const child = new Child("openssl", ["s_server", "-accept", `127.0.0.1:${port}`, ...args]);
  onTestFinished(() => child.stop());
  await child.until(() => child.output.includes("ACCEPT"));
  return port;
}

/** All that a log could show of an error. */
function inspected(error: Error): string {
  return `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${String(error.cause)}`;
}
