import { describe, expect, test } from "vitest";
import { authority, generalizedTime, leaf, utcTime } from "./support/certificate-builder.js";
import { EARLIEST, messageOf, outcome, verify } from "./support/verify.js";

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
