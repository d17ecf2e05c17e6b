/** The checksum of stored records. */

import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../src/mqtt/crc32.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";

test("gives the check value of the CRC catalogue", () => {
  expect(crc32(encodeUtf8("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("starts where it is told to", () => {
  expect(crc32(encodeUtf8("xx123456789"), 2)).toBe(0xcbf43926);
});

test.runIf(typeof zlibCrc32 === "function")("agrees with zlib", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === zlibCrc32(bytes)));
});
