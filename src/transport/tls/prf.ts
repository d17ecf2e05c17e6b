/** TLS 1.2's pseudo-random function with SHA-256, that of all our cipher suites (RFC 5246 section 5). */

import { encodeUtf8 } from "../../mqtt/utf8.js";
import type { Crypto } from "../crypto/crypto.js";
import { joined } from "./bytes.js";

/**
 * `byteLength` bytes from `secret`.
 * @param label ASCII
 */
export function prf(
  crypto: Crypto,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  byteLength: number,
): Uint8Array {
  const labelAndSeed = joined(encodeUtf8(label), seed);
  const output = new Uint8Array(byteLength);
  let a = labelAndSeed;
  for (let end = 0; end < byteLength; ) {
    a = crypto.hmac("SHA256", secret, a);
    const block = crypto.hmac("SHA256", secret, a, labelAndSeed);
    output.set(block.subarray(0, byteLength - end), end);
    end += block.length;
    block.fill(0);
  }
  return output;
}
