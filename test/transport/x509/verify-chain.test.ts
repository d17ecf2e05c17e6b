import { describe, expect, test } from "vitest";
import { MAXIMUM_CHAIN_LENGTH } from "../../../src/transport/x509/verify-chain.js";
import {
  authority,
  authorityAbove,
  basicConstraints,
  build,
  CA,
  extension,
  leaf,
  names,
  PretendCrypto,
} from "./support/certificate-builder.js";
import { der, sequence } from "./support/der-writer.js";
import { messageOf, outcome, verify } from "./support/verify.js";

const root = authority("Root", 9);

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
