import { describe, expect, test } from "vitest";
import { extension, leaf, names } from "./support/certificate-builder.js";
import { der, sequence } from "./support/der-writer.js";
import { messageOf, outcome, verify } from "./support/verify.js";

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
