import { describe, expect, test } from "vitest";
import type { Arithmetic } from "../../../src/transport/crypto/arithmetic.js";
import { bigintOf } from "../../../src/transport/crypto/big-endian.js";
import type { HashName } from "../../../src/transport/crypto/crypto.js";
import type { RsaPrivateKey, RsaPublicKey } from "../../../src/transport/crypto/strict-rsa.js";
import { isConsistent, signRsa, verifyRsa } from "../../../src/transport/crypto/strict-rsa.js";
import { bytesFromHex } from "../../mqtt/support/hex.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const LENGTH = 256;
const digest = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const sha256Info = bytesFromHex("30 31 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20");

const modulus = new Uint8Array(LENGTH).fill(0xc5);
const key: RsaPublicKey = { type: "rsa", modulus, exponent: Uint8Array.of(1, 0, 1) };
const signature = new Uint8Array(LENGTH).fill(0x11);

/** 00 01, `padding` bytes of ff, 00, and what follows; filled up with zeros, as garbage at the end would be. */
function message(padding: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  bytes[1] = 0x01;
  bytes.fill(0xff, 2, 2 + padding);
  let offset = 3 + padding;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Whether a signature passes that decrypts to `bytes`. */
function passes(bytes: Uint8Array, hash: HashName = "SHA256", of: Uint8Array = digest): boolean {
  const arithmetic = new BigArithmetic();
  arithmetic.power = () => bigintOf(bytes);
  return verifyRsa(arithmetic, key, hash, of, signature);
}

const FULL = LENGTH - 3 - sha256Info.length - digest.length;
const good = message(FULL, sha256Info, digest);

describe("RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2)", () => {
  test("accepts the one encoding there is", () => {
    expect(passes(good)).toBe(true);
    for (let i = 0; i < LENGTH; i += 1) {
      const bytes = good.slice();
      bytes[i] = (bytes[i] as number) ^ 0x04;
      expect(passes(bytes)).toBe(false);
    }
  });

  test.each([
    ["SHA384", 48, "30 41 30 0d 06 09 60 86 48 01 65 03 04 02 02 05 00 04 30"],
    ["SHA512", 64, "30 51 30 0d 06 09 60 86 48 01 65 03 04 02 03 05 00 04 40"],
  ] as const)("knows the DigestInfo of %s (section 9.2, note 1)", (hash, length, info) => {
    const of = new Uint8Array(length).fill(7);
    expect(passes(message(LENGTH - 22 - length, bytesFromHex(info), of), hash, of)).toBe(true);
    expect(passes(message(LENGTH - 22 - length, bytesFromHex(info), of), "SHA256", of)).toBe(false);
  });

  test.each([
    ["garbage after the digest", message(8, sha256Info, digest, new Uint8Array(64).fill(9))],
    ["padding that is a byte short", message(FULL - 1, sha256Info, digest)],
    ["no padding at all", message(0, sha256Info, digest)],
    ["a digest that is cut off", message(FULL + 1, sha256Info, digest.subarray(0, 31))],
    [
      "no NULL",
      message(FULL + 2, bytesFromHex("30 2f 30 0b 06 09 60 86 48 01 65 03 04 02 01 04 20"), digest),
    ],
    [
      "a length in BER",
      message(FULL - 1, bytesFromHex("30 81 31 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20"), digest),
    ],
    [
      "another length in BER",
      message(FULL - 1, bytesFromHex("30 32 30 81 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20"), digest),
    ],
    [
      "parameters with a content",
      message(
        FULL - 2,
        bytesFromHex("30 33 30 0f 06 09 60 86 48 01 65 03 04 02 01 05 02 aa bb 04 20"),
        digest,
      ),
    ],
    [
      "the DigestInfo of SHA-384",
      message(FULL, bytesFromHex("30 31 30 0d 06 09 60 86 48 01 65 03 04 02 02 05 00 04 20"), digest),
    ],
    [
      "the DigestInfo of SHA-1",
      message(FULL + 4, bytesFromHex("30 2d 30 09 06 05 2b 0e 03 02 1a 05 00 04 20"), digest),
    ],
    ["no DigestInfo", message(FULL + 19, digest)],
    ["padding for encryption", good.map((byte, i) => (i === 1 ? 2 : byte))],
    ["block type 0", good.map((byte, i) => (i === 1 ? 0 : byte))],
    ["a zero in the padding", good.map((byte, i) => (i === 20 ? 0 : byte))],
    ["nothing", new Uint8Array(LENGTH)],
  ])("refuses %s", (_name, bytes) => {
    expect(passes(bytes)).toBe(false);
  });

  test("a digest has the length of its hash", () => {
    const of = new Uint8Array(48).fill(7);
    expect(passes(message(LENGTH - 22 - 48, sha256Info, of), "SHA256", of)).toBe(false);
  });

  test("SHA-1 is not known", () => {
    const info = bytesFromHex("30 21 30 09 06 05 2b 0e 03 02 1a 05 00 04 14");
    const of = new Uint8Array(20).fill(7);
    expect(passes(message(LENGTH - 18 - 20, info, of), "SHA1", of)).toBe(false);
  });

  test("a signature has the length of the modulus, and is less (section 5.2.2)", () => {
    const asked: bigint[] = [];
    const arithmetic = new BigArithmetic();
    arithmetic.power = (base) => {
      asked.push(base);
      return bigintOf(good);
    };
    const tryOut = (bytes: Uint8Array): boolean => verifyRsa(arithmetic, key, "SHA256", digest, bytes);
    expect(tryOut(signature.subarray(1))).toBe(false);
    expect(tryOut(Uint8Array.of(0, ...signature))).toBe(false);
    expect(tryOut(new Uint8Array(0))).toBe(false);
    expect(tryOut(modulus)).toBe(false);
    expect(tryOut(modulus.map((byte, i) => (i === LENGTH - 1 ? byte + 1 : byte)))).toBe(false);
    expect(asked).toEqual([]);
    expect(tryOut(modulus.map((byte, i) => (i === LENGTH - 1 ? byte - 1 : byte)))).toBe(true);
    expect(asked).toEqual([bigintOf(modulus) - 1n]);
  });

  test.each([
    ["a modulus of 2047 bits", { modulus: modulus.map((byte, i) => (i === 0 ? 0x7f : byte)) }],
    ["a modulus with a leading zero", { modulus: modulus.map((byte, i) => (i === 0 ? 0 : byte)) }],
    ["an even modulus", { modulus: modulus.map((byte) => byte & 0xfe) }],
    ["a modulus of 4104 bits", { modulus: new Uint8Array(513).fill(0xff) }],
    ["no modulus", { modulus: new Uint8Array(0) }],
    ["the exponent 1", { exponent: Uint8Array.of(1) }],
    ["an even exponent", { exponent: Uint8Array.of(1, 0, 0) }],
    ["an exponent of 33 bits", { exponent: Uint8Array.of(1, 0, 0, 0, 1) }],
    ["no exponent", { exponent: new Uint8Array(0) }],
  ])("%s is never given to the arithmetic", (_name, more) => {
    const unreachable = (): never => {
      throw new Error("the arithmetic was asked");
    };
    const arithmetic: Arithmetic = {
      power: unreachable,
      inverse: unreachable,
      multiply: unreachable,
      multiplyTwo: unreachable,
    };
    const bad = { ...key, ...more };
    expect(verifyRsa(arithmetic, bad, "SHA256", digest, new Uint8Array(bad.modulus.length))).toBe(false);
  });
});

describe("an RSA key that contradicts itself", () => {
  const one = Uint8Array.of(1);
  const pair = (prime1: Uint8Array, prime2: Uint8Array): RsaPrivateKey => ({
    ...key,
    privateExponent: one,
    prime1,
    prime2,
  });

  test.each([
    ["a prime of 1", pair(one, modulus)],
    ["a prime of 0", pair(Uint8Array.of(0), modulus)],
    ["no prime", pair(new Uint8Array(0), new Uint8Array(0))],
    ["the same prime twice", pair(modulus, modulus)],
    ["other primes", pair(Uint8Array.of(3), Uint8Array.of(5))],
  ])("with %s signs nothing", (_name, bad) => {
    expect(isConsistent(bad)).toBe(false);
    const random = (byteLength: number): Uint8Array => new Uint8Array(byteLength).fill(1);
    expect(() => signRsa(new BigArithmetic(), bad, "SHA256", digest, random)).toThrow("contradicts itself");
  });
});
