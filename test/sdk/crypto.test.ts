/**
 * The device's cryptography on the SDK's own engine and crypt library, in a program for the command line: published
 * vectors, and whatever else against OpenSSL as it is in Node. A longer file than most, since the program is built once
 * for all of it, which takes longer than the tests.
 */

import { spawnSync } from "node:child_process";
import {
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  generateKeyPairSync,
  randomBytes,
  randomInt,
  sign,
  verify,
} from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HashName } from "../../src/transport/crypto/crypto.js";
import type { Operation, Result } from "./crypto-program/main.js";
import { BUILD_TIMEOUT, buildProgram, MODDABLE, needsSdk } from "./support/sdk.js";

const HASHES: readonly HashName[] = ["SHA1", "SHA256", "SHA384", "SHA512"];
const SIGNING_HASHES: readonly HashName[] = ["SHA256", "SHA384", "SHA512"];
const OUTPUT_LIMIT = 64 * 1024 * 1024;

let folder = "";
let program = "";

function run(operations: readonly Operation[]): readonly Result[] {
  const input = JSON.stringify(operations);
  const { status, stdout, stderr } = spawnSync(program, { input, encoding: "utf8", maxBuffer: OUTPUT_LIMIT });
  if (status !== 0) throw new Error(`the program failed: ${stderr}`);
  return JSON.parse(stdout) as Result[];
}

function runOne(operation: Operation): Result | undefined {
  return run([operation])[0];
}

/** Operations with their expected results, run together. */
class Cases {
  readonly #operations: Operation[] = [];
  readonly #results: Result[] = [];

  add(operation: Operation, result: Result): void {
    this.#operations.push(operation);
    this.#results.push(result);
  }

  check(): void {
    const results = run(this.#operations);
    const wrong = this.#operations.filter(
      (_operation, index) => JSON.stringify(results[index]) !== JSON.stringify(this.#results[index]),
    );
    expect(wrong).toEqual([]);
  }
}

function hex(bytes: Uint8Array | string | undefined): string {
  return (typeof bytes === "string" ? Buffer.from(bytes, "base64url") : Buffer.from(bytes ?? [])).toString(
    "hex",
  );
}

function compact(text: string): string {
  return text.replaceAll(/\s/g, "").toLowerCase();
}

describe.skipIf(MODDABLE === undefined)(needsSdk("the device's cryptography"), () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "reed-sdk-"));
    program = buildProgram(folder, "crypto-program");
  }, BUILD_TIMEOUT);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('hashes "abc" as FIPS 180-4\'s examples do', () => {
    const digests = HASHES.map((hash) => runOne({ do: "hash", hash, parts: ["616263"] }));
    expect(digests).toEqual([
      ["a9993e364706816aba3e25717850c26c9cd0d89d"],
      ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [
        compact(`cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed
          8086072ba1e7cc2358baeca134c825a7`),
      ],
      [
        compact(`ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
          2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f`),
      ],
    ]);
  });

  test("makes HMACs as test cases 1, 2, 3 and 6 of RFC 4231", () => {
    const cases = [
      ["0b".repeat(20), hex(Buffer.from("Hi There"))],
      [hex(Buffer.from("Jefe")), hex(Buffer.from("what do ya want for nothing?"))],
      ["aa".repeat(20), "dd".repeat(50)],
      ["aa".repeat(131), hex(Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First"))],
    ] as const;
    const codes = cases.map(([key, data]) => runOne({ do: "hmac", hash: "SHA256", key, parts: [data] }));
    expect(codes).toEqual([
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ]);
    const [key, data] = cases[0];
    expect(runOne({ do: "hmac", hash: "SHA384", key, parts: [data] })).toBe(
      compact(`afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c
        faea9ea9076ede7f4af152e8b2fa9cb6`),
    );
  });

  test("hashes in parts, of any length, with digests in between, as OpenSSL", () => {
    const cases = new Cases();
    for (const hash of HASHES) {
      for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000]) {
        const data = randomBytes(length);
        const once = createHash(hash).update(data).digest("hex");
        const twice = createHash(hash).update(data).update(data).digest("hex");
        cases.add({ do: "hash", hash, parts: [hex(data), "", hex(data)] }, [once, once, twice]);
        for (const keyLength of [0, 1, 64, 65, 128, 129]) {
          const key = randomBytes(keyLength);
          const code = createHmac(hash, key).update(data).update(data).digest("hex");
          cases.add({ do: "hmac", hash, key: hex(key), parts: [hex(data), "", hex(data)] }, code);
        }
      }
    }
    cases.check();
  });

  test("seals as test cases 1 to 4 of the specification of GCM", () => {
    const key = "feffe9928665731c6d6a8f9467308308";
    const nonce = "cafebabefacedbaddecaf888";
    const data = compact(`d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
      1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255`);
    const sealed = compact(`42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
      21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985`);
    const cases = new Cases();
    const zero = { key: "00".repeat(16), nonce: "00".repeat(12), aad: "" };
    cases.add({ do: "seal", ...zero, data: "" }, "58e2fccefa7e3061367f1d57a4e7455a");
    cases.add(
      { do: "seal", ...zero, data: "00".repeat(16) },
      "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
    );
    cases.add({ do: "seal", key, nonce, aad: "", data }, `${sealed}4d5c2af327cd64a62cf35abd2ba6fab4`);
    const aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    cases.add(
      { do: "seal", key, nonce, aad, data: data.slice(0, 120) },
      `${sealed.slice(0, 120)}5bc94fbc3221a5db94fae95ae7121a47`,
    );
    cases.check();
  });

  test("seals and opens as OpenSSL, nonces that start with zeros included, and opens nothing that was changed", () => {
    const cases = new Cases();
    for (const length of [0, 1, 15, 16, 17, 32, 100, 255, 16_384]) {
      for (const aadLength of [0, 5, 13, 16, 33]) {
        const [key, nonce, aad, data] = [16, 12, aadLength, length].map((size) => randomBytes(size)) as [
          Buffer,
          Buffer,
          Buffer,
          Buffer,
        ];
        if (aadLength === 13) nonce.fill(0, 0, 8);
        const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(aad);
        const sealed = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
        const with_ = { key: hex(key), nonce: hex(nonce), aad: hex(aad) };
        cases.add({ do: "seal", ...with_, data: hex(data) }, hex(sealed));
        cases.add({ do: "open", ...with_, data: hex(sealed) }, hex(data));
        cases.add({ do: "open", ...with_, data: hex(sealed.subarray(0, randomInt(sealed.length))) }, null);
        const index = randomInt(sealed.length);
        sealed[index] = (sealed[index] as number) ^ (1 << randomInt(8));
        cases.add({ do: "open", ...with_, data: hex(sealed) }, null);
      }
    }
    cases.check();
  });

  test("chains blocks as SP 800-38A section F.2.1, and as OpenSSL", () => {
    const cases = new Cases();
    const add = (key: string, iv: string, data: string, encrypted: string) => {
      cases.add({ do: "encrypt", key, iv, data }, encrypted);
      cases.add({ do: "decrypt", key, iv, data: encrypted }, data);
    };
    add(
      "2b7e151628aed2a6abf7158809cf4f3c",
      "000102030405060708090a0b0c0d0e0f",
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
      "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
    );
    for (const length of [0, 16, 48, 1024, 16_384]) {
      const [key, iv, data] = [randomBytes(16), randomBytes(16), randomBytes(length)];
      const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
      add(hex(key), hex(iv), hex(data), hex(Buffer.concat([cipher.update(data), cipher.final()])));
    }
    cases.check();
  });

  test("agrees on a key as RFC 5903 section 8.1", () => {
    const secret = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433";
    const peer = compact(`04
      d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63
      56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab`);
    // The secret is 1 more than the random bytes, of which there are 8 more than it has.
    const random = (BigInt(`0x${secret}`) - 1n).toString(16).padStart(80, "0");
    expect(runOne({ do: "agree", peer, random })).toEqual([
      compact(`04
        dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180
        5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3`),
      "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
    ]);
  });

  test("agrees with OpenSSL, and with nobody whose point is not on the curve", () => {
    const peers = Array.from({ length: 10 }, () => {
      const peer = createECDH("prime256v1");
      peer.generateKeys();
      return peer;
    });
    const results = run(peers.map((peer) => ({ do: "agree", peer: hex(peer.getPublicKey()) })));
    const publicKeys = new Set<string>();
    for (const [index, peer] of peers.entries()) {
      const [publicKey, shared] = results[index] as readonly [string, string];
      publicKeys.add(publicKey);
      expect(hex(peer.computeSecret(Buffer.from(publicKey, "hex")))).toBe(shared);
    }
    expect(publicKeys.size).toBe(peers.length);
    expect((runOne({ do: "agree", peer: `04${"11".repeat(64)}` }) as readonly string[])[1]).toBe("");
  });

  test.each([
    ["P-256", "prime256v1"],
    ["P-384", "secp384r1"],
  ] as const)("signs and verifies by ECDSA on %s as OpenSSL", (curve, namedCurve) => {
    const cases = new Cases();
    for (let round = 0; round < 4; round += 1) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
      const { x, y, d } = privateKey.export({ format: "jwk" });
      const data = randomBytes(round * 50);
      for (const hash of SIGNING_HASHES) {
        const key = { type: "ec", curve, point: `04${hex(x)}${hex(y)}` } as const;
        const signature = sign(hash, data, privateKey);
        cases.add({ do: "verify", key, hash, data: hex(data), signature: hex(signature) }, true);
        cases.add({ do: "verify", key, hash, data: `${hex(data)}00`, signature: hex(signature) }, false);
        const own = { type: "ec", curve, scalar: hex(d) } as const;
        const ours = runOne({ do: "sign", key: own, hash, data: hex(data) }) as string;
        expect(verify(hash, data, publicKey, Buffer.from(ours, "hex"))).toBe(true);
      }
    }
    cases.check();
  });

  test.each([2048, 3072, 4096])("signs and verifies by RSA with %i bits as OpenSSL", (modulusLength) => {
    const cases = new Cases();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
    const { n, e, d, p, q } = privateKey.export({ format: "jwk" });
    const data = randomBytes(100);
    for (const hash of SIGNING_HASHES) {
      const key = { type: "rsa", modulus: hex(n), exponent: hex(e) } as const;
      const signature = sign(hash, data, privateKey);
      cases.add({ do: "verify", key, hash, data: hex(data), signature: hex(signature) }, true);
      cases.add({ do: "verify", key, hash, data: `${hex(data)}00`, signature: hex(signature) }, false);
      const own = { ...key, privateExponent: hex(d), prime1: hex(p), prime2: hex(q) };
      cases.add({ do: "sign", key: own, hash, data: hex(data) }, hex(signature));
    }
    cases.check();
  });

  test("outlives public keys that are made to exhaust the SDK's temporary numbers", () => {
    const prime = 0xffffffff_00000001_00000000_00000000_00000000_ffffffff_ffffffff_ffffffffn;
    const b = 0x5ac635d8_aa3a93e7_b3ebbd55_769886bc_651d06b0_cc53b0f6_3bce3c3e_27d2604bn;
    const power = (base: bigint, exponent: bigint): bigint => {
      if (exponent === 0n) return 1n;
      const root = power((base * base) % prime, exponent >> 1n);
      return (exponent & 1n) === 1n ? (root * base) % prime : root;
    };
    const inverse = power(2n ** 256n % prime, prime - 2n);
    const cases = new Cases();
    // Points whose x is short in the form that the SDK calculates with: Montgomery's.
    for (let factor = 1n; factor < 20n; factor += 1n) {
      const x = ((factor << 64n) * inverse) % prime;
      const square = ((((x * x - 3n) * x + b) % prime) + prime) % prime;
      const y = power(square, (prime + 1n) / 4n);
      if ((y * y) % prime !== square) continue;
      const point = `04${x.toString(16).padStart(64, "0")}${y.toString(16).padStart(64, "0")}`;
      const key = { type: "ec", curve: "P-256", point } as const;
      for (const signature of ["3006020101020101", "3006020103020107"]) {
        cases.add({ do: "verify", key, hash: "SHA256", data: "", signature }, false);
      }
    }
    const modulus = (2n ** 2048n - 1n).toString(16);
    const base = 2n;
    for (const exponent of [0xf731_9a51n, 0x9f5b_4c35n]) {
      const result = 2n ** (exponent % 2048n);
      const numbers = { base: base.toString(16), exponent: exponent.toString(16), modulus };
      cases.add({ do: "power", ...numbers }, result.toString(16));
    }
    cases.check();
  });

  test("does not calculate without end, or wrongly, with numbers the SDK cannot take", () => {
    expect(() => runOne({ do: "inverse", value: "0", modulus: "11" })).toThrow("0 has no inverse");
    expect(() => runOne({ do: "inverse", value: "3", modulus: "10" })).toThrow("must be odd");
    expect(() => runOne({ do: "power", base: "3", exponent: "3", modulus: "10" })).toThrow("must be odd");
  });

  test("generates random bytes as NIST's test vectors of HMAC_DRBG, SHA-256, without prediction resistance", () => {
    const results = runOne({
      do: "random",
      // Entropy and nonce.
      entropy:
        "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488659ba96c601dc69fc902940805ec0ca8",
      lengths: [128, 128],
    }) as readonly string[];
    expect(results[1]).toBe(
      compact(`e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89
        d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1
        07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668
        961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8`),
    );
  });
});
