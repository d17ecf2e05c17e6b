/** The TLS layer with a server that does everything right: what is agreed on, and how bytes travel. */

import { describe, expect, test } from "vitest";
import { TransportError } from "../../../src/mqtt/errors.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import { TlsLayer } from "../../../src/transport/tls/tls-layer.js";
import { joined, numbered } from "../../mqtt/support/hex.js";
import { numberOf, publicPoint } from "./support/p256.js";
import { PlainCrypto } from "./support/plain-crypto.js";
import type { Step } from "./support/test-server.js";
import type { TlsWorldOptions } from "./support/tls-world.js";
import {
  authenticatePoint,
  ECDHE_ECDSA_GCM,
  ECDHE_PSK_CBC,
  keyPair,
  PSK_CBC,
  PSK_GCM,
  pskKey,
  TlsWorld,
} from "./support/tls-world.js";
import { ToyCrypto } from "./support/toy-crypto.js";
import { uint16, vector16 } from "./support/wire.js";

const SUITES = [
  ["PSK, GCM", PSK_GCM],
  ["PSK, CBC", PSK_CBC],
  ["ECDHE, PSK, CBC", ECDHE_PSK_CBC],
  ["ECDHE, ECDSA, GCM", ECDHE_ECDSA_GCM],
] as const;

function expectOpen(world: TlsWorld): void {
  expect([world.client.state, world.failure, world.server.isOpen]).toEqual(["open", undefined, true]);
}

/** A CertificateRequest with so many bytes of authorities. */
const request = (type: number, algorithm: number, authorities: number) =>
  joined([Uint8Array.of(1, type), vector16(uint16(algorithm)), vector16(new Uint8Array(authorities))]);

/** Sends something both ways. */
function expectEcho(world: TlsWorld): void {
  const data = numbered(300);
  world.client.write(data);
  world.run();
  expect(world.server.received).toEqual(data);
  world.server.send(data);
  world.run();
  expect(world.received).toEqual(data);
}

describe.each(SUITES)("%s", (_name, suite) => {
  test("opens, and carries bytes both ways, with all the cryptography that there is", () => {
    const scalar = new PlainCrypto(3).random(32);
    const pair = {
      certificate: publicPoint(numberOf(scalar)),
      privateKey: { type: "ec", curve: "P-256", scalar },
    } as const;
    const world = new TlsWorld({ suite, pair, crypto: new PlainCrypto() }).connect();
    expectOpen(world);
    expect(world.client.peerVerified).toBe(true);
    expectEcho(world);
  });

  test("opens byte by byte, and carries bytes so", () => {
    const world = new TlsWorld({ suite, chunk: 1 }).connect();
    expectOpen(world);
    expectEcho(world);
  });

  test("opens with a message over many records, and with all messages in one", () => {
    for (const server of [
      { recordLength: 1 },
      { recordLength: 5, isCoalescing: true },
      { isCoalescing: true },
      { recordLength: 61 },
    ]) {
      const world = new TlsWorld({ suite, server }).connect();
      expectOpen(world);
      expectEcho(world);
    }
  });

  test("opens without the extended master secret if the server does not know it [RFC 7627 5.3]", () => {
    const world = new TlsWorld({ suite, server: { extensions: { 23: undefined } } }).connect();
    expect(world.server.hasExtendedMasterSecret).toBe(false);
    expectOpen(world);
    expectEcho(world);
  });
});

describe.each([
  ["PSK", PSK_CBC],
  ["ECDHE, PSK", ECDHE_PSK_CBC],
] as const)("%s in CBC mode", (_name, suite) => {
  test("has the authentication code outside where it can [RFC 7366]", () => {
    const world = new TlsWorld({ suite }).connect();
    expect(world.server.mode).toBe("etm");
    expectEcho(world);
  });

  test("has the authentication code inside where the server wants it so", () => {
    const world = new TlsWorld({ suite, server: { extensions: { 22: undefined } } }).connect();
    expect(world.server.mode).toBe("cbc");
    expectOpen(world);
    expectEcho(world);
  });
});

describe("ClientHello", () => {
  function offered(options: TlsWorldOptions): TlsWorld["server"] {
    return new TlsWorld(options).connect().server;
  }

  test("offers what a pre-shared key is good for", () => {
    const { extensionsOffered, suitesOffered } = offered({});
    expect(suitesOffered).toEqual([0x00a8, 0xc037, 0x00ae]);
    expect([...extensionsOffered.keys()].sort((a, b) => a - b)).toEqual([0, 1, 10, 11, 22, 23, 0xff01]);
  });

  test("offers what certificates are good for", () => {
    const { extensionsOffered, suitesOffered } = offered({ suite: ECDHE_ECDSA_GCM });
    expect(suitesOffered).toEqual([0xc02b, 0xc02f]);
    expect([...extensionsOffered.keys()].sort((a, b) => a - b)).toEqual([0, 1, 10, 11, 13, 23, 0xff01]);
    expect(extensionsOffered.get(10)).toEqual(Uint8Array.of(0, 2, 0, 23));
    expect(extensionsOffered.get(11)).toEqual(Uint8Array.of(1, 0));
    expect(extensionsOffered.get(13)).toEqual(Uint8Array.of(0, 12, 4, 3, 4, 1, 5, 3, 5, 1, 6, 3, 6, 1));
    expect(extensionsOffered.get(0xff01)).toEqual(Uint8Array.of(0));
    expect(extensionsOffered.get(23)).toEqual(new Uint8Array(0));
    expect(extensionsOffered.get(1)).toEqual(Uint8Array.of(3));
  });

  test("offers only the suites that were named, in our order", () => {
    const cipherSuites = [
      "TLS_PSK_WITH_AES_128_CBC_SHA256",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_PSK_WITH_AES_128_GCM_SHA256",
    ];
    const { extensionsOffered, suitesOffered } = offered({ client: { cipherSuites } });
    expect(suitesOffered).toEqual([0x00a8, 0x00ae]);
    // No curve is needed then.
    expect(extensionsOffered.has(10)).toBe(false);
  });

  test("names the server without a dot at its end, and not by its address [RFC 6066 3]", () => {
    const name = (host: string) => offered({ client: { host } }).extensionsOffered.get(0);
    const expected = Uint8Array.of(0, 17, 0, 0, 14, ...encodeUtf8("broker.example"));
    expect(name("broker.example")).toEqual(expected);
    expect(name("broker.example.")).toEqual(expected);
    for (const address of ["192.168.1.2", "::1", "fe80::1", "2001:db8::7.8.9.10"]) {
      expect(name(address)).toBeUndefined();
    }
    expect(name("1.example")).toBeDefined();
  });

  test("asks for an application protocol, and refuses a server that does not agree to it", () => {
    const client = { applicationProtocol: "mqtt" };
    const world = new TlsWorld({ client }).connect();
    const protocols = Uint8Array.of(0, 5, 4, ...encodeUtf8("mqtt"));
    expect(world.server.extensionsOffered.get(16)).toEqual(protocols);
    expect(world.client.cause).toMatchObject({ code: "protocol-refused", key: "ssl_alpn" });
    expectOpen(new TlsWorld({ client, server: { extensions: { 16: protocols } } }).connect());
  });

  test("has other random bytes each time", () => {
    const crypto = new ToyCrypto();
    const random = () => offered({ crypto }).clientHello.slice(6, 38);
    expect(random()).not.toEqual(random());
  });
});

describe("without anything to offer", () => {
  test.each([
    [
      "no suite that is known",
      { cipherSuites: ["TLS_RSA_WITH_NULL_MD5"] },
      "no-cipher-suite ssl_cipher_suites",
    ],
    [
      "no suite that fits",
      { cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] },
      "no-cipher-suite ssl_cipher_suites",
    ],
    ["a host name that is none", { host: "\ud800" }, "internal-error"],
    ["a protocol that is too long", { applicationProtocol: "x".repeat(256) }, "internal-error"],
  ])("%s: fails at once, and never throws", (_name, client, failure) => {
    const world = new TlsWorld({ client }).connect();
    expect([world.client.state, world.failure]).toEqual(["closed", failure]);
    expect(world.server.messages).toEqual([]);
  });
});

describe("certificates", () => {
  test("the chain is looked at, and its verdict is that of the connection", () => {
    const chains: number[][] = [];
    const authenticate = (chain: readonly Uint8Array[]) => {
      chains.push(chain.map(({ length }) => length));
      return { ...authenticatePoint(chain), isVerified: false };
    };
    const { certificate } = keyPair(5);
    const world = new TlsWorld({
      suite: ECDHE_ECDSA_GCM,
      client: { authenticate },
      server: { chain: [certificate, new Uint8Array(3_000), Uint8Array.of(1)] },
    }).connect();
    expectOpen(world);
    expect(chains).toEqual([[65, 3_000, 1]]);
    expect(world.client.peerVerified).toBe(false);
  });

  test("nobody is verified before the end of the handshake", () => {
    const world = new TlsWorld({
      suite: ECDHE_ECDSA_GCM,
      server: { rewrite: (steps, flight) => (flight === 1 ? steps : []) },
    }).connect();
    expect([world.client.state, world.client.peerVerified]).toEqual(["opening", false]);
    expect(world.client.writable(10_000)).toBe(0);
  });

  test("a client's certificate is shown when it is asked for, with a signature", () => {
    for (const extensions of [{}, { 23: undefined }]) {
      const { certificate, privateKey } = keyPair(9);
      const clientCredentials = { certificates: [certificate, numbered(5_000)], privateKey };
      const world = new TlsWorld({
        suite: ECDHE_ECDSA_GCM,
        client: { clientCredentials },
        server: { certificateRequest: request(64, 0x0403, 9_000), extensions },
      }).connect();
      expectOpen(world);
      expect(world.server.messages).toEqual([1, 11, 16, 15, -1, 20]);
      expect(world.server.clientChain).toEqual([certificate, numbered(5_000)]);
      expect(world.server.longestRecord).toBe(2_048);
      expectEcho(world);
    }
  });

  test("a client's certificate is not shown unasked", () => {
    const { certificate, privateKey } = keyPair(9);
    const clientCredentials = { certificates: [certificate], privateKey };
    const world = new TlsWorld({ suite: ECDHE_ECDSA_GCM, client: { clientCredentials } }).connect();
    expectOpen(world);
    expect(world.server.messages).toEqual([1, 16, -1, 20]);
  });

  test.each([
    ["without one", undefined, 64, 0x0403],
    ["when the server wants RSA", keyPair(9), 1, 0x0403],
    ["when the server wants SHA-1", keyPair(9), 64, 0x0203],
  ])("an empty list is shown %s [RFC 5246 7.4.6]", (_name, pair, type, algorithm) => {
    const client = pair && {
      clientCredentials: { certificates: [pair.certificate], privateKey: pair.privateKey },
    };
    const world = new TlsWorld({
      suite: ECDHE_ECDSA_GCM,
      ...(client && { client }),
      server: { certificateRequest: request(type, algorithm, 0) },
    }).connect();
    expectOpen(world);
    expect(world.server.messages).toEqual([1, 11, 16, -1, 20]);
    expect(world.server.clientChain).toEqual([]);
  });

  test("a private key that cannot sign is told, without a word about it", () => {
    const clientCredentials = {
      certificates: [Uint8Array.of(1)],
      privateKey: { ...keyPair(9).privateKey, scalar: undefined } as unknown as ReturnType<
        typeof keyPair
      >["privateKey"],
    };
    const world = new TlsWorld({
      suite: ECDHE_ECDSA_GCM,
      client: { clientCredentials },
      server: { certificateRequest: request(64, 0x0403, 0) },
    }).connect();
    expect(world.failure).toBe("client-key-unusable ssl_key");
    expect(world.server.alerts).toEqual(["2 80"]);
  });
});

describe("flow", () => {
  test("no more is taken before a record is read, and then it goes on where it was", () => {
    const world = new TlsWorld().connect();
    world.isReading = false;
    world.server.send(numbered(10));
    world.server.send(numbered(20));
    const [first, second] = world.server.output.splice(0) as [Uint8Array, Uint8Array];
    expect(world.feed(first)).toBe(first.length);
    expect(world.feed(second)).toBe(0);
    expect(world.client.readable).toBe(10);
    world.read(4);
    expect([world.client.readable, world.feed(second)]).toEqual([6, 0]);
    world.read();
    expect(world.feed(second)).toBe(second.length);
    world.read();
    expect(world.received).toEqual(Uint8Array.of(...numbered(10), ...numbered(20)));
  });

  test("what waits to be sent takes room", () => {
    const { client } = new TlsWorld().connect();
    expect(client.writable(129)).toBe(100);
    client.write(new Uint8Array(100));
    expect([client.writable(129), client.writable(158), client.writable(159)]).toEqual([0, 0, 1]);
  });

  test("no more than 16 KB are taken at once, in records of 2 KB", () => {
    const world = new TlsWorld().connect();
    expect(world.client.writable(1_000_000)).toBe(16_384);
    world.client.write(numbered(16_384));
    world.run();
    expect(world.server.longestRecord).toBe(2_048);
    expect(world.server.received).toEqual(numbered(16_384));
  });

  test("records of any length are read, up to 16 KB, when the server did not agree on less", () => {
    const world = new TlsWorld().connect();
    for (const byteLength of [1, 2_049, 5, 16_384, 1]) {
      world.received = new Uint8Array(0);
      world.server.send(numbered(byteLength));
      world.run();
      expect(world.received).toEqual(numbered(byteLength));
    }
  });
});

describe("the end", () => {
  test("of the server's making is answered, and is no error [RFC 5246 7.2.1]", () => {
    const world = new TlsWorld().connect();
    world.server.send(numbered(3));
    world.server.alert(1, 0);
    world.run();
    expect([world.client.state, world.failure]).toEqual(["closed", undefined]);
    expect(world.received).toEqual(numbered(3));
    expect(world.server.alerts).toEqual(["1 0"]);
  });

  test("comes after everything was read", () => {
    const world = new TlsWorld().connect();
    world.isReading = false;
    world.server.send(numbered(3));
    world.run();
    world.client.lost();
    expect([world.client.state, world.client.readable]).toEqual(["closed", 3]);
    world.read();
    expect(world.received).toEqual(numbered(3));
  });

  test("of our making is said, once, and everything written goes out before it", () => {
    const world = new TlsWorld().connect();
    world.client.write(numbered(3));
    world.client.close();
    world.client.close();
    expect(world.client.state).toBe("closed");
    world.run();
    expect(world.server.received).toEqual(numbered(3));
    expect(world.server.alerts).toEqual(["1 0"]);
    world.client.lost(new Error("late"));
    expect(world.failure).toBeUndefined();
    expect(world.client.writable(1_000)).toBe(0);
    expect(() => world.client.write(numbered(1))).toThrow("closed");
  });

  test("before the handshake says nothing, and in it says goodbye", () => {
    const before = new TlsWorld();
    before.client.close();
    expect(before.transmitted().length).toBe(0);
    const during = new TlsWorld({ server: { rewrite: () => [] } }).connect();
    during.client.close();
    during.run();
    expect([during.client.state, during.server.alerts]).toEqual(["closed", ["1 0"]]);
  });

  test("without a goodbye is told apart", () => {
    const world = new TlsWorld().connect();
    world.client.write(numbered(10));
    world.client.lost();
    expect(world.failure).toBe("truncated");
    expect(world.transmitted().length).toBe(0);
    const inside = new TlsWorld().connect();
    inside.server.send(numbered(10));
    inside.feed((inside.server.output[0] as Uint8Array).subarray(0, 12));
    inside.client.lost();
    expect((inside.client.cause as Error).message).toMatch(/in the middle of a record/);
  });

  test("by a fault of the network has that as its cause", () => {
    const fault = new Error("reset");
    const world = new TlsWorld().connect();
    world.client.lost(fault);
    expect(world.client.cause).toBe(fault);
  });

  test("before the handshake has its own cause, and in it says where to look", () => {
    const fault = new Error("no route");
    const before = new TlsWorld();
    before.client.lost(fault);
    expect([before.client.state, before.client.cause]).toEqual(["closed", fault]);
    for (const cause of [undefined, fault]) {
      const during = new TlsWorld({ server: { rewrite: () => [] } }).connect();
      during.client.lost(cause);
      expect(during.failure).toBe("closed-in-handshake server");
    }
  });

  test("after the client's answer makes one look at what was in it", () => {
    const rewrite = (steps: readonly Step[], flight: 1 | 2) => (flight === 1 ? steps : []);
    const psk = new TlsWorld({ server: { rewrite } }).connect();
    psk.client.lost(new Error("reset"));
    expect(psk.failure).toBe("closed-in-handshake ssl_psk_identity");
    const certificateRequest = request(64, 0x0403, 0);
    for (const [server, failure] of [
      [{ rewrite, certificateRequest }, "closed-in-handshake ssl_cert"],
      [{ rewrite }, "closed-in-handshake server"],
    ] as const) {
      const world = new TlsWorld({ suite: ECDHE_ECDSA_GCM, server }).connect();
      world.client.lost();
      expect(world.failure).toBe(failure);
    }
  });

  test("by an error of the layer below has that as its cause, in the handshake too", () => {
    const cause = new TransportError("tcp", "reset", "reset");
    const world = new TlsWorld({ server: { rewrite: () => [] } }).connect();
    world.client.lost(cause);
    expect(world.client.cause).toBe(cause);
  });

  test("by a goodbye in the handshake is an error", () => {
    const world = new TlsWorld({
      server: { rewrite: () => [{ record: 21, content: Uint8Array.of(1, 0) }] },
    }).connect();
    expect([world.client.state, world.failure]).toEqual(["closed", "closed-in-handshake server"]);
  });

  test("comes when a key has protected enough records, of either direction", () => {
    const sending = new TlsWorld({ client: { recordLimit: 5 } }).connect();
    for (let i = 0; i < 3; i += 1) sending.client.write(numbered(1));
    expect(sending.client.state).toBe("open");
    sending.client.write(numbered(1));
    sending.run();
    expect(sending.failure).toBe("key-used-up");
    expect(sending.server.received.length).toBe(4);
    expect(sending.server.alerts).toEqual(["1 0"]);
    const receiving = new TlsWorld({ client: { recordLimit: 5 } }).connect();
    for (let i = 0; i < 5; i += 1) receiving.server.send(numbered(1));
    receiving.run();
    expect(receiving.failure).toBe("key-used-up");
    expect(receiving.received.length).toBe(4);
  });
});

/** Remembers every key that it was given. */
class RememberingCrypto extends ToyCrypto {
  readonly keys: Uint8Array[] = [];

  override hmac(...args: Parameters<ToyCrypto["hmac"]>): Uint8Array {
    this.keys.push(args[1]);
    return super.hmac(...args);
  }

  override aesGcm(key: Uint8Array): ReturnType<ToyCrypto["aesGcm"]> {
    this.keys.push(key);
    return super.aesGcm(key);
  }

  override aesCbc(key: Uint8Array): ReturnType<ToyCrypto["aesCbc"]> {
    this.keys.push(key);
    return super.aesCbc(key);
  }
}

describe("secrets", () => {
  const isWiped = (key: Uint8Array) => key.every((byte) => byte === 0);

  function remembered(options: TlsWorldOptions): { world: TlsWorld; crypto: RememberingCrypto } {
    const crypto = new RememberingCrypto();
    // The server has its own, which remembers nothing.
    const server = { crypto: new ToyCrypto(2), ...options.server };
    const world = new TlsWorld({ ...options, server, client: { crypto } }).connect();
    expect(crypto.keys.length).toBeGreaterThan(5);
    return { world, crypto };
  }

  test.each([...SUITES, ["PSK, CBC, MAC-then-encrypt", PSK_CBC] as const])(
    "%s: only the keys of the records outlive the handshake, and nothing the connection",
    (name, suite) => {
      const server = name.endsWith("MAC-then-encrypt") ? { extensions: { 22: undefined } } : {};
      const { world, crypto } = remembered({ suite, server });
      expectOpen(world);
      const left = new Set(crypto.keys.filter((key) => !isWiped(key)));
      const isGcm = suite === PSK_GCM || suite === ECDHE_ECDSA_GCM;
      expect([...left].map(({ length }) => length).sort()).toEqual(isGcm ? [16, 16] : [16, 16, 32, 32]);
      expectEcho(world);
      world.client.close();
      expect(crypto.keys.every(isWiped)).toBe(true);
    },
  );

  test.each(SUITES)("%s: a handshake that fails leaves none", (_name, suite) => {
    const rewrite = (steps: readonly Step[], flight: 1 | 2): readonly Step[] =>
      flight === 1 ? steps : [{ record: 22, content: Uint8Array.of(20, 0, 0, 0) }];
    const failed = remembered({ suite, server: { rewrite } });
    expect(failed.world.client.state).toBe("closed");
    expect(failed.crypto.keys.every(isWiped)).toBe(true);
    const lost = remembered({ suite, server: { rewrite: (steps, flight) => (flight === 1 ? steps : []) } });
    lost.world.client.lost();
    expect(lost.crypto.keys.every(isWiped)).toBe(true);
  });

  test("the pre-shared key itself is left to its owner", () => {
    const key = pskKey();
    const options = { host: "broker.example", crypto: new ToyCrypto(), psk: { identity: "device", key } };
    const layer = new TlsLayer(options);
    layer.opened();
    layer.close();
    expect(key).toEqual(pskKey());
  });
});
