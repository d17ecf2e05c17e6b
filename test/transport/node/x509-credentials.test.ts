/** Certificates and keys in every format that openssl writes; and what is no such file. */

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { TransportError } from "../../../src/mqtt/errors.js";
import { StrictPublicKey } from "../../../src/transport/crypto/strict-public-key.js";
import { checkKeyPair, readCertificates, readPrivateKey } from "../../../src/transport/x509/credentials.js";
import { OpensslCa } from "../../support/authority/openssl-ca.js";
import type { ClientCredentials } from "../../support/authority.js";
import { makeAuthority } from "../../support/authority.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

const crypto = new NodeCrypto();
const strict = new StrictPublicKey(new BigArithmetic(), crypto);
const plain = authority.clients.filter(({ encrypted }) => !encrypted);
const encrypted = authority.clients.filter((client) => client.encrypted);

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function errorOf(action: () => unknown): TransportError {
  try {
    action();
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe.each(plain)("$name", ({ certFile, keyFile, type }: ClientCredentials) => {
  const key = readPrivateKey(readFileSync(keyFile), "ssl_key");
  const [certificate] = readCertificates(readFileSync(certFile), "ssl_cert") as [Uint8Array];

  test("is read as node:crypto reads it", () => {
    const bytes = readFileSync(keyFile);
    const text = bytes.toString("latin1");
    const start = text.indexOf("-----BEGIN EC PRIVATE KEY");
    const format = key.type === "rsa" ? "pkcs1" : "sec1";
    const theirs = text.includes("-----BEGIN")
      ? createPrivateKey(text.slice(Math.max(start, 0)))
      : createPrivateKey({
          key: bytes,
          format: "der",
          type: keyFile.length > 0 && isPkcs8(bytes) ? "pkcs8" : format,
        });
    const jwk = theirs.export({ format: "jwk" });
    const decoded = (name: string): Uint8Array =>
      new Uint8Array(Buffer.from(jwk[name] as string, "base64url"));
    expect(key).toEqual(
      type === "ec"
        ? { type, curve: jwk.crv, scalar: decoded("d") }
        : {
            type,
            modulus: decoded("n"),
            exponent: decoded("e"),
            privateExponent: decoded("d"),
            prime1: decoded("p"),
            prime2: decoded("q"),
          },
    );
  });

  test("belongs to its certificate, and to no other", () => {
    for (const port of [
      crypto,
      Object.assign(new NodeCrypto(), { verify: strict.verify.bind(strict), sign: strict.sign.bind(strict) }),
    ]) {
      checkKeyPair(certificate, key, port);
      for (const other of plain) {
        const [wrong] = readCertificates(readFileSync(other.certFile), "ssl_cert") as [Uint8Array];
        if (Buffer.compare(wrong, certificate) === 0) continue;
        const error = errorOf(() => checkKeyPair(wrong, key, port));
        expect([error.stage, error.code, error.key]).toEqual(["tls", "private-key-mismatch", "ssl_key"]);
      }
    }
  });
});

/** After the version comes an algorithm. */
function isPkcs8(bytes: Uint8Array): boolean {
  const start = bytes[1] === 0x82 ? 4 : bytes[1] === 0x81 ? 3 : 2;
  return bytes[start + 3] === 0x30;
}

test.each(encrypted)("$name is refused as such", ({ keyFile }) => {
  const error = errorOf(() => readPrivateKey(readFileSync(keyFile), "ssl_key"));
  expect([error.stage, error.code, error.key]).toEqual(["tls", "private-key-encrypted", "ssl_key"]);
  expect(error.message).toMatch(/^the file of ssl_key has an encrypted private key/);
});

describe("a file without a key that can be used", () => {
  const [ec] = plain.filter(({ name }) => name === "P-256 key in SEC1, PEM") as [ClientCredentials];
  const pem = readFileSync(ec.keyFile, "latin1");

  const ca = new OpensslCa(authority.directory);
  const file = (...parameters: string[]): Uint8Array => {
    const path = join(authority.directory, "other.key");
    ca.run("genpkey", ...parameters, "-out", path);
    return readFileSync(path);
  };

  test.each([
    ["nothing", "private-key-missing", () => new Uint8Array(0)],
    ["text", "private-key-missing", () => utf8("a key")],
    ["a certificate", "private-key-missing", () => readFileSync(ec.certFile)],
    ["a certificate in DER", "private-key-missing", () => authority.good.chain[0] as Uint8Array],
    [
      "a public key",
      "private-key-missing",
      () => utf8("-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n"),
    ],
    ["a key without an end", "private-key-malformed", () => utf8(pem.slice(0, -12))],
    [
      "a key that is cut off",
      "private-key-malformed",
      () => utf8(pem.replace(/\n[^\n]+\n-----END/, "\n-----END")),
    ],
    ["DER that is cut off", "private-key-malformed", () => Uint8Array.of(0x30, 0x10, 0x02, 0x01)],
    ["DER of something else", "private-key-malformed", () => Uint8Array.of(0x30, 0x02, 0x05, 0x00)],
    ["an Ed25519 key", "private-key-unsupported", () => file("-algorithm", "ED25519")],
    [
      "a key on P-521",
      "private-key-unsupported",
      () => file("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    ],
    [
      "an RSA key of 1024 bits",
      "private-key-unsupported",
      () => file("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    ],
    [
      "an RSA-PSS key",
      "private-key-unsupported",
      () => file("-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
    ],
    [
      "an RSA key of three primes",
      "private-key-unsupported",
      () => file("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_primes:3"),
    ],
    [
      "an EC key with parameters of its own",
      "private-key-unsupported",
      () =>
        file("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"),
    ],
  ] as const)("%s: %s", (_name, code, bytes) => {
    const error = errorOf(() => readPrivateKey(bytes(), "ssl_key"));
    expect([error.stage, error.code, error.key]).toEqual(["tls", code, "ssl_key"]);
    expect(error.message).toMatch(/^the file of ssl_key /);
  });

  test.each(plain)("no damage to $name throws anything else, or tells the key", ({ keyFile }) => {
    const bytes = new Uint8Array(readFileSync(keyFile));
    const step = Math.max(1, Math.floor(bytes.length / 300));
    for (let i = 0; i < bytes.length; i += step) {
      for (const damage of [0x01, 0x80, 0x7f]) {
        const damaged = bytes.slice();
        damaged[i] = (damaged[i] as number) ^ damage;
        checkNothingTold(damaged);
      }
      checkNothingTold(bytes.subarray(0, i));
      checkNothingTold(Uint8Array.of(...bytes.subarray(0, i), ...bytes.subarray(i + 1)));
    }
  });

  /** Reads it, or fails with a message in which only names, counts, and object identifiers vary. */
  function checkNothingTold(bytes: Uint8Array): void {
    try {
      readPrivateKey(bytes, "ssl_key");
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const shown = error.message
        .replace(/\b\d+(\.\d+)+\b/, "")
        .replace(/(that we know, but|block) [\w #-]*/, "");
      expect(shown).toMatch(/^the file of ssl_key [a-z0-9 ,.:;()#&'A-Z-]*$/);
      expect(shown).not.toMatch(/[0-9a-fA-F]{6}|[A-Za-z0-9+/]{20}/);
    }
  }
});

describe("a file without certificates", () => {
  const [der] = authority.good.chain as [Uint8Array];

  test.each([
    ["nothing", "certificate-file-empty", new Uint8Array(0)],
    ["text", "certificate-file-empty", utf8("certificates")],
    ["a key", "certificate-file-empty", readFileSync(authority.good.keyFile)],
    ["DER that is cut off", "certificate-file-malformed", der.subarray(0, -1)],
    ["DER with something after it", "certificate-file-malformed", Uint8Array.of(...der, 10)],
    [
      "a certificate without an end",
      "certificate-file-malformed",
      readFileSync(authority.good.certFile).subarray(0, -10),
    ],
    [
      "a certificate that is no DER",
      "certificate-file-malformed",
      utf8("-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----"),
    ],
    [
      "a certificate of more than 8 KB",
      "certificate-file-malformed",
      Uint8Array.of(0x30, 0x82, 0x20, 0x01, ...new Uint8Array(8_193)),
    ],
  ])("%s: %s", (_name, code, bytes) => {
    for (const key of ["ssl_ca_cert", "ssl_cert"] as const) {
      const error = errorOf(() => readCertificates(bytes, key));
      expect([error.stage, error.code, error.key]).toEqual(["tls", code, key]);
      expect(error.message).toContain(`the file of ${key}`);
    }
  });

  test("has at most 256", () => {
    const pem = readFileSync(authority.good.caFile, "latin1");
    expect(readCertificates(utf8(pem.repeat(256)), "ssl_ca_cert").length).toBe(256);
    expect(errorOf(() => readCertificates(utf8(pem.repeat(257)), "ssl_ca_cert")).code).toBe(
      "certificate-file-malformed",
    );
  });

  test("a key beside a certificate is passed over, and what is read is a copy", () => {
    const bytes = readFileSync(authority.good.keyFile);
    const both = new Uint8Array(Buffer.concat([bytes, readFileSync(authority.good.certFile)]));
    const certificates = readCertificates(both, "ssl_cert");
    const key = readPrivateKey(both, "ssl_key");
    checkKeyPair(certificates[0] as Uint8Array, key, crypto);
    const file = Buffer.from(der);
    const [copy] = readCertificates(file, "ssl_cert") as [Uint8Array];
    file.fill(0);
    expect(copy).toEqual(der);
  });

  test("a certificate with a key that is not supported belongs to none", () => {
    const entry = authority.cases.find(({ name }) => name === "an Ed25519 key");
    const key = readPrivateKey(readFileSync(authority.good.keyFile), "ssl_key");
    const error = errorOf(() => checkKeyPair(entry?.chain[0] as Uint8Array, key, crypto));
    expect([error.code, error.key]).toEqual(["certificate-unsupported", "ssl_cert"]);
    expect(errorOf(() => checkKeyPair(Uint8Array.of(0x30, 0), key, crypto)).code).toBe(
      "certificate-file-malformed",
    );
  });
});
