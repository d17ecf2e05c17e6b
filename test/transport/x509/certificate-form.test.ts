import { describe, expect, test } from "vitest";
import { basicConstraints, extension, leaf, names, publicKey } from "./support/certificate-builder.js";
import { der, objectIdentifier, sequence } from "./support/der-writer.js";
import { outcome, verify } from "./support/verify.js";

describe("a certificate's form", () => {
  const RSA_SHA256 = "1.2.840.113549.1.1.11";
  const good = names("broker.example.com");

  test.each([
    ["version 1 with extensions", { version: new Uint8Array(0) }],
    ["version 2 with extensions", { version: der(0xa0, [2, 1, 1]) }],
    ["version 1, written out", { version: der(0xa0, [2, 1, 0]) }],
    ["version 4", { version: der(0xa0, [2, 1, 3]) }],
    ["a serial number of 22 bytes", { serialNumber: der(0x02, new Uint8Array(22).fill(1)) }],
    ["another algorithm outside", { outerAlgorithm: sequence(objectIdentifier(RSA_SHA256)) }],
    [
      "parameters only outside",
      { outerAlgorithm: sequence(objectIdentifier("1.2.840.10045.4.3.2"), [5, 0]) },
    ],
    ["ECDSA with parameters", { algorithm: sequence(objectIdentifier("1.2.840.10045.4.3.2"), [5, 0]) }],
    ["unused bits in the signature", { signatureContent: Uint8Array.of(1, 2, 4) }],
    ["an empty signature", { signatureContent: new Uint8Array(0) }],
    ["something after the extensions", { moreSigned: Uint8Array.of(5, 0) }],
    ["something after the signature", { moreOuter: Uint8Array.of(5, 0) }],
    ["an extension twice", { extensions: [good, good] }],
    [
      "too many extensions",
      {
        extensions: [
          good,
          ...Array.from({ length: 32 }, (_, i) => extension(`1.2.${i}`, false, new Uint8Array(0))),
        ],
      },
    ],
    [
      "something after basicConstraints",
      { extensions: [good, extension("2.5.29.19", true, Uint8Array.of(0x30, 0, 5, 0))] },
    ],
    ["something in basicConstraints", { extensions: [good, basicConstraints(5, 0)] }],
    [
      "an empty extended key usage that is cut off",
      { extensions: [good, extension("2.5.29.37", false, Uint8Array.of(0x30, 1))] },
    ],
    ["a BOOLEAN of 01", { extensions: [good, sequence(objectIdentifier("1.2.3"), [1, 1, 1], der(4, []))] }],
    [
      "a key usage with a wrong count",
      { extensions: [good, extension("2.5.29.15", true, der(0x03, [8, 0x80]))] },
    ],
    [
      "a key usage with unused bits set",
      { extensions: [good, extension("2.5.29.15", true, der(0x03, [7, 0x81]))] },
    ],
    [
      "a point that is too short",
      {
        publicKey: sequence(
          sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.2.840.10045.3.1.7")),
          der(3, [0, 4, 1]),
        ),
      },
    ],
  ])("%s is malformed", (_name, more) => {
    expect(outcome(verify([leaf("Root", 9, more)]))).toBe("certificate-malformed");
  });

  test.each([
    [
      "an unknown curve",
      sequence(
        sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.3.132.0.10")),
        der(3, [0, 4]),
      ),
    ],
    [
      "a curve of its own",
      sequence(sequence(objectIdentifier("1.2.840.10045.2.1"), sequence()), der(3, [0, 4])),
    ],
    [
      "a compressed point",
      sequence(
        sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.2.840.10045.3.1.7")),
        der(3, [0, 2], new Uint8Array(32)),
      ),
    ],
    ["an RSA-PSS key", sequence(sequence(objectIdentifier("1.2.840.113549.1.1.10")), der(3, [0, 0]))],
    ["an RSA key of 4097 bits", rsaKey(4097)],
    ["an RSA key with an even modulus", rsaKey(2048, 0)],
    ["an RSA key with the exponent 1", rsaKey(2048, 1, [1])],
    ["an RSA key with an even exponent", rsaKey(2048, 1, [4])],
    ["an RSA key with an exponent of 33 bits", rsaKey(2048, 1, [1, 0, 0, 0, 1])],
  ])("%s is not supported", (_name, key) => {
    expect(outcome(verify([leaf("Root", 9, { publicKey: key })]))).toBe("certificate-unsupported");
  });

  test.each([[1024], [2047]])("an RSA key of %i bits is weak", (bits) => {
    expect(outcome(verify([leaf("Root", 9, { publicKey: rsaKey(bits) })]))).toBe(
      "certificate-weak-signature",
    );
  });

  test.each([[2048], [3072], [4096]])("an RSA key of %i bits is good", (bits) => {
    expect(verify([leaf("Root", 9, { publicKey: rsaKey(bits) })])).toMatchObject({ leaf: { type: "rsa" } });
  });

  test("unique identifiers, and extensions that are not known, are passed over", () => {
    const unknown = extension("2.25.329800735698586629295641978511506172918", false, Uint8Array.of(0xff));
    const policies = extension("2.5.29.32", true, sequence(sequence(objectIdentifier("2.5.29.32.0"))));
    expect(outcome(verify([leaf("Root", 9, { extensions: [good, unknown, policies] })]))).toBe("accepted");
    const withIdentifiers = { publicKey: Uint8Array.of(...publicKey(1), 0x81, 2, 0, 1, 0x82, 2, 0, 1) };
    expect(outcome(verify([leaf("Root", 9, withIdentifiers)]))).toBe("accepted");
  });

  test("the algorithm of a signature has to be that of the key", () => {
    const algorithm = sequence(objectIdentifier(RSA_SHA256), [5, 0]);
    expect(outcome(verify([leaf("Root", 9, { algorithm })]))).toBe("certificate-bad-signature");
  });

  /** SubjectPublicKeyInfo with a modulus that is no product of primes. */
  function rsaKey(bits: number, last = 1, exponent = [1, 0, 1]): Uint8Array {
    const length = Math.ceil(bits / 8);
    const modulus = new Uint8Array(length).fill(0x55);
    modulus[0] = 1 << ((bits - 1) % 8);
    modulus[length - 1] = last;
    const integers = [der(2, (modulus[0] as number) >= 0x80 ? [0] : [], modulus), der(2, exponent)];
    const algorithm = sequence(objectIdentifier("1.2.840.113549.1.1.1"), [5, 0]);
    return sequence(algorithm, der(3, [0], sequence(...integers)));
  }
});
