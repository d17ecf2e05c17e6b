/** The algorithms that certificates may use, by their object identifiers: signatures and public keys. */

import type { CurveName, HashName, PublicKey } from "../crypto/crypto.js";
import { curveOf } from "../crypto/curve.js";
import {
  bitsOf,
  isAcceptableExponent,
  isAcceptableModulus,
  MAXIMUM_MODULUS_BITS,
  MINIMUM_MODULUS_BITS,
} from "../crypto/strict-rsa.js";
import { DerReader, MalformedError, TAG } from "../der.js";
import type { Refusal } from "./refusal.js";

/** How a certificate is signed. */
export interface SignatureAlgorithm {
  readonly type: PublicKey["type"];
  readonly hash: HashName;
}

const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const EC_PUBLIC_KEY = "1.2.840.10045.2.1";

/** RFC 4055 section 5, RFC 5758 section 3.2. */
const SIGNATURES: Readonly<Record<string, SignatureAlgorithm>> = Object.freeze({
  "1.2.840.113549.1.1.11": Object.freeze({ type: "rsa", hash: "SHA256" }),
  "1.2.840.113549.1.1.12": Object.freeze({ type: "rsa", hash: "SHA384" }),
  "1.2.840.113549.1.1.13": Object.freeze({ type: "rsa", hash: "SHA512" }),
  "1.2.840.10045.4.3.2": Object.freeze({ type: "ec", hash: "SHA256" }),
  "1.2.840.10045.4.3.3": Object.freeze({ type: "ec", hash: "SHA384" }),
  "1.2.840.10045.4.3.4": Object.freeze({ type: "ec", hash: "SHA512" }),
});

/** Signatures by hashes for which others with the same digest can be made. */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = Object.freeze({
  "1.2.840.113549.1.1.2": "MD2",
  "1.2.840.113549.1.1.3": "MD4",
  "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.3.14.3.2.29": "SHA-1",
  "1.2.840.10045.4.1": "SHA-1",
});

/** RFC 5480 section 2.1.1.1. */
const CURVES: Readonly<Record<string, CurveName>> = Object.freeze({
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
});

/** The curve of an object identifier, if it is one that we know. */
export function curveNamed(identifier: string): CurveName | undefined {
  return CURVES[identifier];
}

/** Whether an object identifier says "RSA", "EC", or something else, for keys. */
export function keyTypeNamed(identifier: string): PublicKey["type"] | undefined {
  return identifier === RSA_ENCRYPTION ? "rsa" : identifier === EC_PUBLIC_KEY ? "ec" : undefined;
}

/** Reads a signature's AlgorithmIdentifier. */
export function readSignatureAlgorithm(element: Uint8Array): SignatureAlgorithm | Refusal {
  const reader = new DerReader(element).enter(TAG.SEQUENCE);
  const identifier = reader.objectIdentifier();
  const weak = WEAK_SIGNATURES[identifier];
  if (weak !== undefined) {
    return { fault: "certificate-weak-signature", message: `is signed with ${weak}, which can be forged` };
  }
  const algorithm = SIGNATURES[identifier];
  if (algorithm === undefined) {
    return { fault: "certificate-unsupported", message: `is signed by the unknown algorithm ${identifier}` };
  }
  // For RSA with SHA-2 they are NULL or absent, and both are to be accepted; for ECDSA they are absent.
  if (algorithm.type === "rsa" && !reader.isAtEnd) readNull(reader);
  reader.finish();
  return algorithm;
}

/** Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). */
export function readPublicKey(reader: DerReader): PublicKey | Refusal {
  const algorithm = reader.enter(TAG.SEQUENCE);
  const bytes = reader.bitStringBytes();
  reader.finish();
  const identifier = algorithm.objectIdentifier();
  const type = keyTypeNamed(identifier);
  if (type === "rsa") {
    readNull(algorithm);
    algorithm.finish();
    return readRsaKey(bytes);
  }
  if (type === "ec") return readEcKey(algorithm, bytes);
  return { fault: "certificate-unsupported", message: `has a key of the unknown kind ${identifier}` };
}

/** RSAPublicKey (RFC 8017 appendix A.1.1). */
function readRsaKey(bytes: Uint8Array): PublicKey | Refusal {
  const outer = new DerReader(bytes);
  const reader = outer.enter(TAG.SEQUENCE);
  outer.finish();
  const modulus = reader.unsignedInteger();
  const exponent = reader.unsignedInteger();
  reader.finish();
  if (bitsOf(modulus) < MINIMUM_MODULUS_BITS) {
    const message = `has an RSA key of ${bitsOf(modulus)} bits, fewer than ${MINIMUM_MODULUS_BITS}`;
    return { fault: "certificate-weak-signature", message };
  }
  if (!isAcceptableModulus(modulus) || !isAcceptableExponent(exponent)) {
    const message = `has an RSA key of ${bitsOf(modulus)} bits with an exponent of ${bitsOf(exponent)}, which is not supported (at most ${MAXIMUM_MODULUS_BITS} and 32, both odd)`;
    return { fault: "certificate-unsupported", message };
  }
  return { type: "rsa", modulus, exponent };
}

/** A named curve, and an uncompressed point (RFC 5480 section 2); whether it is on the curve is checked by its use. */
function readEcKey(algorithm: DerReader, point: Uint8Array): PublicKey | Refusal {
  const identifier = algorithm.isNext(TAG.OBJECT_IDENTIFIER) ? algorithm.objectIdentifier() : "of its own";
  const curve = CURVES[identifier];
  if (curve === undefined) {
    return { fault: "certificate-unsupported", message: `has a key on the unknown curve ${identifier}` };
  }
  algorithm.finish();
  if (point[0] === 0x02 || point[0] === 0x03) {
    return { fault: "certificate-unsupported", message: "has a compressed key" };
  }
  if (point[0] !== 0x04 || point.length !== 1 + 2 * curveOf(curve).byteLength) {
    throw new MalformedError("a point has the wrong length");
  }
  return { type: "ec", curve, point };
}

function readNull(reader: DerReader): void {
  if (reader.content(TAG.NULL).length > 0) throw new MalformedError("NULL has a content");
}
