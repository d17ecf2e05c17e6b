/** Texts out of foreign payloads. */

import { describe, expect, test } from "vitest";
import { quoted, shortText } from "../../firmware/apps/payload-text.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";

describe("the text of a payload", () => {
  test("is what its bytes say", () => {
    expect(shortText(encodeUtf8("open"))).toBe("open");
    expect(shortText(encodeUtf8("öffnen"))).toBe("öffnen");
  });

  test("is empty for an empty payload", () => {
    expect(shortText(new Uint8Array(0))).toBe("");
  });

  test("is none when it is longer than 32 bytes", () => {
    expect(shortText(encodeUtf8("a".repeat(32)))).toBe("a".repeat(32));
    expect(shortText(encodeUtf8("a".repeat(33)))).toBe(undefined);
  });

  test("is none when it is not well-formed UTF-8", () => {
    expect(shortText(new Uint8Array([0xff, 0xfe]))).toBe(undefined);
    expect(shortText(new Uint8Array([0xed, 0xa0, 0x80]))).toBe(undefined);
  });
});

describe("a foreign text in a log line", () => {
  test("stays on its line, and cannot pose as something else", () => {
    expect(quoted("a\nb")).toBe('"a\\nb"');
    expect(quoted("\u001b[2J")).toBe('"\\u001b[2J"');
    expect(quoted('say "hi"')).toBe('"say \\"hi\\""');
  });

  test("is cut off when it is long", () => {
    expect(quoted("a".repeat(80))).toBe(`"${"a".repeat(80)}"`);
    expect(quoted("a".repeat(60_000))).toBe(`"${"a".repeat(80)}…"`);
  });
});
