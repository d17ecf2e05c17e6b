import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../src/transport/crypto/big-endian.js";
import { curveOf } from "../../../src/transport/crypto/curve.js";
import { MalformedError } from "../../../src/transport/der.js";
import { KeyError, parsePrivateKey } from "../../../src/transport/x509/private-key.js";
import { der, objectIdentifier, sequence } from "./support/der-writer.js";

const P256 = objectIdentifier("1.2.840.10045.3.1.7");
const P384 = objectIdentifier("1.3.132.0.34");
const EC = objectIdentifier("1.2.840.10045.2.1");
const RSA = objectIdentifier("1.2.840.113549.1.1.1");
const VERSION_0 = Uint8Array.of(2, 1, 0);
const VERSION_1 = Uint8Array.of(2, 1, 1);

const scalar = new Uint8Array(32).fill(7);
const octets = (bytes: Uint8Array): Uint8Array => der(0x04, bytes);

/** SEC1 (RFC 5915 section 3). */
const sec1 = (...parts: Uint8Array[]): Uint8Array => sequence(VERSION_1, ...parts);

/** PKCS#8 (RFC 5958 section 2) with an EC key. */
const pkcs8 = (curve: Uint8Array, key: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  sequence(VERSION_0, sequence(EC, curve), octets(key), ...more);

describe("an EC key", () => {
  test.each([
    ["SEC1", sec1(octets(scalar), der(0xa0, P256))],
    ["SEC1 with its public key", sec1(octets(scalar), der(0xa0, P256), der(0xa1, der(3, [0, 4])))],
    ["PKCS#8", pkcs8(P256, sec1(octets(scalar)))],
    ["PKCS#8 that names the curve twice", pkcs8(P256, sec1(octets(scalar), der(0xa0, P256)))],
    ["PKCS#8 with attributes", pkcs8(P256, sec1(octets(scalar)), der(0xa0, []))],
  ])("in %s", (_name, bytes) => {
    const key = parsePrivateKey(bytes);
    bytes.fill(0);
    expect(key).toEqual({ type: "ec", curve: "P-256", scalar });
  });

  const { order } = curveOf("P-256");
  test.each([
    ["a scalar of 0", sec1(octets(new Uint8Array(32)), der(0xa0, P256))],
    ["the order for a scalar", sec1(octets(bytesOf(order, 32)), der(0xa0, P256))],
    ["a short scalar", sec1(octets(scalar.subarray(1)), der(0xa0, P256))],
    ["a long scalar", sec1(octets(Uint8Array.of(0, ...scalar)), der(0xa0, P256))],
    ["two curves", pkcs8(P384, sec1(octets(scalar), der(0xa0, P256)))],
    ["version 0", sequence(VERSION_0, octets(scalar), der(0xa0, P256))],
    ["version 2", sequence([2, 1, 2], octets(scalar), der(0xa0, P256))],
    [
      "something after the public key",
      sec1(octets(scalar), der(0xa0, P256), der(0xa1, []), Uint8Array.of(5, 0)),
    ],
    ["something after it", Uint8Array.of(...sec1(octets(scalar), der(0xa0, P256)), 0)],
    ["something after it in PKCS#8", pkcs8(P256, Uint8Array.of(...sec1(octets(scalar)), 0))],
    ["more than 4 KB", sequence(octets(new Uint8Array(4_100)))],
  ])("with %s is malformed", (_name, bytes) => {
    expect(() => parsePrivateKey(bytes)).toThrow(MalformedError);
  });

  test("takes the largest scalar there is", () => {
    const largest = bytesOf(order - 1n, 32);
    expect(parsePrivateKey(sec1(octets(largest), der(0xa0, P256)))).toMatchObject({ scalar: largest });
  });

  test("without a curve is not supported", () => {
    expect(() => parsePrivateKey(sec1(octets(scalar)))).toThrow(KeyError);
    expect(() => parsePrivateKey(pkcs8(sequence(), sec1(octets(scalar))))).toThrow(KeyError);
  });
});

describe("an RSA key", () => {
  const modulus = Uint8Array.of(0, ...new Uint8Array(256).fill(0xc5));
  const numbers = (...more: Uint8Array[]): Uint8Array[] => [der(2, modulus), der(2, [1, 0, 1]), ...more];
  const small = der(2, [3]);

  test.each([
    [
      "primes that do not make up the modulus",
      sequence(VERSION_0, ...numbers(small, small, small, small, small, small)),
    ],
    ["too few numbers", sequence(VERSION_0, ...numbers(small, small, small))],
    ["too many numbers", sequence(VERSION_0, ...numbers(small, small, small, small, small, small, small))],
    ["a negative number", sequence(VERSION_0, der(2, [0x80]))],
  ])("with %s is malformed", (_name, bytes) => {
    expect(() => parsePrivateKey(bytes)).toThrow(MalformedError);
    const wrapped = sequence(VERSION_0, sequence(RSA, [5, 0]), octets(bytes));
    expect(() => parsePrivateKey(wrapped)).toThrow(MalformedError);
  });

  test("of a wrong size is not supported", () => {
    const tiny = sequence(VERSION_0, der(2, [5]), small, small, small, small, small, small, small);
    expect(() => parsePrivateKey(tiny)).toThrow("has an RSA key of 3 bits");
  });
});
