/** TLS by Node against real servers: who is let in, and what is agreed on. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import type { TlsOptions } from "../../src/mqtt/ports.js";
import { OpensslCa } from "../support/authority/openssl-ca.js";
import { makeAuthority } from "../support/authority.js";
import { startOpensslServer } from "../support/openssl-server.js";
import { attemptTls, outcomeOf, presenting, startTcpServer, startTlsServer } from "../support/tls-world.js";

const authority = makeAuthority();
const { good } = authority;
const trusting: TlsOptions = { caCertificates: good.caFile };
const own = presenting(good);
afterAll(() => authority.dispose());

const folder = mkdtempSync(join(tmpdir(), "io-node-tls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ca = new OpensslCa(folder);

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
    expect(await outcomeOf(port, host, trusting)).toBe("opened");
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
    expect(await outcomeOf(port, good.host, {})).toBe("no-authority ssl_ca_cert");
    expect(await outcomeOf(port, good.host, { caCertificates: "" })).toBe("file-unreadable ssl_ca_cert");
    const empty = "-----BEGIN NOTHING-----\n-----END NOTHING-----\n";
    expect(await outcomeOf(port, good.host, { caCertificates: empty })).toBe(
      "certificate-file-empty ssl_ca_cert",
    );
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
    expect(await outcomeOf(port, good.host, { caCertificates: root.path })).toBe("opened");
    expect(await outcomeOf(port, good.host, { caCertificates: oldRoot.path })).toBe("opened");
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
    expect(await outcomeOf(port, good.host, { caCertificates: root.path })).toBe(
      "certificate-weak-signature server",
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
    expect(await outcomeOf(port, good.host, tls)).toBe("opened");
    await expect.poll(() => agreed).toEqual([name, "TLSv1.2"]);
  });

  test("is TLS 1.3 with a server that has it", async () => {
    const agreed: unknown[] = [];
    const port = await startTlsServer(own, (socket) => agreed.push(socket.getProtocol()));
    expect(await outcomeOf(port, good.host, trusting)).toBe("opened");
    await expect.poll(() => agreed).toEqual(["TLSv1.3"]);
  });

  test("is nothing with a cipher suite that the server cannot do", async () => {
    const tls = { ...trusting, cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] };
    expect(await outcomeOf(await startTlsServer(own), good.host, tls)).toBe(
      "alert-handshake-failure ssl_cert",
    );
  });

  test.each(["TLS_RSA_WITH_NULL_MD5", "ALL", "TLS_PSK_WITH_AES_128_GCM_SHA256", "toString"])(
    "is no cipher suite that is not known with certificates, such as %s",
    async (name) => {
      const { failure } = await attemptTls(1, good.host, { ...trusting, cipherSuites: [name] });
      expect(failure).toMatchObject({ code: "no-cipher-suite", key: "ssl_cipher_suites" });
      expect(failure.message).toContain(`${name} is not known with certificates`);
    },
  );

  test("is the application protocol (RFC 7301)", async () => {
    const agreed: unknown[] = [];
    const port = await startTlsServer({ ...own, ALPNProtocols: ["http/1.1", "mqtt"] }, (socket) =>
      agreed.push(socket.alpnProtocol),
    );
    expect(await outcomeOf(port, good.host, { ...trusting, applicationProtocol: "mqtt" })).toBe("opened");
    await expect.poll(() => agreed).toEqual(["mqtt"]);
  });

  test("is nothing with a server that knows other application protocols, or none", async () => {
    const tls = { ...trusting, applicationProtocol: "x-amzn-mqtt-ca" };
    const other = await startTlsServer({ ...own, ALPNProtocols: ["http/1.1"] });
    expect(await outcomeOf(other, good.host, tls)).toBe("alert-no-application-protocol ssl_alpn");
    expect(await outcomeOf(await startTlsServer(own), good.host, tls)).toBe("protocol-refused ssl_alpn");
  });

  test("is nothing with an application protocol that is too long", async () => {
    const tls = { ...trusting, applicationProtocol: "x".repeat(256) };
    const { failure } = await attemptTls(await freePort(), good.host, tls);
    expect(failure).toMatchObject({ stage: "tls" });
  });

  test.each(["-tls1", "-tls1_1"])("is no older version than TLS 1.2 (%s)", async (version) => {
    const { port } = await startOpensslServer(
      version,
      "-cipher",
      "DEFAULT@SECLEVEL=0",
      "-cert",
      good.certFile,
      "-key",
      good.keyFile,
    );
    expect(await outcomeOf(port, good.host, trusting)).toBe("alert-protocol-version server");
  });
});

describe("a peer that does not speak TLS", () => {
  test.each([
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["another protocol", "220 mail.example.com ESMTP\r\n"],
  ])("but %s is reported", async (_, greeting) => {
    const port = await startTcpServer((socket) => socket.write(greeting));
    expect(await outcomeOf(port, good.host, trusting)).toBe("not-tls server");
  });

  test("and ends the connection is reported", async () => {
    const port = await startTcpServer((socket) => socket.once("data", () => socket.end()));
    expect(await outcomeOf(port, good.host, trusting)).toBe("closed-in-handshake server");
  });

  test("and breaks the connection is reported, with what the stream below tells", async () => {
    const port = await startTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const { failure } = await attemptTls(port, good.host, trusting);
    expect(failure).toMatchObject({ stage: "tls", code: "closed-in-handshake", key: "server" });
    expect(failure.message).toContain("ECONNRESET");
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
