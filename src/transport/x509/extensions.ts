/** The extensions of a certificate that decide about trust (RFC 5280 section 4.2). */

import { DerReader, MalformedError, TAG } from "../der.js";

export interface Extensions {
  /** basicConstraints says CA:TRUE. */
  readonly isAuthority: boolean;
  /** How many authorities there may be between this one and the leaf; absent: any number. */
  readonly pathLength?: number;
  /** The bits of `KEY_USAGE`; absent: any use. */
  readonly keyUsage?: number;
  /** Absent: any use. */
  readonly extendedKeyUsages?: readonly string[];
  /** The GeneralNames of the subject, as they are encoded. */
  readonly subjectAltName?: Uint8Array;
  /** As they are encoded. */
  readonly nameConstraints?: { readonly bytes: Uint8Array; readonly isCritical: boolean };
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** The first critical one that is not known: the certificate must not be used (section 4.2). */
  readonly unknownCritical?: string;
}

export const NO_EXTENSIONS: Extensions = Object.freeze({ isAuthority: false });

/** Bits of the key usage (section 4.2.1.3), the first as 0x8000. */
export const KEY_USAGE = Object.freeze({ DIGITAL_SIGNATURE: 0x8000, KEY_CERT_SIGN: 0x0400 });

/** Section 4.2.1.12. */
export const EXTENDED_KEY_USAGE = Object.freeze({
  ANY: "2.5.29.37.0",
  SERVER: "1.3.6.1.5.5.7.3.1",
});

const SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
const KEY_USAGE_IDENTIFIER = "2.5.29.15";
const SUBJECT_ALT_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const NAME_CONSTRAINTS = "2.5.29.30";
const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
const EXTENDED_KEY_USAGE_IDENTIFIER = "2.5.29.37";
/** May be critical, and be ignored: we ask for no policy (section 6.1.5). */
const CERTIFICATE_POLICIES = "2.5.29.32";

/** Extensions in a certificate, and extended uses; usual are ten and two. */
const MAXIMUM_EXTENSIONS = 32;
const MAXIMUM_USES = 32;
const MAXIMUM_PATH_LENGTH = 255;

type Found = { -readonly [Name in keyof Extensions]: Extensions[Name] };

/** Reads the elements of Extensions. */
export function readExtensions(reader: DerReader): Extensions {
  const seen: string[] = [];
  const found: Found = { isAuthority: false };
  while (!reader.isAtEnd) {
    const extension = reader.enter(TAG.SEQUENCE);
    const identifier = extension.objectIdentifier();
    // FALSE is the default, and as such has to be left out; some write it all the same, and it harms nobody.
    const isCritical = extension.isNext(TAG.BOOLEAN) && extension.boolean();
    const bytes = extension.content(TAG.OCTET_STRING);
    extension.finish();
    if (seen.includes(identifier)) throw new MalformedError(`the extension ${identifier} is there twice`);
    if (seen.length === MAXIMUM_EXTENSIONS) throw new MalformedError("there are too many extensions");
    seen.push(identifier);
    const content = new DerReader(bytes);
    switch (identifier) {
      case BASIC_CONSTRAINTS:
        readBasicConstraints(content, found);
        break;
      case KEY_USAGE_IDENTIFIER:
        found.keyUsage = content.namedBits();
        break;
      case EXTENDED_KEY_USAGE_IDENTIFIER:
        found.extendedKeyUsages = readUses(content.enter(TAG.SEQUENCE));
        break;
      case SUBJECT_ALT_NAME:
        found.subjectAltName = content.element(TAG.SEQUENCE);
        break;
      case NAME_CONSTRAINTS:
        found.nameConstraints = { bytes: content.element(TAG.SEQUENCE), isCritical };
        break;
      case SUBJECT_KEY_IDENTIFIER:
        found.subjectKeyIdentifier = content.content(TAG.OCTET_STRING);
        break;
      case AUTHORITY_KEY_IDENTIFIER:
        readAuthorityKeyIdentifier(content.enter(TAG.SEQUENCE), found);
        break;
      case CERTIFICATE_POLICIES:
        content.skip();
        break;
      default:
        if (isCritical) found.unknownCritical ??= identifier;
        continue;
    }
    content.finish();
  }
  if (seen.length === 0) throw new MalformedError("the list of extensions is empty");
  return found;
}

/** SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } (section 4.2.1.9) */
function readBasicConstraints(content: DerReader, found: Found): void {
  const reader = content.enter(TAG.SEQUENCE);
  if (reader.isNext(TAG.BOOLEAN)) found.isAuthority = reader.boolean();
  if (reader.isNext(TAG.INTEGER)) found.pathLength = reader.smallInteger(MAXIMUM_PATH_LENGTH);
  reader.finish();
}

function readUses(reader: DerReader): readonly string[] {
  const uses: string[] = [];
  while (!reader.isAtEnd) {
    if (uses.length === MAXIMUM_USES) throw new MalformedError("there are too many extended uses");
    uses.push(reader.objectIdentifier());
  }
  return uses;
}

/** SEQUENCE { keyIdentifier [0] OPTIONAL, issuer and serial number, which we do not need } (section 4.2.1.1) */
function readAuthorityKeyIdentifier(reader: DerReader, found: Found): void {
  if (reader.isNext(TAG.CONTEXT)) found.authorityKeyIdentifier = reader.content(TAG.CONTEXT);
  while (!reader.isAtEnd) reader.skip();
}
