import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import { MalformedError } from "../../../src/transport/der.js";
import { decodeBase64, pemBlocks } from "../../../src/transport/pem.js";
import { bytesFromHex as unhex } from "../../mqtt/support/hex.js";

const block = (label: string, ...lines: string[]): string =>
  [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");

const blocksOf = (text: string): [string, boolean, Uint8Array][] =>
  pemBlocks(encodeUtf8(text)).map(({ content, encrypted, label }) => [label, encrypted, content]);

describe("decodeBase64 (RFC 4648)", () => {
  test.each([
    ["", ""],
    ["Zg==", "66"],
    ["Zm8=", "66 6f"],
    ["Zm9v", "66 6f 6f"],
    ["Zm9vYg==", "66 6f 6f 62"],
    ["Zm9vYmE=", "66 6f 6f 62 61"],
    ["Zm9vYmFy", "66 6f 6f 62 61 72"],
    ["+/+/AAAA", "fb ff bf 00 00 00"],
    [" Z\tm\r\n9v\n\nYg\n=\n= ", "66 6f 6f 62"],
  ])("%j", (text, expected) => {
    expect(decodeBase64(encodeUtf8(text))).toEqual(unhex(expected));
  });

  test.each([
    "Z",
    "Zg",
    "Zg=",
    "Zg===",
    "Zm8",
    "Zm8==",
    "Zm9v=",
    "Zm9v====",
    "=",
    "Zg==Zg==",
    "Zh==",
    "Zm9=",
    "Zm9-",
    "Zm9_",
    "Z:9v",
    "Zm9\0",
    "Zm9ü",
  ])("%j is not base64", (text) => {
    expect(decodeBase64(encodeUtf8(text))).toBe(undefined);
  });

  test("decodes what was encoded, whatever its length", () => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (let length = 0; length < 50; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 37 + length);
      let text = "";
      for (let i = 0; i < length; i += 3) {
        const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
        const group = (a << 16) | (b << 8) | c;
        for (const shift of [18, 12, 6, 0]) text += digits.charAt((group >> shift) & 0x3f);
      }
      const missing = (3 - (length % 3)) % 3;
      text = text.slice(0, text.length - missing) + "=".repeat(missing);
      expect(decodeBase64(encodeUtf8(text))).toEqual(bytes);
    }
  });
});

describe("pemBlocks (RFC 7468)", () => {
  test("finds all blocks, with text around them", () => {
    const text = `first:\n${block("CERTIFICATE", "AAEC", "Aw==")}between - and --\n${block("X", "BA==")}end`;
    expect(blocksOf(text)).toEqual([
      ["CERTIFICATE", false, unhex("00 01 02 03")],
      ["X", false, unhex("04")],
    ]);
  });

  test("with CRLF, with a byte order mark, and without a last line feed", () => {
    const text = `\ufeff${block("A B", "AAEC")}`.replaceAll("\n", "\r\n").trimEnd();
    expect(blocksOf(text)).toEqual([["A B", false, unhex("00 01 02")]]);
  });

  test("all in one line, and in lines of any length", () => {
    const long = "AAEC".repeat(100);
    const expected = Uint8Array.from({ length: 300 }, (_, i) => i % 3);
    expect(blocksOf(block("A", long))).toEqual([["A", false, expected]]);
    expect(blocksOf(block("A", "A", "AE", "C", "AA", "EC", long.slice(8)))).toEqual([["A", false, expected]]);
  });

  test("says what is encrypted by its headers (RFC 1421)", () => {
    const headers = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF", ""];
    expect(blocksOf(block("RSA PRIVATE KEY", ...headers, "AAEC"))).toEqual([
      ["RSA PRIVATE KEY", true, new Uint8Array(0)],
    ]);
    expect(blocksOf(block("X", "Comment: none", "", "AAEC"))).toEqual([["X", false, unhex("00 01 02")]]);
  });

  test.each(["", "nothing", "-----BEGIN", " -----BEGIN A-----\nAAEC\n -----END A-----", "-----END A-----\n"])(
    "%j has no block",
    (text) => {
      expect(blocksOf(text)).toEqual([]);
    },
  );

  test.each([
    ["without an end", "-----BEGIN A-----\nAAEC\n"],
    ["with another end", "-----BEGIN A-----\nAAEC\n-----END B-----\n"],
    ["with another begin", `-----BEGIN A-----\nAAEC\n${block("A", "AAEC")}`],
    ["with a broken first line", "-----BEGIN A----\nAAEC\n-----END A-----\n"],
    ["with a broken last line", "-----BEGIN A-----\nAAEC\n-----END A--\n"],
    ["with a label that is too long", block("A".repeat(65), "AAEC")],
    ["with something else than base64", block("A", "AAEC", "A*EC")],
    ["that is cut off within base64", block("A", "AAE")],
  ])("refuses a block %s", (_name, text) => {
    expect(() => blocksOf(text)).toThrow(MalformedError);
  });
});
