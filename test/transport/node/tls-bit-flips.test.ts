/** Every bit that the server sends, turned over on its way: no handshake succeeds, and nothing false is read. */

import { describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { numberOf, publicPoint } from "../tls/support/p256.js";
import type { TlsWorldOptions } from "../tls/support/tls-world.js";
import { ECDHE_ECDSA_GCM, ECDHE_PSK_CBC, PSK_CBC, PSK_GCM, TlsWorld } from "../tls/support/tls-world.js";
import { uint16, vector16 } from "../tls/support/wire.js";

const crypto = new NodeCrypto();
const scalar = crypto.random(32).fill(1, 0, 1);
const pair = {
  certificate: publicPoint(numberOf(scalar)),
  privateKey: { type: "ec", curve: "P-256", scalar },
} as const;
const credentials = { clientCredentials: { certificates: [pair.certificate], privateKey: pair.privateKey } };
const certificateRequest = Uint8Array.of(1, 64, ...vector16(uint16(0x0403)), ...vector16(new Uint8Array(0)));

const CASES: readonly (readonly [string, TlsWorldOptions])[] = [
  ["PSK, GCM", { suite: PSK_GCM, server: { hint: Uint8Array.of(1, 2, 3) } }],
  ["PSK, CBC, encrypt-then-MAC", { suite: PSK_CBC }],
  ["PSK, CBC, MAC-then-encrypt", { suite: PSK_CBC, server: { extensions: { 22: undefined } } }],
  ["PSK without the extended master secret", { suite: PSK_GCM, server: { extensions: { 23: undefined } } }],
  ["ECDHE, PSK", { suite: ECDHE_PSK_CBC }],
  ["ECDHE, ECDSA", { suite: ECDHE_ECDSA_GCM, pair, client: credentials, server: { certificateRequest } }],
];

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

/** The whole of it, with data at the end. `wire` gets the bytes with their place in the stream. */
function run(options: TlsWorldOptions, wire: (bytes: Uint8Array, start: number) => Uint8Array): TlsWorld {
  let start = 0;
  const world = new TlsWorld({
    crypto,
    ...options,
    wire: (bytes) => {
      const changed = wire(bytes, start);
      start += bytes.length;
      return changed;
    },
  }).connect();
  if (world.server.isOpen) world.server.send(DATA);
  return world.run();
}

describe.each(CASES)("%s", (_name, options) => {
  let length = 0;
  let handshakeLength = 0;
  const whole = run(options, (bytes, start) => {
    handshakeLength = length;
    length = start + bytes.length;
    return bytes;
  });

  test("goes well when nothing is changed", () => {
    expect([whole.client.state, whole.received]).toEqual(["open", DATA]);
    expect(handshakeLength).toBeGreaterThan(100);
  });

  test("fails when any bit is changed", () => {
    // Where each handshake takes long, one bit of each byte.
    const isSlow = options.suite === ECDHE_PSK_CBC || options.suite === ECDHE_ECDSA_GCM;
    for (let place = 0; place < length; place += 1) {
      for (let bit = isSlow ? place % 8 : 0; bit < 8; bit += isSlow ? 8 : 1) {
        let isChanged = false;
        const world = run(options, (bytes, start) => {
          const copy = bytes.slice();
          const index = place - start;
          if (index >= 0 && index < copy.length) {
            copy[index] = (copy[index] as number) ^ (1 << bit);
            isChanged = true;
          }
          return copy;
        });
        // Signatures are not always of the same length.
        if (!isChanged) continue;
        // The minor version of the first record may be anything (RFC 5246 E.1), and is all that nothing protects.
        const isHarmless = place === 2;
        const { client, received } = world;
        expect([place, bit, received]).toEqual([place, bit, isHarmless ? DATA : new Uint8Array(0)]);
        if (place < handshakeLength - 8) expect(client.state === "open").toBe(isHarmless);
        client.lost();
        expect(client.state).toBe("closed");
        expect(client.cause).toBeInstanceOf(Error);
      }
    }
  });
});
