/** What servers may not say in the handshake: each refused with the alert that RFC 5246 has for it. */

import { describe, expect, test } from "vitest";
import type { ChainFault } from "../../../src/transport/x509/trust.js";
import { joined } from "../../mqtt/support/hex.js";
import type { Step, TestServerOptions } from "./support/test-server.js";
import type { TlsWorldOptions } from "./support/tls-world.js";
import { ECDHE_ECDSA_GCM, ECDHE_PSK_CBC, keyPair, PSK_CBC, PSK_GCM, TlsWorld } from "./support/tls-world.js";
import { ToyCrypto } from "./support/toy-crypto.js";
import { uint16, uint24, vector16 } from "./support/wire.js";

const NOTHING = () => new Uint8Array(0);

/** The client's failure, and the alerts it sent. */
function refusal(options: TlsWorldOptions): string {
  const world = new TlsWorld(options).connect();
  expect(world.client.state).toBe("closed");
  return `${world.failure}, ${world.server.alerts}`;
}

/** Changes the body of one message, and lets the server count it as said. */
function changing(type: number, change: (body: Uint8Array) => Uint8Array): Partial<TestServerOptions> {
  return {
    rewrite: (steps: readonly Step[]) =>
      steps.map((step) =>
        "message" in step && step.message === type
          ? { message: type, body: change(step.body.slice()) }
          : step,
      ),
  };
}

function withByte(index: number, value: number) {
  return (body: Uint8Array): Uint8Array => {
    body[index < 0 ? body.length + index : index] = value;
    return body;
  };
}

describe("ServerHello", () => {
  test.each([
    ["SSL 3.0", 0x0300],
    ["TLS 1.0", 0x0301],
    ["TLS 1.1", 0x0302],
    ["TLS 1.3", 0x0304],
    ["version 65276", 0xfefc],
  ])("with %s is refused by name [RFC 5246 E.1]", (name, version) => {
    const world = new TlsWorld({ server: { version } }).connect();
    expect([world.failure, world.server.alerts]).toEqual(["version-unsupported server", ["2 70"]]);
    expect((world.client.cause as Error).message).toContain(name);
  });

  test.each([
    ["a suite that was not offered", changing(2, withByte(36, 0x2f)), "suite-not-offered, 2 47"],
    ["compression", changing(2, withByte(37, 1)), "compression-not-offered, 2 47"],
    ["a session of 33 bytes", changing(2, withByte(34, 33)), "malformed-message, 2 50"],
    [
      "bytes after its end",
      changing(2, (body) => joined([body, Uint8Array.of(0)])),
      "malformed-message, 2 50",
    ],
    ["nothing in it", changing(2, NOTHING), "malformed-message, 2 50"],
    ["too much in it", changing(2, () => new Uint8Array(1_025)), "message-too-long, 2 47"],
  ])("with %s is refused", (_name, server, expected) => {
    expect(refusal({ server })).toBe(expected);
  });

  test("cut off anywhere is refused", () => {
    // Two bytes of length and nine of extensions are the end.
    for (let end = 0; end < 49; end += 1) {
      // Without any extensions it is whole, and lacks one that must be there.
      const expected = end === 38 ? "server-too-old server, 2 40" : "malformed-message, 2 50";
      expect(refusal({ server: changing(2, (body) => body.slice(0, end)) })).toBe(expected);
    }
  });

  test("may have a session identifier, which means nothing", () => {
    const withSession = (body: Uint8Array) =>
      joined([body.slice(0, 34), Uint8Array.of(32), new Uint8Array(32).fill(7), body.slice(35)]);
    expect(new TlsWorld({ server: changing(2, withSession) }).connect().client.state).toBe("open");
  });
});

describe("an extension of the server", () => {
  const offered = { applicationProtocol: "mqtt" };
  const protocol = (...names: readonly string[]) =>
    vector16(
      joined(names.map((name) => Uint8Array.of(name.length, ...Array.from(name, (c) => c.charCodeAt(0))))),
    );

  test.each<[string, Readonly<Record<number, Uint8Array | undefined>>, string]>([
    ["that does not exist", { 4711: NOTHING() }, "extension-not-offered, 2 110"],
    ["session_ticket, unasked", { 35: NOTHING() }, "extension-not-offered, 2 110"],
    ["signature_algorithms, which is for clients", { 13: uint16(0) }, "extension-not-offered, 2 110"],
    ["status_request, unasked", { 5: NOTHING() }, "extension-not-offered, 2 110"],
    ["server_name with content", { 0: Uint8Array.of(1) }, "extension-wrong, 2 47"],
    ["extended_master_secret with content", { 23: Uint8Array.of(1) }, "extension-wrong, 2 47"],
    ["max_fragment_length with another length", { 1: Uint8Array.of(4) }, "extension-wrong, 2 47"],
    ["max_fragment_length without one", { 1: NOTHING() }, "extension-wrong, 2 47"],
    ["renegotiation_info of another connection", { 65281: Uint8Array.of(1, 1) }, "extension-wrong, 2 40"],
    ["renegotiation_info that is empty", { 65281: NOTHING() }, "extension-wrong, 2 40"],
    ["no renegotiation_info", { 65281: undefined }, "server-too-old server, 2 40"],
    ["ec_point_formats without the uncompressed one", { 11: Uint8Array.of(1, 1) }, "extension-wrong, 2 47"],
    ["ec_point_formats with a wrong length", { 11: Uint8Array.of(2, 0) }, "extension-wrong, 2 47"],
    ["ec_point_formats without any", { 11: NOTHING() }, "extension-wrong, 2 47"],
    ["another protocol", { 16: protocol("http") }, "extension-wrong, 2 47"],
    ["two protocols", { 16: protocol("mqtt", "mqtt") }, "malformed-message, 2 50"],
    ["no protocol", { 16: protocol() }, "malformed-message, 2 50"],
    ["encrypt_then_mac, where there is no MAC", { 22: NOTHING() }, "extension-wrong, 2 47"],
  ])("%s: refused", (_name, extensions, expected) => {
    expect(refusal({ suite: PSK_GCM, client: offered, server: { extensions } })).toBe(expected);
  });

  test("signature_algorithms, which is for clients, though it was offered: refused [RFC 5246 7.4.1.4.1]", () => {
    const extensions = { 13: Uint8Array.of(0, 2, 4, 3) };
    expect(refusal({ suite: ECDHE_ECDSA_GCM, server: { extensions } })).toBe("extension-not-offered, 2 110");
  });

  test("encrypt_then_mac with content: refused", () => {
    const extensions = { 22: Uint8Array.of(0) };
    expect(refusal({ suite: PSK_CBC, server: { extensions } })).toBe("extension-wrong, 2 47");
  });

  test.each([
    ["server_name", { 0: NOTHING() }],
    ["max_fragment_length", { 1: Uint8Array.of(3) }],
    ["ec_point_formats", { 11: Uint8Array.of(3, 1, 0, 2) }],
    ["supported_groups, which old load balancers send", { 10: vector16(uint16(24)) }],
    ["application_layer_protocol_negotiation", { 16: protocol("mqtt") }],
  ])("%s: taken", (_name, extensions) => {
    expect(
      new TlsWorld({ client: 16 in extensions ? offered : {}, server: { extensions } }).connect().client
        .state,
    ).toBe("open");
  });

  test("twice: refused", () => {
    const twice = (body: Uint8Array) => {
      const list = body.slice(40);
      return joined([body.slice(0, 38), vector16(joined([list, uint16(23), uint16(0)]))]);
    };
    expect(refusal({ server: changing(2, twice) })).toBe("extension-twice, 2 47");
  });
});

describe("the server's certificates", () => {
  const suite = ECDHE_ECDSA_GCM;

  test.each<[ChainFault, number, string]>([
    ["certificate-malformed", 42, "ssl_ca_cert"],
    ["certificate-expired", 45, "ssl_ca_cert"],
    ["certificate-not-yet-valid", 45, "ssl_ca_cert"],
    ["certificate-wrong-host", 42, "server"],
    ["certificate-without-names", 42, "server"],
    ["certificate-self-signed", 48, "ssl_ca_cert"],
    ["certificate-unknown-authority", 48, "ssl_ca_cert"],
    ["certificate-issuer-no-authority", 48, "ssl_ca_cert"],
    ["certificate-bad-signature", 42, "ssl_ca_cert"],
    ["certificate-weak-signature", 42, "ssl_ca_cert"],
    ["certificate-wrong-use", 43, "ssl_ca_cert"],
    ["certificate-unsupported", 43, "ssl_ca_cert"],
  ])("%s: alert %i, and look at %s", (fault, alert, key) => {
    const authenticate = () => ({ fault, message: "says why" });
    const world = new TlsWorld({ suite, client: { authenticate } }).connect();
    expect(world.failure).toBe(`${fault} ${key}`);
    expect(world.server.alerts).toEqual([`2 ${alert}`]);
    expect((world.client.cause as Error).message).toBe("says why");
    expect(world.client.peerVerified).toBe(false);
  });

  test("with an RSA key do not fit a suite for ECDSA", () => {
    const leaf = { type: "rsa", modulus: Uint8Array.of(5), exponent: Uint8Array.of(3) } as const;
    const authenticate = () => ({ leaf, isVerified: true });
    expect(refusal({ suite, client: { authenticate } })).toBe("certificate-unfit server, 2 43");
  });

  test("what throws when it looks at them ends the connection, as anything", () => {
    const authenticate = () => {
      throw new Error("cannot look");
    };
    expect(refusal({ suite, client: { authenticate } })).toBe("internal-error, 2 80");
  });

  test.each([
    ["without any", () => uint24(0), "malformed-message, 2 50"],
    ["with an empty one", () => joined([uint24(3), uint24(0)]), "malformed-message, 2 50"],
    ["with one that is cut off", () => joined([uint24(5), uint24(3), uint16(0)]), "malformed-message, 2 50"],
    ["with bytes behind", (body: Uint8Array) => joined([body, uint16(0)]), "malformed-message, 2 50"],
    [
      "of which there are nine",
      () => joined([uint24(36), ...Array.from({ length: 9 }, () => joined([uint24(1), Uint8Array.of(1)]))]),
      "chain-too-long server, 2 50",
    ],
    ["of more than 16 KB", () => new Uint8Array(16_385), "message-too-long, 2 47"],
  ])("%s: refused", (_name, change, expected) => {
    expect(refusal({ suite, server: changing(11, change) })).toBe(expected);
  });

  test("a length of 16 MB is refused before anything is kept for it", () => {
    const rewrite = () => [{ record: 22, content: Uint8Array.of(11, 0xff, 0xff, 0xff) }];
    expect(refusal({ suite, server: { rewrite } })).toBe("message-too-long, 2 47");
  });
});

describe("ServerKeyExchange", () => {
  test.each([
    ["with an explicit curve", withByte(0, 1), "curve-not-offered, 2 47"],
    ["on P-384", withByte(2, 24), "curve-not-offered, 2 47"],
    ["with a changed point", withByte(40, 0x55), "server-signature-wrong server, 2 51"],
    ["with a changed signature", withByte(-1, 0x55), "server-signature-wrong server, 2 51"],
    ["with SHA-1", withByte(69, 2), "signature-not-offered, 2 47"],
    ["with a signature for RSA", withByte(70, 1), "signature-not-offered, 2 47"],
    ["with bytes behind", (body: Uint8Array) => joined([body, uint16(0)]), "malformed-message, 2 50"],
    ["without a signature", (body: Uint8Array) => body.slice(0, 69), "malformed-message, 2 50"],
    ["without a point", () => Uint8Array.of(3, 0, 23, 0), "malformed-message, 2 50"],
    ["without anything", NOTHING, "malformed-message, 2 50"],
  ])("%s: refused [RFC 8422 5.4]", (_name, change, expected) => {
    expect(refusal({ suite: ECDHE_ECDSA_GCM, server: changing(12, change) })).toBe(expected);
  });

  test("signed by another key than that of the certificate: refused", () => {
    const { privateKey } = keyPair(99);
    expect(refusal({ suite: ECDHE_ECDSA_GCM, server: { privateKey } })).toBe(
      "server-signature-wrong server, 2 51",
    );
  });

  test("signed for other random values, as it is when replayed: refused", () => {
    let recorded: Uint8Array = new Uint8Array(0);
    const record = changing(12, (body) => {
      recorded = body.slice();
      return body;
    });
    const crypto = new ToyCrypto(77);
    expect(new TlsWorld({ suite: ECDHE_ECDSA_GCM, server: record, crypto }).connect().client.state).toBe(
      "open",
    );
    const replay = changing(12, () => recorded);
    expect(refusal({ suite: ECDHE_ECDSA_GCM, server: replay, crypto })).toBe(
      "server-signature-wrong server, 2 51",
    );
  });

  test.each([
    ["off the curve", withByte(-1, 0x55), "point-invalid, 2 47"],
    ["compressed", () => Uint8Array.of(0, 0, 3, 0, 23, 33, 2, ...new Uint8Array(32)), "point-invalid, 2 47"],
    ["at infinity", () => Uint8Array.of(0, 0, 3, 0, 23, 1, 0), "point-invalid, 2 47"],
  ])("with a point that is %s: refused", (_name, change, expected) => {
    expect(refusal({ suite: ECDHE_PSK_CBC, server: changing(12, change) })).toBe(expected);
  });

  test.each([
    ["a hint that is cut off", () => Uint8Array.of(0, 5, 1), "malformed-message, 2 50"],
    ["more than a hint", () => Uint8Array.of(0, 1, 1, 0), "malformed-message, 2 50"],
    ["a hint of 3 KB", () => vector16(new Uint8Array(3_000)), "message-too-long, 2 47"],
  ])("with %s: refused", (_name, change, expected) => {
    const server = { ...changing(12, change), hint: Uint8Array.of(1) };
    expect(refusal({ suite: PSK_GCM, server })).toBe(expected);
  });
});

describe("CertificateRequest", () => {
  test.each([
    ["without types", Uint8Array.of(0, 0, 2, 4, 3, 0, 0)],
    ["without algorithms", Uint8Array.of(1, 64, 0, 0, 0, 0)],
    ["with half an algorithm", Uint8Array.of(1, 64, 0, 3, 4, 3, 4, 0, 0)],
    ["with bytes behind", Uint8Array.of(1, 64, 0, 2, 4, 3, 0, 0, 0)],
    ["without anything", NOTHING()],
  ])("%s: refused", (_name, certificateRequest) => {
    expect(refusal({ suite: ECDHE_ECDSA_GCM, server: { certificateRequest } })).toBe(
      "malformed-message, 2 50",
    );
  });
});

describe("the end of the handshake", () => {
  test("ServerHelloDone with content: refused", () => {
    expect(refusal({ server: changing(14, () => Uint8Array.of(0)) })).toBe("message-too-long, 2 47");
  });

  test("ChangeCipherSpec that is none: refused", () => {
    for (const content of [Uint8Array.of(2), Uint8Array.of(1, 1), NOTHING()]) {
      const rewrite = (steps: readonly Step[]) =>
        steps.map((step) => ("record" in step ? { record: 20, content } : step));
      expect(refusal({ server: { rewrite } })).toBe("malformed-message, 2 50");
    }
  });

  test("Finished that is wrong at any byte, too long or too short: refused", () => {
    for (let i = 0; i < 12; i += 1) {
      const change = (body: Uint8Array) => withByte(i, (body[i] as number) ^ 0x80)(body);
      expect(refusal({ server: changing(20, change) })).toBe("finished-wrong, 2 51");
    }
    expect(refusal({ server: changing(20, (body) => body.slice(0, 11)) })).toBe("finished-wrong, 2 51");
    expect(refusal({ server: changing(20, NOTHING) })).toBe("finished-wrong, 2 51");
    expect(refusal({ server: changing(20, (body) => joined([body, Uint8Array.of(0)])) })).toBe(
      "message-too-long, 2 47",
    );
  });

  test("a handshake message across ChangeCipherSpec: refused", () => {
    const rewrite = (steps: readonly Step[], flight: 1 | 2): readonly Step[] =>
      flight === 1 ? steps : [{ record: 22, content: Uint8Array.of(20, 0) }, ...steps];
    expect(refusal({ server: { rewrite } })).toBe("unexpected-message, 2 10");
  });

  test("ServerHelloDone and what comes after it in one record: refused", () => {
    const rewrite = (steps: readonly Step[], flight: 1 | 2): readonly Step[] =>
      flight === 2
        ? steps
        : [...steps.slice(0, -1), { record: 22, content: Uint8Array.of(14, 0, 0, 0, 20, 0, 0, 12) }];
    const world = new TlsWorld({ server: { rewrite } }).connect();
    // It is only the header of a Finished, yet when more came it could not be anything else.
    expect(world.client.state).toBe("opening");
    world.server.sendSealed(20, Uint8Array.of(1));
    world.run();
    expect(world.failure).toBe("unexpected-message");
  });
});

describe("a wrong pre-shared key", () => {
  const other = Uint8Array.of(9, 9, 9);

  test.each([
    ["GCM", PSK_GCM],
    ["CBC", PSK_CBC],
    ["CBC with ECDHE", ECDHE_PSK_CBC],
  ] as const)("%s: a server that does not notice is found out at its Finished", (_name, suite) => {
    // As the attacker who has no key at all: the client's Finished cannot be read, and one is sent anyway.
    const world = new TlsWorld({ suite, server: { pskKey: other } }).connect();
    expect([world.client.state, world.server.isDeaf, world.server.isOpen]).toEqual(["opening", true, false]);
    world.server.sendSealed(20, Uint8Array.of(1));
    world.server.sendSealed(22, new Uint8Array(80).fill(7));
    world.run();
    expect([world.client.state, world.failure]).toEqual(["closed", "psk-wrong ssl_psk_key"]);
    expect(world.client.peerVerified).toBe(false);
  });
});
