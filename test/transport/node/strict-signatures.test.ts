/** The strict signatures against the vectors of RFC 6979, `node:crypto` and the `openssl` command, both ways. */

import { execFileSync } from "node:child_process";
import type { KeyObject } from "node:crypto";
import * as node from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { bytesOf } from "../../../src/transport/crypto/big-endian.js";
import type { HashName, PrivateKey, PublicKey } from "../../../src/transport/crypto/crypto.js";
import { curveOf } from "../../../src/transport/crypto/curve.js";
import { DeterministicNonces } from "../../../src/transport/crypto/deterministic-nonce.js";
import { StrictPublicKey } from "../../../src/transport/crypto/strict-public-key.js";
import { DerReader, TAG } from "../../../src/transport/der.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";
import { VECTORS } from "../crypto/support/rfc6979-vectors.js";

const nodeCrypto = new NodeCrypto();
const arithmetic = new BigArithmetic();
const strict = new StrictPublicKey(arithmetic, nodeCrypto);
const HASHES: readonly HashName[] = ["SHA256", "SHA384", "SHA512"];
const data = new Uint8Array(Buffer.from("data that is signed"));

const directory = mkdtempSync(join(tmpdir(), "signatures-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function bytes(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text ?? "", "base64url"));
}

/** The key in the forms of the port. */
function portKeys(key: KeyObject): { publicKey: PublicKey; privateKey: PrivateKey } {
  const jwk = key.export({ format: "jwk" });
  if (jwk.kty === "RSA") {
    const publicKey = { type: "rsa", modulus: bytes(jwk.n), exponent: bytes(jwk.e) } as const;
    const primes = { prime1: bytes(jwk.p), prime2: bytes(jwk.q) };
    return { publicKey, privateKey: { ...publicKey, privateExponent: bytes(jwk.d), ...primes } };
  }
  const curve = jwk.crv as "P-256" | "P-384";
  const point = Uint8Array.of(4, ...bytes(jwk.x), ...bytes(jwk.y));
  return { publicKey: { type: "ec", curve, point }, privateKey: { type: "ec", curve, scalar: bytes(jwk.d) } };
}

const rsa2048 = node.generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const rsaOfThree = node.generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).privateKey;
const keys: readonly (readonly [name: string, key: KeyObject])[] = [
  ["RSA 2048", rsa2048],
  ["RSA 2048 with the exponent 3", rsaOfThree],
  ["RSA of an odd number of bytes", node.generateKeyPairSync("rsa", { modulusLength: 2056 }).privateKey],
  ["P-256", node.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ["P-384", node.generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
];

describe.each(VECTORS)("on $curve", ({ curve: name, secret, signatures }) => {
  const curve = curveOf(name);
  const key = { type: "ec", curve: name, scalar: bytesOf(secret, curve.byteLength) } as const;

  test.each(signatures)("signs $text with $hash as RFC 6979 appendix A.2 does", ({ hash, text, r, s }) => {
    const signature = strict.sign(key, hash, new Uint8Array(Buffer.from(text)));
    const reader = new DerReader(signature).enter(TAG.SEQUENCE);
    expect(reader.unsignedInteger()).toEqual(minimal(r));
    expect(reader.unsignedInteger()).toEqual(minimal(s));
    reader.finish();
  });

  test("draws another nonce when the first is of no use (RFC 6979 section 3.2, step h.3)", () => {
    const digest = new Uint8Array(32).fill(5);
    const nonces = new DeterministicNonces(curve, secret, "SHA256", digest, nodeCrypto.hmac.bind(nodeCrypto));
    const drawn = [nonces.next(), nonces.next(), nonces.next()];
    expect(new Set(drawn).size).toBe(3);
    for (const nonce of drawn) expect(nonce > 0n && nonce < curve.order).toBe(true);
  });
});

function minimal(value: bigint): Uint8Array {
  return bytesOf(value, Math.ceil(value.toString(16).length / 2));
}

describe.each(keys)("%s", (_name, key) => {
  const { publicKey, privateKey } = portKeys(key);
  const keyFile = join(directory, `${publicKey.type}-${keys.findIndex(([, other]) => other === key)}.pem`);
  writeFileSync(keyFile, key.export({ format: "pem", type: "pkcs8" }));
  const publicFile = `${keyFile}.pub`;
  writeFileSync(publicFile, node.createPublicKey(key).export({ format: "pem", type: "spki" }));

  test.each(HASHES)("what we sign with %s, node:crypto and openssl verify", (hash) => {
    for (let i = 0; i < 8; i += 1) {
      const signed = Uint8Array.of(...data, i);
      const signature = strict.sign(privateKey, hash, signed);
      expect(nodeCrypto.verify(publicKey, hash, signed, signature)).toBe(true);
      expect(strict.verify(publicKey, hash, signed, signature)).toBe(true);
      expect(strict.verify(publicKey, hash, data, signature)).toBe(false);
      // Both are the same each time.
      expect(strict.sign(privateKey, hash, signed)).toEqual(signature);
      if (i > 0) continue;
      writeFileSync(`${keyFile}.sig`, signature);
      writeFileSync(`${keyFile}.data`, signed);
      const args = ["dgst", `-${hash.toLowerCase()}`, "-verify", publicFile, "-signature", `${keyFile}.sig`];
      expect(execFileSync("openssl", [...args, `${keyFile}.data`], { encoding: "utf8" })).toContain("OK");
    }
  });

  test.each(HASHES)(
    "what openssl and node:crypto sign with %s, we verify, and with no byte changed",
    (hash) => {
      writeFileSync(`${keyFile}.data`, data);
      const args = ["dgst", `-${hash.toLowerCase()}`, "-sign", keyFile, `${keyFile}.data`];
      const signature = new Uint8Array(execFileSync("openssl", args));
      expect(strict.verify(publicKey, hash, data, signature)).toBe(true);
      for (let i = 0; i < signature.length; i += 7) {
        const damaged = signature.slice();
        damaged[i] = (damaged[i] as number) ^ (1 << (i % 8));
        expect(strict.verify(publicKey, hash, data, damaged)).toBe(false);
      }
      for (let i = 0; i < 5; i += 1) {
        const signed = Uint8Array.of(...data, i);
        expect(strict.verify(publicKey, hash, signed, nodeCrypto.sign(privateKey, hash, signed))).toBe(true);
      }
    },
  );

  test("SHA-1 neither signs nor verifies", () => {
    const signature = new Uint8Array(node.sign("sha1", data, key));
    expect(strict.verify(publicKey, "SHA1", data, signature)).toBe(false);
    expect(() => strict.sign(privateKey, "SHA1", data)).toThrow("too weak");
  });
});

describe("RSA", () => {
  const { publicKey, privateKey } = portKeys(rsa2048);
  const digest = new Uint8Array(node.createHash("sha256").update(data).digest());
  const info = Buffer.from("3031300d060960864801650304020105000420", "hex");

  /** 00 01, `padding` times ff, 00, `rest`, and zeros, "decrypted" by the private key. */
  function signatureOf(key: KeyObject, padding: number, rest: Uint8Array): Uint8Array {
    const message = new Uint8Array(256);
    message.set([0, 1, ...new Uint8Array(padding).fill(0xff), 0, ...rest]);
    return new Uint8Array(node.privateEncrypt({ key, padding: node.constants.RSA_NO_PADDING }, message));
  }

  const rest = Buffer.concat([info, digest]);
  const withoutNull = Buffer.concat([Buffer.from("302f300b0609608648016503040201" + "0420", "hex"), digest]);
  test.each([
    ["as it should be", 202, rest, true],
    ["padding that is too short, and garbage", 201, rest, false],
    ["padding of 8 bytes, and garbage (Bleichenbacher 2006)", 8, rest, false],
    ["no NULL", 204, withoutNull, false],
    ["a byte after the digest", 201, Buffer.concat([rest, Buffer.of(0)]), false],
    ["a digest without DigestInfo", 221, digest, false],
  ] as const)("with the real key: %s", (_name, padding, content, expected) => {
    for (const key of [rsa2048, rsaOfThree]) {
      const signature = signatureOf(key, padding, content);
      expect(strict.verify(portKeys(key).publicKey, "SHA256", data, signature)).toBe(expected);
    }
  });

  test("a key of 1024 bits is refused", () => {
    const short = node.generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const keysOfShort = portKeys(short);
    const signature = new Uint8Array(node.sign("sha256", data, short));
    expect(strict.verify(keysOfShort.publicKey, "SHA256", data, signature)).toBe(false);
    expect(() => strict.sign(keysOfShort.privateKey, "SHA256", data)).toThrow();
  });

  test("a result that a fault has spoiled is not given away", () => {
    let calls = 0;
    class Faulty extends BigArithmetic {
      override power(base: bigint, exponent: bigint, modulus: bigint): bigint {
        calls += 1;
        // The second half of the theorem: 1 for the factor, 2 and 3 for the primes.
        return super.power(base, exponent, modulus) ^ (calls === 3 ? 1n : 0n);
      }
    }
    const faulty = new StrictPublicKey(new Faulty(), nodeCrypto);
    expect(() => faulty.sign(privateKey, "SHA256", data)).toThrow("contradicts itself");
    expect(calls).toBe(4);
  });

  test("what the private key is raised to is blinded anew each time", () => {
    const bases: bigint[] = [];
    class Watched extends BigArithmetic {
      override power(base: bigint, exponent: bigint, modulus: bigint): bigint {
        if (exponent > 65_537n) bases.push(base);
        return super.power(base, exponent, modulus);
      }
    }
    const watched = new StrictPublicKey(new Watched(), nodeCrypto);
    const signature = watched.sign(privateKey, "SHA256", data);
    expect(watched.sign(privateKey, "SHA256", data)).toEqual(signature);
    expect(new Set(bases).size).toBe(4);
    expect(strict.verify(publicKey, "SHA256", data, signature)).toBe(true);
  });
});

test("a poor random source spoils no signature (RFC 6979)", () => {
  const poor = new StrictPublicKey(arithmetic, Object.assign(new NodeCrypto(), { random: zeros }));
  for (const [, key] of keys) {
    const { publicKey, privateKey } = portKeys(key);
    const signature = poor.sign(privateKey, "SHA256", data);
    expect(signature).toEqual(strict.sign(privateKey, "SHA256", data));
    expect(nodeCrypto.verify(publicKey, "SHA256", data, signature)).toBe(true);
  }
});

function zeros(byteLength: number): Uint8Array {
  return new Uint8Array(byteLength);
}

test("agrees on a key with node:crypto, many times", () => {
  for (let i = 0; i < 20; i += 1) {
    const ours = strict.keyAgreement();
    const theirs = nodeCrypto.keyAgreement();
    const shared = ours.agree(theirs.publicKey);
    expect(shared).toEqual(theirs.agree(ours.publicKey));
    expect(shared?.length).toBe(32);
  }
});
