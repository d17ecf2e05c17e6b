/**
 * Certificates made by hand, for tests on every engine: good but for what a test asks for, and signed by a make-believe
 * signature that `PretendCrypto` knows to verify. So no key is needed, and it is fast on XS.
 */

import type { Crypto, HashName, PublicKey } from "../../../../src/transport/crypto/crypto.js";
import { der, objectIdentifier, sequence, text } from "./der-writer.js";

export const ECDSA_SHA256 = "1.2.840.10045.4.3.2";
const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";

export interface CertificateFields {
  readonly subject: string;
  readonly issuer: string;
  /** A number in place of a key. */
  readonly key: number;
  /** The key of the issuer. */
  readonly signedBy: number;
  readonly extensions?: readonly Uint8Array[];
  /** As they are encoded. */
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly publicKey?: Uint8Array;
  readonly serialNumber?: Uint8Array;
  readonly subjectName?: Uint8Array;
  /** `[0]`; an empty one leaves it out, for version 1. */
  readonly version?: Uint8Array;
  readonly algorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  /** Of the BIT STRING: unused bits, and bytes. */
  readonly signatureContent?: Uint8Array;
  /** Elements after the extensions, and after the signature. */
  readonly moreSigned?: Uint8Array;
  readonly moreOuter?: Uint8Array;
}

export function build(fields: CertificateFields): Uint8Array {
  const algorithm = fields.algorithm ?? sequence(objectIdentifier(ECDSA_SHA256));
  const extensions = fields.extensions ?? [];
  const signed = sequence(
    fields.version ?? der(0xa0, [0x02, 0x01, 0x02]),
    fields.serialNumber ?? [0x02, 0x01, 0x07],
    algorithm,
    distinguishedName(fields.issuer),
    sequence(fields.notBefore ?? utcTime("250101000000Z"), fields.notAfter ?? utcTime("300101000000Z")),
    fields.subjectName ?? distinguishedName(fields.subject),
    fields.publicKey ?? publicKey(fields.key),
    extensions.length === 0 ? [] : der(0xa3, sequence(...extensions)),
    fields.moreSigned ?? [],
  );
  const signature = fields.signatureContent ?? [0x00, ...pretendSignature(fields.signedBy, signed)];
  const outer = fields.outerAlgorithm ?? algorithm;
  return sequence(signed, outer, der(0x03, signature), fields.moreOuter ?? []);
}

export function authority(subject: string, key: number, more: Partial<CertificateFields> = {}): Uint8Array {
  return build({ subject, issuer: subject, key, signedBy: key, extensions: [CA], ...more });
}

export function leaf(issuer: string, signedBy: number, more: Partial<CertificateFields> = {}): Uint8Array {
  return build({
    subject: "leaf",
    issuer,
    key: 1,
    signedBy,
    extensions: [names("broker.example.com")],
    ...more,
  });
}

/** An extension, such as `extension("2.5.29.19", true, content)`. */
export function extension(identifier: string, isCritical: boolean, content: Uint8Array): Uint8Array {
  const critical = isCritical ? [0x01, 0x01, 0xff] : [];
  return sequence(objectIdentifier(identifier), critical, der(0x04, content));
}

export function basicConstraints(...content: readonly number[]): Uint8Array {
  return extension("2.5.29.19", true, sequence(content));
}

export const CA = basicConstraints(0x01, 0x01, 0xff);

/** CA:TRUE with a path length. */
export function authorityAbove(pathLength: number): Uint8Array {
  return basicConstraints(0x01, 0x01, 0xff, 0x02, 0x01, pathLength);
}

/** subjectAltName with DNS names. */
export function names(...values: readonly string[]): Uint8Array {
  return extension("2.5.29.17", false, sequence(...values.map((value) => text(0x82, value))));
}

export function distinguishedName(commonName: string): Uint8Array {
  return sequence(der(0x31, sequence(objectIdentifier("2.5.4.3"), text(0x0c, commonName))));
}

export function utcTime(value: string): Uint8Array {
  return text(0x17, value);
}

export function generalizedTime(value: string): Uint8Array {
  return text(0x18, value);
}

/** SubjectPublicKeyInfo of an EC key that is nothing but a number. */
export function publicKey(key: number): Uint8Array {
  const algorithm = sequence(objectIdentifier(EC_PUBLIC_KEY), objectIdentifier(P256));
  return sequence(algorithm, der(0x03, [0x00, 0x04], new Uint8Array(64).fill(key)));
}

/** Depends on the key and on every byte, as a signature does; whoever reads this can forge it. */
function pretendSignature(key: number, data: Uint8Array): Uint8Array {
  let sum = key;
  for (const byte of data) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return Uint8Array.of(key, sum >>> 24, sum >>> 16, sum >>> 8, sum);
}

/** Verifies what `build` has signed, and counts how often it was asked. */
export class PretendCrypto implements Pick<Crypto, "verify"> {
  count = 0;

  verify(key: PublicKey, _hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    this.count += 1;
    if (key.type !== "ec") return false;
    const expected = pretendSignature(key.point[1] as number, data);
    return signature.length === expected.length && signature.every((byte, i) => byte === expected[i]);
  }
}
