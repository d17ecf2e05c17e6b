/** The signatures that Reed can check, and make (RFC 5246 section 7.4.1.4.1; the names are those of RFC 8446). */

import type { HashName, PrivateKey, PublicKey } from "../crypto/crypto.js";

export interface SignatureAlgorithm {
  /** Hash in the first byte, signature in the second one. */
  readonly number: number;
  readonly hash: HashName;
  readonly keyType: PublicKey["type"];
}

/**
 * In the order of preference. SHA-384 and SHA-512 are there for the certificates of authorities; SHA-1 is not, and
 * nor is RSA-PSS, which TLS 1.2 does not need.
 */
export const SIGNATURE_ALGORITHMS_OFFERED: readonly SignatureAlgorithm[] = Object.freeze([
  algorithm(0x0403, "SHA256", "ec"),
  algorithm(0x0401, "SHA256", "rsa"),
  algorithm(0x0503, "SHA384", "ec"),
  algorithm(0x0501, "SHA384", "rsa"),
  algorithm(0x0603, "SHA512", "ec"),
  algorithm(0x0601, "SHA512", "rsa"),
]);

/** With that number, if it was offered. */
export function signatureAlgorithm(number: number): SignatureAlgorithm | undefined {
  return SIGNATURE_ALGORITHMS_OFFERED.find((offered) => offered.number === number);
}

/** What a client certificate's key signs with: always SHA-256, which every server takes. */
export function signatureAlgorithmFor({ type }: PrivateKey): SignatureAlgorithm {
  return SIGNATURE_ALGORITHMS_OFFERED.find(({ keyType }) => keyType === type) as SignatureAlgorithm;
}

function algorithm(number: number, hash: HashName, keyType: PublicKey["type"]): SignatureAlgorithm {
  return Object.freeze({ number, hash, keyType });
}
