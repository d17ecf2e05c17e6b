/**
 * The cryptography of a board, over a stand-in for the SDK's library; with the library itself it is tested in
 * `test/sdk/crypto.test.ts`.
 */

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { gatherEntropy } from "../../../firmware/platform/entropy.js";
import type { ArithmeticModules, SdkPoint } from "../../../firmware/platform/moddable-arithmetic.js";
import { ModdableArithmetic } from "../../../firmware/platform/moddable-arithmetic.js";
import { ModdableCrypto } from "../../../firmware/platform/moddable-crypto.js";
import { hmacOf } from "../../../firmware/platform/moddable-hash.js";
import { RandomBytes } from "../../../firmware/platform/random-bytes.js";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { curveOf } from "../../../src/transport/crypto/curve.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";
import { FAKE_CRYPT } from "./fake-crypt.js";

const node = new NodeCrypto();
const plain = new BigArithmetic();
const board = new ModdableCrypto({
  crypt: FAKE_CRYPT,
  arithmetic: plain,
  random: (byteLength) => node.random(byteLength),
});

/** A view that does not start its buffer. */
function bytes(byteLength: number): Uint8Array {
  const view = new Uint8Array(byteLength + 5).subarray(5);
  view.set(randomBytes(byteLength));
  return view;
}

describe("the cryptography of a board", () => {
  test.each(["SHA1", "SHA256", "SHA384", "SHA512"] as const)("hashes with %s as Node", (name) => {
    for (const length of [0, 1, 64, 200]) {
      const [ours, theirs] = [board.hash(name), node.hash(name)];
      const part = bytes(length);
      for (const hash of [ours, theirs]) hash.update(part);
      expect(ours.digest()).toEqual(theirs.digest());
      for (const hash of [ours, theirs]) hash.update(part);
      expect(ours.digest()).toEqual(theirs.digest());
      for (const keyLength of [0, 20, 64, 65, 128, 129]) {
        const key = bytes(keyLength);
        expect(board.hmac(name, key, part, part)).toEqual(node.hmac(name, key, part, part));
      }
    }
  });

  test("seals as Node, and opens only what was not changed", () => {
    for (const length of [0, 1, 16, 100]) {
      const [key, nonce, data, plaintext] = [bytes(16), bytes(12), bytes(13), bytes(length)] as const;
      const gcm = board.aesGcm(key);
      const sealed = gcm.seal(nonce, data, plaintext);
      expect(sealed).toEqual(node.aesGcm(key).seal(nonce, data, plaintext));
      expect(gcm.open(nonce, data, sealed)).toEqual(new Uint8Array(plaintext));
      for (let index = 0; index < sealed.length; index += 1) {
        const changed = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 0x80 : byte));
        expect(gcm.open(nonce, data, changed)).toBeUndefined();
      }
      expect(gcm.open(nonce, data, sealed.subarray(0, 15))).toBeUndefined();
    }
  });

  test("chains blocks as Node", () => {
    for (const length of [0, 16, 48]) {
      const [key, iv, plaintext] = [bytes(16), bytes(16), bytes(length)] as const;
      const encrypted = board.aesCbc(key).encrypt(iv, plaintext);
      expect(encrypted).toEqual(node.aesCbc(key).encrypt(iv, plaintext));
      expect(board.aesCbc(key).decrypt(iv, encrypted)).toEqual(new Uint8Array(plaintext));
    }
  });

  test("agrees, signs and verifies", () => {
    const [ours, theirs] = [board.keyAgreement(), node.keyAgreement()];
    expect(ours.agree(theirs.publicKey)).toEqual(theirs.agree(ours.publicKey));
    const { d, x, y } = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
      format: "jwk",
    });
    const [scalar, ...point] = [d, x, y].map((text) => Buffer.from(text ?? "", "base64url")) as [
      Buffer,
      ...Buffer[],
    ];
    const data = bytes(100);
    const signature = board.sign({ type: "ec", curve: "P-256", scalar }, "SHA256", data);
    const key = { type: "ec", curve: "P-256", point: Buffer.concat([Buffer.of(4), ...point]) } as const;
    expect(node.verify(key, "SHA256", data, signature)).toBe(true);
    expect(board.verify(key, "SHA256", data, signature)).toBe(true);
    expect(board.verify(key, "SHA384", data, signature)).toBe(false);
  });
});

describe("the arithmetic of a board", () => {
  const curve = curveOf("P-256");

  /** What the SDK's modules are asked, with the answers of plain arithmetic. */
  function world() {
    const used: string[] = [];
    const points: SdkPoint[] = [];
    const affine = ({ x, y, z }: SdkPoint) => {
      const inverse = plain.inverse(z, curve.prime);
      return { x: (x * inverse ** 2n) % curve.prime, y: (y * inverse ** 3n) % curve.prime };
    };
    const answer = (point: { x: bigint; y: bigint } | undefined) =>
      point === undefined ? { x: 7n, y: 7n, z: 0n } : { ...point, z: 1n };
    const modules: ArithmeticModules = {
      Modular: class {
        readonly #modulus: bigint;
        constructor(modulus: bigint) {
          this.#modulus = modulus;
        }
        exp(base: bigint, exponent: bigint) {
          used.push("Modular");
          return plain.power(base, exponent, this.#modulus);
        }
        mulinv(value: bigint) {
          if (value === 0n) throw new Error("this would never return");
          return plain.inverse(value, this.#modulus);
        }
      },
      Mont: class {
        readonly #modulus: bigint;
        constructor({ m }: { readonly m: bigint }) {
          this.#modulus = m;
        }
        exp(base: bigint, exponent: bigint) {
          used.push("Mont");
          return plain.power(base, exponent, this.#modulus);
        }
      },
      EC: class {
        mul(point: SdkPoint, scalar: bigint) {
          points.push(point);
          return answer(
            scalar % curve.order === 0n ? undefined : plain.multiply(curve, affine(point), scalar),
          );
        }
        mul2(point1: SdkPoint, u1: bigint, point2: SdkPoint, u2: bigint) {
          points.push(point1, point2);
          expect(affine(point1)).toEqual(curve.generator);
          return answer(plain.multiplyTwo(curve, u1, affine(point2), u2));
        }
      },
    };
    return { used, points, arithmetic: new ModdableArithmetic(modules, (length) => node.random(length)) };
  }

  test("takes the numbers of other people's keys to the module that cannot be exhausted", () => {
    const { used, arithmetic } = world();
    const modulus = 2n ** 127n - 1n;
    expect(arithmetic.power(3n, 65_537n, modulus)).toBe(plain.power(3n, 65_537n, modulus));
    expect(arithmetic.power(3n, 2n ** 32n - 1n, modulus)).toBe(plain.power(3n, 2n ** 32n - 1n, modulus));
    expect(arithmetic.power(3n, 2n ** 32n, modulus)).toBe(plain.power(3n, 2n ** 32n, modulus));
    expect(used).toEqual(["Modular", "Modular", "Mont"]);
  });

  test("throws where the SDK would not return or be wrong", () => {
    const { arithmetic } = world();
    expect(arithmetic.inverse(3n, 7n)).toBe(5n);
    expect(() => arithmetic.inverse(0n, 7n)).toThrow(RangeError);
    expect(() => arithmetic.inverse(3n, 8n)).toThrow(RangeError);
    expect(() => arithmetic.power(3n, 3n, 8n)).toThrow(RangeError);
  });

  test("multiplies points, each time hidden behind another random coordinate", () => {
    const { points, arithmetic } = world();
    const { generator, order } = curve;
    const five = plain.multiply(curve, generator, 5n) as { x: bigint; y: bigint };
    expect(arithmetic.multiply(curve, generator, 5n)).toEqual(five);
    expect(arithmetic.multiply(curve, generator, order)).toBeUndefined();
    expect(arithmetic.multiplyTwo(curve, 2n, five, 3n)).toEqual(plain.multiply(curve, generator, 17n));
    expect(arithmetic.multiplyTwo(curve, order - 5n, five, 1n)).toBeUndefined();
    expect(new Set(points.map(({ z }) => z)).size).toBe(6);
  });
});

describe("the random bytes of a board", () => {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]) => hmacOf(FAKE_CRYPT.Digest, "SHA256", key, parts);

  test("are other ones with each use, even if nothing new is at hand, and as many as were asked for", () => {
    const random = new RandomBytes(hmac, () => new Uint8Array(0));
    const taken = [0, 1, 31, 32, 33, 100].map((byteLength) => random.take(byteLength));
    expect(taken.map(({ length }) => length)).toEqual([0, 1, 31, 32, 33, 100]);
    const starts = taken.slice(2).map((part) => part.subarray(0, 16).join());
    expect(new Set(starts).size).toBe(4);
  });

  test("are the same for the same entropy, and change with that of each use", () => {
    const take = (...entropy: number[]) => {
      const random = new RandomBytes(hmac, () => Uint8Array.of(entropy.shift() ?? 0));
      return [random.take(16), random.take(16)].map((part) => part.join());
    };
    expect(take(1, 2, 3)).toEqual(take(1, 2, 3));
    const [first, second] = take(1, 2, 3);
    expect(take(1, 2, 4)[0]).toBe(first);
    expect(take(1, 2, 4)[1]).not.toBe(second);
    expect(take(9, 2, 3)[0]).not.toBe(first);
  });

  test("have in them everything that is at hand", () => {
    const clock = new VirtualClock();
    const sources = { random: () => 0.25, clock, systemTime: () => 5, mac: () => undefined };
    const RNG = { get: (byteLength: number) => new ArrayBuffer(byteLength) };
    const seeds = [
      gatherEntropy({ ...sources, RNG }),
      gatherEntropy({ ...sources, RNG, random: () => 0.75 }),
      gatherEntropy({ ...sources, RNG, systemTime: () => 6 }),
      gatherEntropy({ ...sources, RNG, mac: () => "24:0a:c4:00:00:01" }),
      gatherEntropy({ ...sources, RNG: { get: (length) => new Uint8Array(length).fill(1).buffer } }),
    ];
    clock.advance(1);
    seeds.push(gatherEntropy({ ...sources, RNG }));
    expect(new Set(seeds.map((seed) => seed.join())).size).toBe(seeds.length);
    for (const seed of seeds) expect(seed.length).toBeGreaterThanOrEqual(176);
  });
});
