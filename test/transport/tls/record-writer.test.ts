/** How much plaintext fits into so much room, in each mode of protection. */

import { describe, expect, test } from "vitest";
import { CbcSealer } from "../../../src/transport/tls/cbc-records.js";
import { EtmSealer } from "../../../src/transport/tls/etm-records.js";
import { GcmSealer } from "../../../src/transport/tls/gcm-records.js";
import { PlainSealer } from "../../../src/transport/tls/plain-records.js";
import type { RecordSealer } from "../../../src/transport/tls/record.js";
import { FRAGMENT_LENGTH, RecordWriter } from "../../../src/transport/tls/record-writer.js";
import { PlainCrypto } from "./support/plain-crypto.js";

/** Does nothing but make things as long as they should be. */
class HollowCrypto extends PlainCrypto {
  override hmac(): Uint8Array {
    return new Uint8Array(32);
  }

  override aesGcm() {
    return {
      seal: (_nonce: Uint8Array, _data: Uint8Array, plaintext: Uint8Array) =>
        new Uint8Array(plaintext.length + 16),
      open: () => undefined,
    };
  }

  override aesCbc() {
    const same = (_iv: Uint8Array, bytes: Uint8Array) => {
      expect(bytes.length % 16).toBe(0);
      return bytes;
    };
    return { encrypt: same, decrypt: same };
  }
}

const crypto = new HollowCrypto();
const key = () => new Uint8Array(16);
const MODES: readonly (readonly [string, () => RecordSealer])[] = [
  ["plain", () => new PlainSealer()],
  ["GCM", () => new GcmSealer(crypto, key(), new Uint8Array(4))],
  ["CBC", () => new CbcSealer(crypto, key(), new Uint8Array(32))],
  ["encrypt-then-MAC", () => new EtmSealer(crypto, key(), new Uint8Array(32))],
];

function drained(writer: RecordWriter): number {
  let byteLength = 0;
  for (;;) {
    const bytes = writer.next(1_000);
    if (bytes === undefined) return byteLength;
    byteLength += bytes.length;
  }
}

describe.each(MODES)("%s", (_name, sealer) => {
  test("a record is as long as it says", () => {
    const instance = sealer();
    for (let byteLength = 0; byteLength < 70; byteLength += 1) {
      expect(instance.seal(23, new Uint8Array(byteLength)).length).toBe(instance.sealedLength(byteLength));
    }
  });

  test("all the room is used, and never more", () => {
    const writer = new RecordWriter();
    const instance = sealer();
    writer.protect(instance);
    for (let room = 0; room < 2 * instance.sealedLength(FRAGMENT_LENGTH) + 60; room += 1) {
      const byteLength = writer.capacity(room);
      const rest = byteLength % FRAGMENT_LENGTH;
      const full = ((byteLength - rest) / FRAGMENT_LENGTH) * instance.sealedLength(FRAGMENT_LENGTH);
      const needed = (plaintext: number) => full + (plaintext === 0 ? 0 : instance.sealedLength(plaintext));
      expect(needed(rest)).toBeLessThanOrEqual(room);
      expect(needed(rest + 1)).toBeGreaterThan(room);
      if (room % 100 > 0 || byteLength === 0) continue;
      writer.write(23, new Uint8Array(byteLength));
      expect(writer.capacity(0)).toBe(0);
      expect(drained(writer)).toBe(needed(rest));
    }
  });
});

describe("what is to be sent", () => {
  test("comes in parts as small as asked for, each byte once", () => {
    const writer = new RecordWriter();
    writer.write(23, Uint8Array.of(1, 2, 3));
    writer.write(21, Uint8Array.of(4, 5));
    const bytes: number[] = [];
    for (const limit of [1, 4, 2, 100, 3, 3, 3]) bytes.push(...(writer.next(limit) ?? []));
    expect(bytes).toEqual([23, 3, 3, 0, 3, 1, 2, 3, 21, 3, 3, 0, 2, 4, 5]);
    expect(writer.next(100)).toBeUndefined();
  });

  test("is nothing when it was discarded, even in the middle of a record", () => {
    const writer = new RecordWriter();
    writer.write(23, Uint8Array.of(1, 2, 3));
    writer.next(2);
    writer.discard();
    expect(writer.next(100)).toBeUndefined();
    writer.write(21, Uint8Array.of(4));
    expect(writer.next(100)).toEqual(Uint8Array.of(21, 3, 3, 0, 1, 4));
  });
});
