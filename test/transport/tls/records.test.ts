/** Records and alerts that are wrong: each refused, and nothing read of them. */

import { describe, expect, test } from "vitest";
import { hexFromBytes, joined, numbered } from "../../mqtt/support/hex.js";
import { withPadding } from "./support/test-keys.js";
import type { Step, TestSuite } from "./support/test-server.js";
import type { TlsWorldOptions } from "./support/tls-world.js";
import { ECDHE_ECDSA_GCM, PSK_CBC, PSK_GCM, TlsWorld } from "./support/tls-world.js";
import { ToyCrypto } from "./support/toy-crypto.js";

interface Mode {
  readonly name: string;
  readonly options: TlsWorldOptions;
}

const MODES: readonly Mode[] = [
  { name: "GCM", options: { suite: PSK_GCM } },
  { name: "CBC", options: { suite: PSK_CBC, server: { extensions: { 22: undefined } } } },
  { name: "encrypt-then-MAC", options: { suite: PSK_CBC } },
];

function opened(options: TlsWorldOptions = {}): TlsWorld {
  const world = new TlsWorld(options).connect();
  expect(world.client.state).toBe("open");
  return world;
}

/** Nothing of `records` is taken for data, and the client ends the connection with that failure and alert. */
function expectRefused(world: TlsWorld, record: Uint8Array, failure: string, alert: string): void {
  world.feed(record);
  world.run();
  expect([world.client.state, world.failure]).toEqual(["closed", failure]);
  expect(world.server.alerts).toEqual([alert]);
  expect(world.received.length).toBe(0);
}

function sealed(world: TlsWorld, send: () => void): Uint8Array {
  send();
  return joined(world.server.output.splice(0));
}

describe.each(MODES)("a record in $name", ({ options }) => {
  test("changed at any byte is refused", () => {
    const [unexpected, changed, bad] = [
      ["unexpected-record", "2 10"],
      ["version-changed", "2 70"],
      ["bad-record", "2 20"],
    ] as const;
    const first = opened(options);
    const { length } = sealed(first, () => first.server.send(numbered(20)));
    for (let i = 0; i < length; i += 1) {
      const world = opened(options);
      const record = sealed(world, () => world.server.send(numbered(20)));
      record[i] = (record[i] as number) ^ 1;
      if (i === 3 || (i === 4 && (record[4] as number) > length - 5)) {
        // A longer record is waited for; what comes next makes it a wrong one.
        expect(world.feed(record)).toBe(length);
        world.client.lost();
        expect([world.failure, world.received.length]).toEqual(["truncated", 0]);
        continue;
      }
      const [failure, alert] = i === 1 ? unexpected : i === 2 ? changed : bad;
      expectRefused(world, record, failure, alert);
    }
  });

  test("said twice, or left out, is refused", () => {
    const world = opened(options);
    const record = sealed(world, () => world.server.send(numbered(5)));
    world.feed(record);
    expect(world.received).toEqual(numbered(5));
    world.received = new Uint8Array(0);
    expectRefused(world, record, "bad-record", "2 20");
    const other = opened(options);
    sealed(other, () => other.server.send(numbered(5)));
    expectRefused(
      other,
      sealed(other, () => other.server.send(numbered(6))),
      "bad-record",
      "2 20",
    );
  });

  test("sent back to the sender is refused", () => {
    const world = opened(options);
    world.client.write(numbered(7));
    const record = world.transmitted();
    world.server.receive(record);
    expectRefused(world, record, "bad-record", "2 20");
  });

  test("under another type is refused", () => {
    const world = opened(options);
    const record = sealed(world, () => world.server.sendRecord(23, Uint8Array.of(1, 0)));
    record[0] = 21;
    expectRefused(world, record, "bad-record", "2 20");
  });

  test("that is too short for what protects it, or no whole blocks, is refused", () => {
    for (const byteLength of [0, 1, 8, 15, 16, 23, 31, 32, 47, 48, 63, 65, 79, 95, 100]) {
      const world = opened(options);
      const record = sealed(world, () => world.server.sendSealed(23, new Uint8Array(byteLength)));
      expectRefused(world, record, "bad-record", "2 20");
    }
  });

  test("without protection is refused", () => {
    const world = opened(options);
    const record = sealed(world, () => world.server.sendSealed(21, Uint8Array.of(1, 0)));
    expectRefused(world, record, "bad-record", "2 20");
  });

  test("with more than 16 KB in it is refused", () => {
    const world = opened(options);
    const record = sealed(world, () => world.server.send(new Uint8Array(16_385)));
    expectRefused(world, record, "record-too-long", "2 22");
  });
});

describe("a record", () => {
  test("longer than any may be is refused by its header alone", () => {
    const world = opened();
    expectRefused(world, Uint8Array.of(23, 3, 3, 0x48, 0x01), "record-too-long", "2 22");
    const before = new TlsWorld({ server: { rewrite: () => [] } }).connect();
    expectRefused(before, Uint8Array.of(22, 3, 3, 0x40, 0x01), "record-too-long", "2 22");
  });

  test("longer than agreed on is refused [RFC 6066 4]", () => {
    const world = opened({ server: { extensions: { 1: Uint8Array.of(3) } } });
    world.server.send(numbered(2_048));
    world.run();
    expect(world.received.length).toBe(2_048);
    world.received = new Uint8Array(0);
    expectRefused(
      world,
      sealed(world, () => world.server.send(numbered(2_049))),
      "record-too-long",
      "2 22",
    );
  });

  test.each([
    ["HTTP", "48 54 54 50 2f"],
    ["MQTT", "20 02 00 05 00"],
    ["SSL 2", "80 2e 01 00 02"],
    ["type 24", "18 03 03 00 05"],
    ["version 2.3", "16 02 03 00 05"],
  ])("of %s is no TLS, and the port may be wrong", (_name, hex) => {
    const bytes = Uint8Array.from(hex.split(" "), (pair) => Number.parseInt(pair, 16));
    const world = new TlsWorld({ server: { rewrite: () => [] } }).connect();
    expectRefused(world, bytes, "not-tls server", "2 10");
  });

  test("of another version may come before the server has chosen, and not after", () => {
    const alert = (version: number) => ({
      rewrite: () => [{ record: 21, content: Uint8Array.of(2, 70), version }],
    });
    for (const version of [0x0300, 0x0301, 0x0302, 0x0303]) {
      const world = new TlsWorld({ server: alert(version) }).connect();
      expect(world.failure).toBe("alert-protocol-version server");
    }
    const later = (steps: readonly Step[]) => [
      steps[0] as Step,
      { record: 22, content: Uint8Array.of(14, 0, 0, 0), version: 0x0301 },
    ];
    const world = new TlsWorld({ server: { rewrite: later } }).connect();
    expect([world.failure, world.server.alerts]).toEqual(["version-changed", ["2 70"]]);
  });

  test("without content is nothing, but not for ever", () => {
    const world = opened();
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 16; i += 1) world.server.send(new Uint8Array(0));
      world.server.send(numbered(1));
      world.run();
    }
    expect([world.client.state, world.received.length]).toEqual(["open", 3]);
    world.received = new Uint8Array(0);
    const flood = sealed(world, () => {
      for (let i = 0; i < 17; i += 1) world.server.send(new Uint8Array(0));
    });
    expectRefused(world, flood, "unexpected-message", "2 10");
  });

  test.each([
    ["the handshake", 22, "unexpected-message", "2 10"],
    ["alerts", 21, "malformed-message", "2 50"],
    ["ChangeCipherSpec", 20, "unexpected-message", "2 10"],
  ])("of %s without content is refused [RFC 5246 6.2.1]", (_name, type, failure, alert) => {
    const world = opened();
    expectRefused(
      world,
      sealed(world, () => world.server.sendRecord(type, new Uint8Array(0))),
      failure,
      alert,
    );
  });

  test("of another type inside a handshake message is refused", () => {
    const rewrite = (): readonly Step[] => [
      { record: 22, content: Uint8Array.of(2, 0) },
      { record: 20, content: Uint8Array.of(1) },
    ];
    const world = new TlsWorld({ server: { rewrite } }).connect();
    expect([world.failure, world.server.alerts]).toEqual(["unexpected-message", ["2 10"]]);
  });
});

describe("padding in CBC mode [RFC 5246 6.2.3.2]", () => {
  const options = (MODES[1] as Mode).options;

  /** A record of whatever `make` pads. */
  function padded(world: TlsWorld, make: (content: Uint8Array) => Uint8Array): Uint8Array {
    const keys = world.server.sealing as NonNullable<TlsWorld["server"]["sealing"]>;
    const data = numbered(11);
    const body = keys.sealPadded(23, make(joined([data, keys.code(23, data)])));
    return sealed(world, () => world.server.sendSealed(23, body));
  }

  test("may be as long as a byte can say", () => {
    const world = opened(options);
    for (let more = 0; more < 16; more += 1) {
      world.received = new Uint8Array(0);
      const record = padded(world, (content) => withPadding(content, more));
      world.feed(record);
      expect(hexFromBytes(world.received)).toBe(hexFromBytes(numbered(11)));
    }
    expect(withPadding(numbered(43), 15).length - 43).toBe(245);
  });

  test("is refused when any of its bytes is another one, and as anything that is refused", () => {
    for (const more of [0, 3, 15]) {
      const byteLength = withPadding(numbered(43), more).length - 43;
      for (let i = 1; i <= byteLength; i += more === 0 ? 1 : 7) {
        const world = opened(options);
        const record = padded(world, (content) => {
          const whole = withPadding(content, more);
          whole[whole.length - i] = (whole.at(-i) as number) ^ 0x10;
          return whole;
        });
        expectRefused(world, record, "bad-record", "2 20");
        expect((world.client.cause as Error).message).toBe("a record from the server was changed on its way");
      }
    }
  });

  test("is refused when it is longer than the record", () => {
    for (const last of [16, 31, 32, 47, 48, 63, 64, 255]) {
      const world = opened(options);
      const record = padded(world, () => new Uint8Array(64).fill(last));
      expectRefused(world, record, "bad-record", "2 20");
    }
  });

  test("is refused when only the code is where it would be without any", () => {
    // 15 bytes and their code leave one byte for padding, which must be 0 then.
    for (const last of [0, 1, 15, 16, 255]) {
      const world = opened(options);
      const keys = world.server.sealing as NonNullable<TlsWorld["server"]["sealing"]>;
      const data = numbered(15);
      const body = keys.sealPadded(23, joined([data, keys.code(23, data), Uint8Array.of(last)]));
      const record = sealed(world, () => world.server.sendSealed(23, body));
      if (last > 0) expectRefused(world, record, "bad-record", "2 20");
      else {
        world.feed(record);
        expect(world.received).toEqual(data);
      }
    }
  });

  test("makes whole blocks under encrypt-then-MAC as well", () => {
    const world = opened((MODES[2] as Mode).options);
    const encrypted = numbered(33);
    const code = world.server.sealing?.code(23, encrypted) as Uint8Array;
    const record = sealed(world, () => world.server.sendSealed(23, joined([encrypted, code])));
    expectRefused(world, record, "bad-record", "2 20");
  });

  test("is looked at under encrypt-then-MAC as well, and may not be missing", () => {
    for (const content of [
      new Uint8Array(16).fill(16),
      Uint8Array.of(...numbered(14), 3, 1),
      new Uint8Array(0),
    ]) {
      const world = opened((MODES[2] as Mode).options);
      const body = (world.server.sealing as NonNullable<TlsWorld["server"]["sealing"]>).sealPadded(
        23,
        content,
      );
      expectRefused(
        world,
        sealed(world, () => world.server.sendSealed(23, body)),
        "bad-record",
        "2 20",
      );
    }
  });

  test("a wrong code behind right padding is refused in the same way", () => {
    for (let i = 0; i < 43; i += 1) {
      const world = opened(options);
      const record = padded(world, (content) => {
        content[i] = (content[i] as number) ^ 1;
        return withPadding(content);
      });
      expectRefused(world, record, "bad-record", "2 20");
      expect((world.client.cause as Error).message).toBe("a record from the server was changed on its way");
    }
  });

  test("costs as many hashed blocks whatever it says", () => {
    // The lengths hashed for a record with least padding and with most, both of the same length.
    const counted = (content: number, padding: number): number => {
      const crypto = new CountingCrypto();
      const world = opened({ ...options, crypto });
      const keys = world.server.sealing as NonNullable<TlsWorld["server"]["sealing"]>;
      const data = numbered(content);
      const whole = joined([data, keys.code(23, data), new Uint8Array(padding + 1).fill(padding)]);
      const record = sealed(world, () => world.server.sendSealed(23, keys.sealPadded(23, whole)));
      crypto.blocks = 0;
      world.feed(record);
      expect(world.received.length).toBe(content);
      return crypto.blocks;
    };
    const all = new Set<number>();
    for (let padding = 0; padding < 256; padding += 1) all.add(counted(287 - padding, padding));
    expect([...all].length).toBe(1);
  });
});

/** Counts the blocks that SHA-256 takes for what the client hashes. */
class CountingCrypto extends ToyCrypto {
  blocks = 0;

  override hmac(...args: Parameters<ToyCrypto["hmac"]>): Uint8Array {
    let byteLength = 64 + 9;
    for (const part of args.slice(2) as Uint8Array[]) byteLength += part.length;
    this.blocks += Math.ceil(byteLength / 64);
    return super.hmac(...args);
  }

  override hash(...args: Parameters<ToyCrypto["hash"]>): ReturnType<ToyCrypto["hash"]> {
    const hash = super.hash(...args);
    return {
      update: (bytes) => {
        this.blocks += bytes.length / 64;
        hash.update(bytes);
      },
      digest: () => hash.digest(),
    };
  }
}

describe("an alert", () => {
  function alerted(level: number, description: number, options: TlsWorldOptions = {}): TlsWorld {
    const world = opened(options);
    world.server.alert(level, description);
    return world.run();
  }

  function inHandshake(description: number, suite: TestSuite): TlsWorld {
    const rewrite = () => [{ record: 21, content: Uint8Array.of(2, description) }];
    return new TlsWorld({ suite, server: { rewrite } }).connect();
  }

  test.each([
    [20, "alert-bad-record-mac ssl_psk_key"],
    [51, "alert-decrypt-error ssl_psk_key"],
    [115, "alert-unknown-psk-identity ssl_psk_identity"],
    [40, "alert-handshake-failure ssl_psk_identity"],
    [47, "alert-illegal-parameter ssl_psk_identity"],
    [70, "alert-protocol-version server"],
    [71, "alert-insufficient-security ssl_cipher_suites"],
    [80, "alert-internal-error"],
    [200, "alert-alert-200"],
  ])("%i in a handshake with a pre-shared key is %s", (description, failure) => {
    const world = inHandshake(description, PSK_GCM);
    expect(world.failure).toBe(failure);
    // Nothing is answered to a fatal alert.
    expect(world.server.alerts).toEqual([]);
  });

  test.each([
    [40, "alert-handshake-failure ssl_cert"],
    [42, "alert-bad-certificate ssl_cert"],
    [45, "alert-certificate-expired ssl_cert"],
    [48, "alert-unknown-ca ssl_cert"],
    [51, "alert-decrypt-error ssl_key"],
    [112, "alert-unrecognized-name server"],
    [116, "alert-certificate-required ssl_cert"],
    [120, "alert-no-application-protocol ssl_alpn"],
    [20, "alert-bad-record-mac"],
  ])("%i in a handshake with certificates is %s", (description, failure) => {
    expect(inHandshake(description, ECDHE_ECDSA_GCM).failure).toBe(failure);
  });

  test("after the handshake is not blamed on what was agreed on", () => {
    expect(alerted(2, 20).failure).toBe("alert-bad-record-mac");
    expect(alerted(2, 80).failure).toBe("alert-internal-error");
    expect(alerted(2, 48, { suite: ECDHE_ECDSA_GCM }).failure).toBe("alert-unknown-ca");
  });

  test("that is a warning changes nothing, in the handshake as after it", () => {
    const world = alerted(1, 112);
    expect([world.client.state, world.server.alerts]).toEqual(["open", []]);
    const rewrite = (steps: readonly Step[]) => [{ record: 21, content: Uint8Array.of(1, 112) }, ...steps];
    expect(new TlsWorld({ server: { rewrite } }).connect().client.state).toBe("open");
  });

  test("that is a warning does so only a number of times", () => {
    const world = opened();
    for (let i = 0; i < 16; i += 1) world.server.alert(1, 112);
    expect(world.run().client.state).toBe("open");
    world.server.alert(1, 112);
    world.run();
    expect([world.failure, world.server.alerts]).toEqual(["unexpected-message", ["2 10"]]);
    const flood = Array.from({ length: 17 }, () => ({ record: 21, content: Uint8Array.of(1, 90) }));
    const early = new TlsWorld({ server: { rewrite: () => flood } }).connect();
    expect([early.failure, early.server.alerts]).toEqual(["unexpected-message", ["2 10"]]);
  });

  test.each([
    ["of level 0", Uint8Array.of(0, 20), "malformed-message", "2 47"],
    ["of level 3", Uint8Array.of(3, 20), "malformed-message", "2 47"],
    ["of one byte", Uint8Array.of(2), "malformed-message", "2 50"],
    ["of three bytes", Uint8Array.of(1, 112, 0), "malformed-message", "2 50"],
  ])("%s is refused", (_name, content, failure, alert) => {
    const world = opened();
    expectRefused(
      world,
      sealed(world, () => world.server.sendRecord(21, content)),
      failure,
      alert,
    );
  });

  test("of fatal goodbye is a goodbye", () => {
    const world = alerted(2, 0);
    expect([world.client.state, world.failure, world.server.alerts]).toEqual(["closed", undefined, ["1 0"]]);
  });
});

describe("a request to renegotiate", () => {
  test("is declined, and the connection goes on [RFC 5246 7.4.1.1]", () => {
    const world = opened();
    world.server.sendMessage(0, new Uint8Array(0));
    world.server.send(numbered(4));
    world.run();
    expect([world.client.state, world.server.alerts]).toEqual(["open", ["1 100"]]);
    expect(world.received).toEqual(numbered(4));
  });

  test("is declined only a number of times, however many stand in a record", () => {
    const world = opened();
    world.server.sendRecord(22, new Uint8Array(4 * 40));
    world.run();
    expect(world.failure).toBe("unexpected-message");
    // One answer at a time is enough.
    expect(world.server.alerts).toEqual(["1 100", "2 10"]);
  });
});
