import { describe, expect, test } from "vitest";
import type { Crypto } from "../../../src/transport/crypto/crypto.js";
import type { ChainVerdict, TrustOptions } from "../../../src/transport/x509/trust.js";
import { MAXIMUM_CHAIN_LENGTH, verifyChain } from "../../../src/transport/x509/verify-chain.js";
import {
  authority,
  authorityAbove,
  basicConstraints,
  build,
  CA,
  distinguishedName,
  extension,
  generalizedTime,
  leaf,
  names,
  PretendCrypto,
  publicKey,
  utcTime,
} from "./support/certificate-builder.js";
import { der, objectIdentifier, sequence, text } from "./support/der-writer.js";

const root = authority("Root", 9);
const NOW = Date.UTC(2026, 0, 1);
const EARLIEST = Date.UTC(2025, 5, 1);

function verify(
  chain: readonly Uint8Array[],
  more: Partial<TrustOptions> = {},
  pretend = new PretendCrypto(),
): ChainVerdict {
  const usual = { authorities: [root], host: "broker.example.com", now: NOW, earliest: EARLIEST };
  return verifyChain(chain, { ...usual, ...more }, pretend as unknown as Crypto);
}

function outcome(verdict: ChainVerdict): string {
  return "fault" in verdict ? verdict.fault : "accepted";
}

function messageOf(verdict: ChainVerdict): string {
  return "message" in verdict ? verdict.message : "accepted";
}

describe("a chain", () => {
  test("is accepted, with a copy of the leaf's key", () => {
    const bytes = leaf("Root", 9);
    const verdict = verify([bytes]);
    bytes.fill(0);
    expect(verdict).toEqual({
      leaf: { type: "ec", curve: "P-256", point: Uint8Array.from([4, ...new Uint8Array(64).fill(1)]) },
    });
  });

  test("without certificates is malformed", () => {
    expect(outcome(verify([]))).toBe("certificate-malformed");
  });

  test("may have 8 certificates, not 9", () => {
    const chain = [leaf("Root", 9), ...Array.from({ length: MAXIMUM_CHAIN_LENGTH - 1 }, () => root)];
    expect(outcome(verify(chain))).toBe("accepted");
    expect(outcome(verify([...chain, root]))).toBe("certificate-unsupported");
  });

  test("may lead over as many intermediates", () => {
    const length = MAXIMUM_CHAIN_LENGTH - 1;
    const above = Array.from({ length }, (_, i) => {
      const issuer = i === length - 1 ? "Root" : `CA ${i + 1}`;
      const signedBy = i === length - 1 ? 9 : 20 + i + 1;
      return build({ subject: `CA ${i}`, issuer, key: 20 + i, signedBy, extensions: [CA] });
    });
    expect(outcome(verify([leaf("CA 0", 20), ...above]))).toBe("accepted");
  });

  test("says which certificate is malformed", () => {
    const message = messageOf(verify([leaf("Root", 9), root.subarray(0, 20)]));
    expect(message).toBe("certificate 2 of 2 that the server sent is malformed: an element is cut off");
  });

  test("with a byte after a certificate is malformed", () => {
    expect(messageOf(verify([Uint8Array.of(...leaf("Root", 9), 0)]))).toContain("1 bytes too many");
  });

  test("with a certificate of more than 8 KB is malformed", () => {
    const filler = extension("1.2.3", false, der(0x04, new Uint8Array(8_200)));
    const message = messageOf(verify([leaf("Root", 9, { extensions: [filler] })]));
    expect(message).toContain("more than 8192");
  });
});

describe("the search for a path", () => {
  test("takes the other one of two intermediates when the first leads nowhere", () => {
    const nowhere = build({ subject: "CA", issuer: "Elsewhere", key: 5, signedBy: 6, extensions: [CA] });
    const good = build({ subject: "CA", issuer: "Root", key: 5, signedBy: 9, extensions: [CA] });
    expect(outcome(verify([leaf("CA", 5), nowhere, good]))).toBe("accepted");
  });

  test("takes the other one of two authorities of the same name", () => {
    const options = { authorities: [authority("Root", 8), root] };
    expect(outcome(verify([leaf("Root", 9)], options))).toBe("accepted");
  });

  test("passes over an authority that it cannot read", () => {
    const options = { authorities: [Uint8Array.of(1, 2, 3), root.subarray(0, 50), root] };
    expect(outcome(verify([leaf("Root", 9)], options))).toBe("accepted");
  });

  test("passes over an authority with constraints that it cannot read", () => {
    const broken = extension("2.5.29.30", true, sequence(der(0xa0, [0x05])));
    const bad = authority("Root", 9, { extensions: [CA, broken] });
    expect(outcome(verify([leaf("Root", 9)], { authorities: [bad] }))).toBe("certificate-malformed");
    expect(outcome(verify([leaf("Root", 9)], { authorities: [bad, root] }))).toBe("accepted");
  });

  test("ends when two intermediates vouch for each other", () => {
    const a = build({ subject: "A", issuer: "B", key: 2, signedBy: 3, extensions: [CA] });
    const b = build({ subject: "B", issuer: "A", key: 3, signedBy: 2, extensions: [CA] });
    expect(outcome(verify([leaf("A", 2), a, b]))).toBe("certificate-unknown-authority");
  });

  test("gives up after 16 signatures, however many ways there are", () => {
    const pretend = new PretendCrypto();
    const many = Array.from({ length: 7 }, (_, i) =>
      build({
        subject: "CA",
        issuer: "CA",
        key: 2,
        signedBy: 2,
        extensions: [CA],
        serialNumber: Uint8Array.of(2, 1, i),
      }),
    );
    expect(outcome(verify([leaf("CA", 2), ...many], {}, pretend))).toBe("certificate-unsupported");
    expect(pretend.count).toBe(16);
  });

  test("passes over an intermediate whose key identifier is another", () => {
    const identified = (key: number, identifier: number): Uint8Array =>
      build({
        subject: "CA",
        issuer: "Root",
        key,
        signedBy: 9,
        extensions: [CA, extension("2.5.29.14", false, der(0x04, [identifier]))],
      });
    const wanted = extension("2.5.29.35", false, sequence(der(0x80, [7])));
    const bottom = leaf("CA", 5, { extensions: [names("broker.example.com"), wanted] });
    const pretend = new PretendCrypto();
    expect(outcome(verify([bottom, identified(4, 6), identified(5, 7)], {}, pretend))).toBe("accepted");
    expect(pretend.count).toBe(2);
  });

  test("counts path lengths without what an authority has issued to itself (RFC 5280 section 4.2.1.9)", () => {
    const above = authority("Root", 9, { extensions: [authorityAbove(1)] });
    const renewed = build({ subject: "Root", issuer: "Root", key: 8, signedBy: 9, extensions: [CA] });
    const middle = build({
      subject: "CA",
      issuer: "Root",
      key: 5,
      signedBy: 8,
      extensions: [authorityAbove(0)],
    });
    const options = { authorities: [above] };
    expect(outcome(verify([leaf("CA", 5), middle, renewed], options))).toBe("accepted");
    const lower = build({ subject: "CA 2", issuer: "CA", key: 6, signedBy: 5, extensions: [CA] });
    expect(messageOf(verify([leaf("CA 2", 6), lower, middle, renewed], options))).toBe(
      'the certificate "CA" allows 0 authorities below it, and there are 1',
    );
  });

  test("says so when the authority of that name has another key", () => {
    const other = extension("2.5.29.14", false, der(0x04, [1]));
    const wanted = extension("2.5.29.35", false, sequence(der(0x80, [7])));
    const bottom = leaf("Root", 9, { extensions: [names("broker.example.com"), wanted] });
    const namesake = authority("Root", 8, { extensions: [CA, other] });
    expect(messageOf(verify([bottom], { authorities: [namesake] }))).toBe(
      '"Root", which has issued the certificate "leaf", is not among the authorities that are trusted: the one of that name has another key',
    );
  });

  test("is over when there is no authority at all", () => {
    expect(outcome(verify([leaf("Root", 9), root], { authorities: [] }))).toBe(
      "certificate-unknown-authority",
    );
  });

  test("takes CA:FALSE for what it says, and refuses basicConstraints twice", () => {
    const no = authority("Root", 9, { extensions: [basicConstraints(0x01, 0x01, 0x00)] });
    expect(outcome(verify([leaf("Root", 9)], { authorities: [no] }))).toBe("certificate-issuer-no-authority");
    const twice = build({ subject: "CA", issuer: "Root", key: 5, signedBy: 9, extensions: [CA, CA] });
    expect(outcome(verify([leaf("CA", 5), twice]))).toBe("certificate-malformed");
  });
});

describe("the time", () => {
  const from = Date.UTC(2025, 0, 1);
  const to = Date.UTC(2030, 0, 1);

  test.each([
    [from, "accepted"],
    [from - 1, "certificate-not-yet-valid"],
    [to, "accepted"],
    [to + 1, "certificate-expired"],
  ] as const)("at %i: %s", (now, expected) => {
    expect(outcome(verify([leaf("Root", 9)], { now, earliest: 0 }))).toBe(expected);
  });

  test.each([undefined, 0, EARLIEST - 1])("that is not known (%s) counts as after the build", (now) => {
    const future = leaf("Root", 9, { notBefore: utcTime("280101000000Z") });
    expect(outcome(verify([future], { now }))).toBe("accepted");
    const past = leaf("Root", 9, { notAfter: utcTime("250531235959Z") });
    expect(messageOf(verify([past], { now }))).toBe(
      'the certificate "leaf" expired at 2025-05-31 23:59:59 UTC, and it is 2025-06-01 00:00:00 UTC at least',
    );
  });

  test.each([
    [utcTime("491231235959Z"), Date.UTC(2049, 11, 31, 23, 59, 59)],
    [generalizedTime("20500101000000Z"), Date.UTC(2050, 0, 1)],
    [generalizedTime("99991231235959Z"), Date.UTC(9999, 11, 31, 23, 59, 59)],
    [utcTime("280229120000Z"), Date.UTC(2028, 1, 29, 12)],
  ])("%# is the last moment", (notAfter, last) => {
    const chain = [leaf("Root", 9, { notAfter })];
    const authorities = [authority("Root", 9, { notAfter: generalizedTime("99991231235959Z") })];
    expect(outcome(verify(chain, { authorities, now: last }))).toBe("accepted");
    expect(outcome(verify(chain, { authorities, now: last + 1_000 }))).toBe("certificate-expired");
  });

  test("of 1950 is long ago", () => {
    expect(outcome(verify([leaf("Root", 9, { notAfter: utcTime("500101000000Z") })]))).toBe(
      "certificate-expired",
    );
  });

  test.each([
    "300101000000",
    "3001010000Z",
    "300101000000+0100",
    "300229120000Z",
    "301301000000Z",
    "300100000000Z",
    "300101240000Z",
    "300101006000Z",
    "300101000060Z",
    "30010100000:Z",
    "3001010000 0Z",
    "-00101000000Z",
  ])("%s is malformed", (value) => {
    expect(outcome(verify([leaf("Root", 9, { notAfter: utcTime(value) })]))).toBe("certificate-malformed");
  });
});

describe("names", () => {
  const outcomeFor = (host: string, ...values: string[]): string =>
    outcome(verify([leaf("Root", 9, { extensions: [names(...values)] })], { host }));

  test.each([
    ["a.example.com", "a.example.com"],
    ["A.EXAMPLE.com", "a.Example.COM"],
    ["a.example.com.", "a.example.com"],
    ["a.example.com", "*.example.com"],
    ["xn--bcher-kva.example.com", "*.example.com"],
    ["localhost", "localhost"],
    ["under_score.example.com", "under_score.example.com"],
  ])("%s is %s", (host, name) => {
    expect(outcomeFor(host, "other", name)).toBe("accepted");
  });

  test.each([
    ["a.example.com", "a.example.com."],
    ["a.example.com", ".example.com"],
    ["a.example.com", "a.example.com\0.evil.org"],
    ["a.example.com\0.evil.org", "a.example.com"],
    ["a.example.com", "*a.example.com"],
    ["a.example.com", "**.example.com"],
    ["a.example.com", "*.*.com"],
    ["a.example.com", "a.*.com"],
    ["a.example.com", "*"],
    ["example.com", "*.com"],
    ["a.com", "*.com."],
    ["a..com", "*..com"],
    [".example.com", "*.example.com"],
    ["*.example.com", "*.example.com"],
    ["a.example.com", ""],
    ["", ""],
    [".", ""],
    ["a.example.com..", "a.example.com"],
    ["a example.com", "a example.com"],
    ["bücher.example.com", "bücher.example.com"],
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["x".repeat(300), "x".repeat(300)],
  ])("%j is not %j", (host, name) => {
    expect(outcomeFor(host, name)).toBe("certificate-wrong-host");
  });

  const addressed = (...bytes: number[]): Uint8Array =>
    leaf("Root", 9, { extensions: [extension("2.5.29.17", true, sequence(der(0x87, bytes)))] });
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1];

  test.each([
    ["192.0.2.1", [192, 0, 2, 1]],
    ["2001:db8::1", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["2001:DB8:0:0:0:0:0.0.0.1", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["::ffff:192.0.2.1", mapped],
  ])("the address %s is in the certificate", (host, bytes) => {
    expect(outcome(verify([addressed(...bytes)], { host }))).toBe("accepted");
  });

  test.each([
    ["192.0.2.1", mapped],
    ["192.0.2.1", [192, 0, 2]],
    ["192.0.2.1", [192, 0, 2, 1, 255, 255, 255, 255]],
    ["192.0.2.01", [192, 0, 2, 1]],
    ["3221225985", [192, 0, 2, 1]],
    ["fe80::1%eth0", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])("the address %s is not that in the certificate", (host, bytes) => {
    expect(outcome(verify([addressed(...bytes)], { host }))).toBe("certificate-wrong-host");
  });

  test("a message lists three, and makes them harmless", () => {
    const extensions = [names('a"\n\x7f', "b".repeat(70), "c", "d")];
    expect(messageOf(verify([leaf("Root", 9, { extensions })]))).toBe(
      `the certificate "leaf" is made out to a???, ${"b".repeat(64)}…, c and more, not to broker.example.com`,
    );
  });

  test("that are malformed do not pass", () => {
    const broken = extension("2.5.29.17", false, sequence(der(0x82, [1]), [0x82, 0x05, 0x61]));
    expect(outcome(verify([leaf("Root", 9, { extensions: [broken] })]))).toBe("certificate-malformed");
  });

  test("of a certificate without any are shown as such", () => {
    const subjectName = sequence();
    const message = messageOf(verify([leaf("Root", 9, { subjectName, extensions: [] })]));
    expect(message).toBe(
      "the certificate (without a name) has no subjectAltName, the only place where broker.example.com would count",
    );
  });
});

describe("name constraints (RFC 5280 section 4.2.1.10)", () => {
  const subtrees = (tag: number, ...bases: Uint8Array[]): Uint8Array =>
    der(tag, ...bases.map((base) => sequence(base)));
  const permitted = (...bases: Uint8Array[]): Uint8Array => subtrees(0xa0, ...bases);
  const excluded = (...bases: Uint8Array[]): Uint8Array => subtrees(0xa1, ...bases);
  const dns = (value: string): Uint8Array => text(0x82, value);
  const under = (
    constraints: Uint8Array,
    extensions = [names("broker.example.com")],
    isCritical = true,
  ): string => {
    const constrained = authority("Root", 9, {
      extensions: [CA, extension("2.5.29.30", isCritical, sequence(constraints))],
    });
    return outcome(verify([leaf("Root", 9, { extensions })], { authorities: [constrained] }));
  };

  test.each([
    permitted(dns("example.com")),
    permitted(dns("EXAMPLE.com")),
    permitted(dns(".example.com")),
    permitted(dns("broker.example.com")),
    permitted(dns("")),
    permitted(dns("example.org"), dns("com")),
    permitted(der(0x87, [10, 0, 0, 0, 255, 0, 0, 0])),
    excluded(dns("example.org"), dns("ample.com"), dns("a.broker.example.com")),
    excluded(dns(".broker.example.com")),
  ])("%# permits it", (constraints) => {
    expect(under(constraints)).toBe("accepted");
  });

  test.each([
    permitted(dns("example.org")),
    permitted(dns("ample.com")),
    permitted(dns(".broker.example.com")),
    permitted(dns("a.broker.example.com")),
    excluded(dns("example.com")),
    excluded(dns("")),
  ])("%# forbids it, critical or not", (constraints) => {
    expect(under(constraints)).toBe("certificate-wrong-use");
    expect(under(constraints, undefined, false)).toBe("certificate-wrong-use");
  });

  test("hold for every name of the leaf, not only the one that is wanted", () => {
    const extensions = [names("broker.example.com", "other.example.org")];
    expect(under(permitted(dns("example.com")), extensions)).toBe("certificate-wrong-use");
  });

  test("hold for the host where the name is a wildcard", () => {
    const extensions = [names("*.example.com")];
    expect(under(excluded(dns("broker.example.com")), extensions)).toBe("certificate-wrong-use");
    expect(under(excluded(dns("other.example.com")), extensions)).toBe("accepted");
  });

  test("of other kinds are refused when critical, and else ignored", () => {
    const directory = permitted(der(0xa4, distinguishedName("x")));
    expect(under(directory)).toBe("certificate-unsupported");
    expect(under(directory, undefined, false)).toBe("accepted");
  });

  test("of an authority above the intermediate hold too", () => {
    const constraints = extension("2.5.29.30", true, sequence(permitted(dns("example.org"))));
    const top = authority("Root", 9, { extensions: [CA, constraints] });
    const middle = build({ subject: "CA", issuer: "Root", key: 5, signedBy: 9, extensions: [CA] });
    const verdict = verify([leaf("CA", 5), middle], { authorities: [top] });
    expect(messageOf(verdict)).toBe('the certificate "Root" may not vouch for broker.example.com');
  });
});

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
