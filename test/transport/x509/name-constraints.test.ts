import { describe, expect, test } from "vitest";
import {
  authority,
  build,
  CA,
  distinguishedName,
  extension,
  leaf,
  names,
} from "./support/certificate-builder.js";
import { der, sequence, text } from "./support/der-writer.js";
import { messageOf, outcome, verify } from "./support/verify.js";

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
