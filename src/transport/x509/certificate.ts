/** Reads one certificate (RFC 5280 section 4.1), strictly; nothing is decided here about whether it is trusted. */

import type { Milliseconds } from "../../mqtt/ports.js";
import type { PublicKey } from "../crypto/crypto.js";
import { DerReader, equalBytes, MalformedError, TAG } from "../der.js";
import type { SignatureAlgorithm } from "./algorithms.js";
import { readPublicKey, readSignatureAlgorithm } from "./algorithms.js";
import type { Extensions } from "./extensions.js";
import { NO_EXTENSIONS, readExtensions } from "./extensions.js";
import type { Refusal } from "./refusal.js";
import { readTime } from "./time.js";

/** Bytes in a certificate; those of public authorities have about 2,000. */
export const MAXIMUM_CERTIFICATE_LENGTH = 8_192;

/** All byte strings are views of `bytes`. */
export interface Certificate {
  /** The whole of it. */
  readonly bytes: Uint8Array;
  /** What is signed: the TBSCertificate. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
  /** A message of the refusals goes on after the certificate's name. */
  readonly signatureAlgorithm: SignatureAlgorithm | Refusal;
  readonly publicKey: PublicKey | Refusal;
  /** The names as they are encoded: two are the same when their bytes are. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The first and the last moment of its validity, in ms since 1970. */
  readonly notBefore: Milliseconds;
  readonly notAfter: Milliseconds;
  readonly extensions: Extensions;
}

/** Versions count from 0; 2 is that with extensions. */
const VERSION_3 = 2;
/** Bytes in a serial number (section 4.1.2.2), and its sign. */
const MAXIMUM_SERIAL_LENGTH = 21;

/** @throws MalformedError when it is not a certificate, or more than `MAXIMUM_CERTIFICATE_LENGTH` */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > MAXIMUM_CERTIFICATE_LENGTH) {
    throw new MalformedError(`it has ${bytes.length} bytes, more than ${MAXIMUM_CERTIFICATE_LENGTH}`);
  }
  const file = new DerReader(bytes);
  const outer = file.enter(TAG.SEQUENCE);
  file.finish();
  const signedBytes = outer.element(TAG.SEQUENCE);
  const outerAlgorithm = outer.element(TAG.SEQUENCE);
  const signature = outer.bitStringBytes();
  outer.finish();

  const signed = new DerReader(signedBytes).enter(TAG.SEQUENCE);
  const version = readVersion(signed);
  if (signed.content(TAG.INTEGER).length > MAXIMUM_SERIAL_LENGTH) {
    throw new MalformedError("the serial number is too long");
  }
  const innerAlgorithm = signed.element(TAG.SEQUENCE);
  if (!equalBytes(innerAlgorithm, outerAlgorithm)) {
    throw new MalformedError("the signature's algorithm is not the one that is signed");
  }
  const issuer = signed.element(TAG.SEQUENCE);
  const validity = signed.enter(TAG.SEQUENCE);
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.finish();
  const subject = signed.element(TAG.SEQUENCE);
  const publicKey = readPublicKey(signed.enter(TAG.SEQUENCE));
  const extensions = readTail(signed, version);
  const signatureAlgorithm = readSignatureAlgorithm(outerAlgorithm);
  const names = { issuer, subject };
  const signing = { signedBytes, signature, signatureAlgorithm };
  return { bytes, ...signing, publicKey, ...names, notBefore, notAfter, extensions };
}

/** `[0] EXPLICIT INTEGER`, absent for version 1. */
function readVersion(signed: DerReader): number {
  if (!signed.isNext(TAG.CONTEXT_CONSTRUCTED)) return 0;
  const reader = signed.enter(TAG.CONTEXT_CONSTRUCTED);
  const version = reader.smallInteger(VERSION_3);
  reader.finish();
  if (version === 0) throw new MalformedError("version 1 is not left out");
  return version;
}

/** What follows the key: two identifiers that nobody uses, and the extensions. */
function readTail(signed: DerReader, version: number): Extensions {
  for (const number of [1, 2]) {
    if (signed.isNext(TAG.CONTEXT + number)) signed.skip();
  }
  if (signed.isAtEnd) return NO_EXTENSIONS;
  if (version !== VERSION_3) throw new MalformedError("there are extensions in a certificate without them");
  const outer = signed.enter(TAG.CONTEXT_CONSTRUCTED + 3);
  signed.finish();
  const extensions = readExtensions(outer.enter(TAG.SEQUENCE));
  outer.finish();
  return extensions;
}
