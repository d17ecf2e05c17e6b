/** The TLS layer with real servers: `openssl s_server` in many moods. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { CIPHER_SUITES } from "../../../src/transport/tls/cipher-suites.js";
import type { TlsLayerOptions } from "../../../src/transport/tls/tls-options.js";
import { startOpensslServer } from "../../support/openssl-server.js";
import { TlsClient } from "./support/tls-client.js";
import type { Credentials } from "./support/tls-credentials.js";
import { acceptAny, clientCredentials, TlsCredentials } from "./support/tls-credentials.js";

const crypto = new NodeCrypto();
const common = { host: "localhost", crypto };
const KEY = "00112233445566778899aabbccddeeff";
const psk = { identity: "device", key: Uint8Array.from(Buffer.from(KEY, "hex")) };
const PSK = ["-tls1_2", "-nocert", "-psk", KEY, "-psk_identity", "device"];

let ours: TlsCredentials;
let theirs: TlsCredentials;
let rsa: Credentials;
let ec: Credentials;

beforeAll(() => {
  ours = new TlsCredentials("ours");
  theirs = new TlsCredentials("theirs", "rsa");
  rsa = ours.issue("localhost", "rsa");
  ec = ours.issue("localhost", "ec");
});

afterAll(() => {
  ours.dispose();
  theirs.dispose();
});

function withCertificate({ certificate, key }: Credentials, ...more: readonly string[]): string[] {
  return ["-cert", certificate, "-key", key, ...more];
}

/** Expects the connection to work in both directions. */
async function expectEcho(client: TlsClient): Promise<void> {
  expect([await client.settled(), client.layer.cause]).toEqual(["open", undefined]);
  await client.write("hello\n");
  await client.reads("olleh\n");
}

/** The code and the key of the error that ended the handshake. */
async function refusal(port: number, options: TlsLayerOptions): Promise<string> {
  const client = new TlsClient(port, options);
  expect(await client.settled()).toBe("closed");
  return `${client.cause?.code} ${client.cause?.key}`;
}

describe("a pre-shared key", () => {
  const suites = CIPHER_SUITES.filter(({ keyExchange }) => keyExchange.endsWith("psk"));

  const cases = suites.flatMap(({ mode, name }) => [
    { name, option: "-rev" },
    ...(mode === "cbc" ? [{ name, option: "-no_etm" }] : []),
  ]);

  test.each(cases)("$name with $option", async ({ name, option }) => {
    const server = await startOpensslServer(...PSK, "-rev", option);
    const client = new TlsClient(server.port, { ...common, psk, cipherSuites: [name] });
    await expectEcho(client);
    expect(client.layer.peerVerified).toBe(true);
    client.close();
    await server.says(/CONNECTION CLOSED/);
  });

  test("GCM is chosen by a server that leaves it to the client", async () => {
    const server = await startOpensslServer(...PSK);
    const client = new TlsClient(server.port, { ...common, psk });
    await client.settled();
    await server.says(/CIPHER is PSK-AES128-GCM-SHA256/);
    expect(server.output).toMatch(/Secure Renegotiation IS supported/);
  });

  test("with a hint of the server, which changes nothing", async () => {
    const server = await startOpensslServer(...PSK, "-rev", "-psk_hint", "which one?");
    await expectEcho(new TlsClient(server.port, { ...common, psk }));
  });

  test.each(suites.map(({ name }) => [name]))("%s: a wrong key is told from other faults", async (name) => {
    const server = await startOpensslServer(...PSK);
    const wrong = { ...psk, key: Uint8Array.of(1, 2, 3) };
    const options = { ...common, psk: wrong, cipherSuites: [name] };
    expect(await refusal(server.port, options)).toMatch(/^alert-(bad-record-mac|decrypt-error) ssl_psk_key$/);
  });

  test("a server without pre-shared keys has nothing in common", async () => {
    const server = await startOpensslServer(...withCertificate(ec));
    expect(await refusal(server.port, { ...common, psk })).toBe("alert-handshake-failure ssl_psk_identity");
  });
});

describe("certificates", () => {
  test.each([["RSA"], ["EC"]])("%s: a server whose chain is accepted is verified", async (type) => {
    const credentials = type === "RSA" ? rsa : ec;
    const server = await startOpensslServer(...withCertificate(credentials, "-rev"));
    const client = new TlsClient(server.port, { ...common, authenticate: ours.authenticate });
    await expectEcho(client);
    expect(client.layer.peerVerified).toBe(true);
  });

  test("a server of which nothing is asked is not verified", async () => {
    const server = await startOpensslServer(...withCertificate(rsa, "-rev"));
    const client = new TlsClient(server.port, { ...common, authenticate: acceptAny });
    await expectEcho(client);
    expect(client.layer.peerVerified).toBe(false);
  });

  test("a chain that is refused ends the handshake under the name of its fault", async () => {
    const server = await startOpensslServer(...withCertificate(theirs.issue("localhost", "rsa")));
    const options = { ...common, authenticate: ours.authenticate };
    expect(await refusal(server.port, options)).toBe("certificate-unknown-authority ssl_ca_cert");
    await server.says(/alert unknown ca/);
  });

  test("a server with another key than that of its certificate is refused", async () => {
    const server = await startOpensslServer(...withCertificate(ec));
    const other = ours.issue("localhost", "ec");
    const { privateKey, certificates } = clientCredentials(other);
    expect(privateKey.type).toBe("ec");
    const authenticate = () => acceptAny(certificates);
    expect(await refusal(server.port, { ...common, authenticate })).toBe("server-signature-wrong server");
    await server.says(/alert decrypt error/);
  });

  test("a chain of many certificates comes in several records", async () => {
    const many = ["-cert_chain", await bundle()];
    const server = await startOpensslServer(...withCertificate(rsa, "-rev", ...many));
    const lengths: number[] = [];
    const client = new TlsClient(server.port, {
      ...common,
      authenticate: (chain) => {
        lengths.push(...chain.map(({ length }) => length));
        return ours.authenticate(chain);
      },
    });
    await expectEcho(client);
    expect(lengths.length).toBe(6);
    expect(lengths.reduce((sum, length) => sum + length)).toBeGreaterThan(2_048);
  });

  async function bundle(): Promise<string> {
    const { readFileSync, writeFileSync } = await import("node:fs");
    const path = `${ours.directory}/bundle.pem`;
    writeFileSync(path, readFileSync(theirs.authority, "utf8").repeat(5));
    return path;
  }
});

describe("client certificates", () => {
  const wanted = () => ["-Verify", "1", "-verify_return_error", "-CAfile", ours.authority];

  test.each([["rsa"], ["ec"]] as const)("%s: a certificate that is asked for is shown", async (type) => {
    const server = await startOpensslServer(...withCertificate(ec, "-rev", ...wanted()));
    const credentials = clientCredentials(ours.issue("device", type));
    const client = new TlsClient(server.port, {
      ...common,
      authenticate: ours.authenticate,
      clientCredentials: credentials,
    });
    await expectEcho(client);
    expect(server.output).toMatch(/CN = device/);
  });

  test("a certificate that is not asked for is not shown", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-rev"));
    const credentials = clientCredentials(ours.issue("device", "rsa"));
    const options = { ...common, authenticate: ours.authenticate, clientCredentials: credentials };
    await expectEcho(new TlsClient(server.port, options));
    expect(server.output).not.toMatch(/CN = device/);
  });

  test("without one, a server that can do without it goes on", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-rev", "-verify", "1"));
    await expectEcho(new TlsClient(server.port, { ...common, authenticate: ours.authenticate }));
  });

  test("without one, a server that insists ends the handshake", async () => {
    const server = await startOpensslServer(...withCertificate(ec, ...wanted()));
    const options = { ...common, authenticate: ours.authenticate };
    expect(await refusal(server.port, options)).toBe("alert-handshake-failure ssl_cert");
  });

  test("one of another authority is refused by the server", async () => {
    const server = await startOpensslServer(...withCertificate(ec, ...wanted()));
    const credentials = clientCredentials(theirs.issue("device", "ec"));
    const options = { ...common, authenticate: ours.authenticate, clientCredentials: credentials };
    expect(await refusal(server.port, options)).toBe("alert-unknown-ca ssl_cert");
  });

  test("a key that does not belong to the certificate is refused by the server", async () => {
    const server = await startOpensslServer(...withCertificate(ec, ...wanted()));
    const { certificates } = clientCredentials(ours.issue("device", "ec"));
    const { privateKey } = clientCredentials(ours.issue("device", "ec"));
    const options = {
      ...common,
      authenticate: ours.authenticate,
      clientCredentials: { certificates, privateKey },
    };
    expect(await refusal(server.port, options)).toMatch(/^alert-(decrypt-error|bad-signature) ssl_key$/);
  });
});

describe("versions", () => {
  test("a server that can do more is content with TLS 1.2", async () => {
    const server = await startOpensslServer(...withCertificate(ec));
    const client = new TlsClient(server.port, { ...common, authenticate: ours.authenticate });
    expect(await client.settled()).toBe("open");
    await server.says(/TLSv1\.2|ECDHE-ECDSA-AES128-GCM-SHA256/);
  });

  test("a server with TLS 1.3 alone is told from other faults", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-tls1_3"));
    const options = { ...common, authenticate: ours.authenticate };
    expect(await refusal(server.port, options)).toBe("alert-protocol-version server");
  });

  test("a server with TLS 1.1 alone is refused", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"));
    const options = { ...common, authenticate: ours.authenticate };
    expect(await refusal(server.port, options)).toMatch(/^alert-(handshake-failure|protocol-version) /);
  });
});

describe("an application protocol (RFC 7301)", () => {
  test("is agreed on", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-alpn", "other,mqtt"));
    const options = { ...common, authenticate: ours.authenticate, applicationProtocol: "mqtt" };
    expect(await new TlsClient(server.port, options).settled()).toBe("open");
    await server.says(/ALPN protocols selected: mqtt/);
  });

  test("that the server does not have is told from other faults", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-alpn", "other"));
    const options = { ...common, authenticate: ours.authenticate, applicationProtocol: "mqtt" };
    expect(await refusal(server.port, options)).toBe("alert-no-application-protocol ssl_alpn");
  });

  test("that a server knows nothing of is not agreed to: refused", async () => {
    const server = await startOpensslServer(...withCertificate(ec, "-rev"));
    const options = { ...common, authenticate: ours.authenticate, applicationProtocol: "mqtt" };
    expect(await refusal(server.port, options)).toBe("protocol-refused ssl_alpn");
  });
});

describe("an open connection", () => {
  test("takes records as small as the server makes them", async () => {
    const server = await startOpensslServer(...withCertificate(rsa, "-rev", "-max_send_frag", "512"));
    const client = new TlsClient(server.port, { ...common, authenticate: ours.authenticate });
    await client.settled();
    await client.write(`${"x".repeat(3_000)}y\n`);
    await client.reads(`y${"x".repeat(3_000)}\n`);
  });

  test("declines to renegotiate", async () => {
    const server = await startOpensslServer(...PSK);
    const client = new TlsClient(server.port, { ...common, psk });
    await client.settled();
    server.type("R\n");
    // OpenSSL does not go on then.
    await client.closed();
    await server.says(/no renegotiation/);
  });

  test("knows when it was cut off", async () => {
    const server = await startOpensslServer(...PSK);
    const client = new TlsClient(server.port, { ...common, psk });
    await client.settled();
    await server.stop();
    await client.closed();
    expect(["truncated", "ECONNRESET"]).toContain(client.cause?.code);
  });
});
