/** Reads a private key from DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 appendix A.1.2) and SEC1 (RFC 5915). */

import { bigintOf } from "../crypto/big-endian.js";
import type { CurveName, PrivateKey } from "../crypto/crypto.js";
import { curveOf } from "../crypto/curve.js";
import {
  bitsOf,
  isAcceptableExponent,
  isAcceptableModulus,
  isConsistent,
  MAXIMUM_MODULUS_BITS,
  MINIMUM_MODULUS_BITS,
} from "../crypto/strict-rsa.js";
import { DerReader, MalformedError, TAG } from "../der.js";
import { curveNamed, keyTypeNamed } from "./algorithms.js";

/** A file without a private key that can be used; `message` goes on after "the file". */
export class KeyError extends Error {
  override readonly name = "KeyError";
  readonly code: "private-key-missing" | "private-key-encrypted" | "private-key-unsupported";

  constructor(code: KeyError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Bytes in a private key: one of 4096 bits has 2,400. */
const MAXIMUM_KEY_LENGTH = 4_096;
/** `[0]` and `[1]` of SEC1: curve and public key; `[0]` and `[1]` of PKCS#8: attributes and public key. */
const PARAMETERS = TAG.CONTEXT_CONSTRUCTED;
const MAXIMUM_VERSION = 1;

/**
 * The format shows in the structure: after the version comes an algorithm, a number, or bytes. All numbers are copies.
 * @throws MalformedError, KeyError; there is nothing of the key in their messages
 */
export function parsePrivateKey(bytes: Uint8Array): PrivateKey {
  if (bytes.length > MAXIMUM_KEY_LENGTH) {
    throw new MalformedError(`it has ${bytes.length} bytes, more than ${MAXIMUM_KEY_LENGTH}`);
  }
  const outer = new DerReader(bytes);
  const reader = outer.enter(TAG.SEQUENCE);
  outer.finish();
  if (reader.isNext(TAG.SEQUENCE)) throw withoutVersion(reader);
  const version = reader.smallInteger(MAXIMUM_VERSION);
  if (reader.isNext(TAG.SEQUENCE)) return readPkcs8(reader);
  if (reader.isNext(TAG.OCTET_STRING)) return readSec1(reader, version, undefined);
  return readPkcs1(reader, version);
}

/** What starts with a sequence is an EncryptedPrivateKeyInfo (RFC 5958 section 3), or no key at all. */
function withoutVersion(reader: DerReader): KeyError {
  reader.skip();
  return reader.isNext(TAG.OCTET_STRING)
    ? new KeyError(
        "private-key-encrypted",
        "has an encrypted private key, which is not supported: decrypt it first",
      )
    : new KeyError("private-key-missing", "has no private key, but something else, such as a certificate");
}

/** After the version: algorithm, key in its own format, attributes. */
function readPkcs8(reader: DerReader): PrivateKey {
  const algorithm = reader.enter(TAG.SEQUENCE);
  const inner = new DerReader(reader.content(TAG.OCTET_STRING));
  while (!reader.isAtEnd) reader.skip();
  const identifier = algorithm.objectIdentifier();
  const type = keyTypeNamed(identifier);
  if (type === undefined) {
    const message = `has a private key of the unknown kind ${identifier}; RSA and EC are supported`;
    throw new KeyError("private-key-unsupported", message);
  }
  const key = inner.enter(TAG.SEQUENCE);
  inner.finish();
  const version = key.smallInteger(MAXIMUM_VERSION);
  return type === "rsa" ? readPkcs1(key, version) : readSec1(key, version, readCurve(algorithm));
}

/** After the version: n, e, d, p, q, and three numbers that follow from these. */
function readPkcs1(reader: DerReader, version: number): PrivateKey {
  if (version !== 0) throw new KeyError("private-key-unsupported", "has an RSA key of more than two primes");
  const numbers: Uint8Array[] = [];
  for (let i = 0; i < 8; i += 1) numbers.push(new Uint8Array(reader.unsignedInteger()));
  reader.finish();
  const [modulus, exponent, privateExponent, prime1, prime2] = numbers as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  if (!isAcceptableModulus(modulus) || !isAcceptableExponent(exponent)) {
    const message = `has an RSA key of ${bitsOf(modulus)} bits and an exponent of ${bitsOf(exponent)}; ${MINIMUM_MODULUS_BITS} to ${MAXIMUM_MODULUS_BITS} bits, and an exponent of 2 to 32, are supported`;
    throw new KeyError("private-key-unsupported", message);
  }
  const key = { type: "rsa", modulus, exponent, privateExponent, prime1, prime2 } as const;
  if (!isConsistent(key)) throw new MalformedError("the numbers of an RSA key do not fit each other");
  return key;
}

/** After the version: the scalar, `[0]` the curve, unless PKCS#8 has said it, and `[1]` the public key. */
function readSec1(reader: DerReader, version: number, named: CurveName | undefined): PrivateKey {
  if (version !== 1) throw new MalformedError("the version of an EC key is not 1");
  const scalar = new Uint8Array(reader.content(TAG.OCTET_STRING));
  const curve = reader.isNext(PARAMETERS) ? readCurve(reader.enter(PARAMETERS)) : named;
  if (curve === undefined)
    throw new KeyError("private-key-unsupported", "has an EC key that does not name its curve");
  if (named !== undefined && curve !== named) throw new MalformedError("the curves of an EC key differ");
  if (reader.isNext(PARAMETERS + 1)) reader.skip();
  reader.finish();
  const { byteLength, order } = curveOf(curve);
  const number = bigintOf(scalar);
  if (scalar.length !== byteLength || number === 0n || number >= order) {
    throw new MalformedError("an EC key is out of range");
  }
  return { type: "ec", curve, scalar };
}

function readCurve(reader: DerReader): CurveName {
  const identifier = reader.isNext(TAG.OBJECT_IDENTIFIER) ? reader.objectIdentifier() : "of its own";
  const curve = curveNamed(identifier);
  if (curve !== undefined) return curve;
  const message = `has an EC key on the unknown curve ${identifier}; P-256 and P-384 are supported`;
  throw new KeyError("private-key-unsupported", message);
}
