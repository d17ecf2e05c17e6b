/** Base64, with the vectors of RFC 4648 section 10. */

import { expect, test } from "vitest";
import { encodeBase64 } from "../../src/transport/base64.js";
import { bytesFromHex } from "../mqtt/support/hex.js";

test.each([
  ['""', ""],
  ['"f"', "Zg=="],
  ['"fo"', "Zm8="],
  ['"foo"', "Zm9v"],
  ['"foob"', "Zm9vYg=="],
  ['"fooba"', "Zm9vYmE="],
  ['"foobar"', "Zm9vYmFy"],
  ["00 10 83 fb ef be ff ff ff", "ABCD++++////"],
  ["ff", "/w=="],
])("%s is %s (RFC 4648 section 10)", (bytes, text) => {
  expect(encodeBase64(bytesFromHex(bytes))).toBe(text);
});
