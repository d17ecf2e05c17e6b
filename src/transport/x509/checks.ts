/** What is checked of the certificates on a path (RFC 5280 sections 4.2 and 6.1). */

import type { Crypto } from "../crypto/crypto.js";
import { equalBytes } from "../der.js";
import type { Certificate } from "./certificate.js";
import { shownName } from "./distinguished-name.js";
import { EXTENDED_KEY_USAGE, KEY_USAGE } from "./extensions.js";
import { forbiddenName, hasOtherKinds } from "./name-constraints.js";
import type { Refusal } from "./refusal.js";
import type { ServerName } from "./server-name.js";
import { hasNames, isMadeOutTo, shownNames, shownServerName } from "./server-name.js";
import { timeText } from "./time.js";
import type { TrustOptions } from "./trust.js";

/** Why the leaf is of no use, whoever has issued it. */
export function leafRefusal(leaf: Certificate): Refusal | undefined {
  return "fault" in leaf.publicKey ? about(leaf, leaf.publicKey) : undefined;
}

/**
 * Why `issuer` cannot vouch for the last certificate of `path`: it is no authority, or has not signed it.
 * @param path from the leaf on, without `issuer`
 */
export function signatureRefusal(
  issuer: Certificate,
  path: readonly Certificate[],
  crypto: Crypto,
): Refusal | undefined {
  const child = path[path.length - 1] as Certificate;
  const { signatureAlgorithm } = child;
  const { publicKey } = issuer;
  const refusal = authorityRefusal(issuer, path);
  if (refusal !== undefined) return refusal;
  if ("fault" in signatureAlgorithm) return about(child, signatureAlgorithm);
  if ("fault" in publicKey) return about(issuer, publicKey);
  if (
    signatureAlgorithm.type === publicKey.type &&
    crypto.verify(publicKey, signatureAlgorithm.hash, child.signedBytes, child.signature)
  ) {
    return undefined;
  }
  const message = `is not signed by the key of ${shownName(issuer.subject)}, though it says so`;
  return about(child, { fault: "certificate-bad-signature", message });
}

/** Why a path of good signatures, from the leaf to the authority, is not good for the server. */
export function pathRefusal(
  path: readonly Certificate[],
  server: ServerName,
  options: TrustOptions,
): Refusal | undefined {
  const [leaf] = path as readonly [Certificate];
  const authority = path[path.length - 1] as Certificate;
  // With a leaf that is in the file itself, this has not been checked yet.
  const refusal = path.length === 1 ? authorityRefusal(authority, []) : undefined;
  if (refusal !== undefined) return refusal;
  for (const certificate of path) {
    const found = timeRefusal(certificate, options) ?? useRefusal(certificate);
    if (found !== undefined) return about(certificate, found);
  }
  const found = leafUseRefusal(leaf) ?? nameRefusal(leaf, server);
  return found === undefined ? constraintRefusal(path, server) : about(leaf, found);
}

/** Why a certificate may not have issued the last of `path` (RFC 5280 sections 4.2.1.9 and 4.2.1.3). */
function authorityRefusal(issuer: Certificate, path: readonly Certificate[]): Refusal | undefined {
  const { isAuthority, keyUsage, pathLength } = issuer.extensions;
  const fault = "certificate-issuer-no-authority";
  if (!isAuthority) {
    return about(issuer, { fault, message: "is no authority: it has no basicConstraints that say CA:TRUE" });
  }
  if (keyUsage !== undefined && (keyUsage & KEY_USAGE.KEY_CERT_SIGN) === 0) {
    return about(issuer, { fault, message: "may not sign certificates, by its keyUsage" });
  }
  // Those between it and the leaf count, except for those that an authority has issued to itself.
  const between = path.slice(1).filter(({ issuer: by, subject }) => !equalBytes(by, subject)).length;
  if (pathLength !== undefined && between > pathLength) {
    const message = `allows ${pathLength} authorities below it, and there are ${between}`;
    return about(issuer, { fault, message });
  }
  return undefined;
}

function timeRefusal({ notBefore, notAfter }: Certificate, options: TrustOptions): Refusal | undefined {
  const { now, earliest } = options;
  const isKnown = now !== undefined && now >= earliest;
  const time = isKnown ? now : earliest;
  if (time > notAfter) {
    const clock = isKnown ? `it is ${timeText(time)}` : `it is ${timeText(time)} at least`;
    return { fault: "certificate-expired", message: `expired at ${timeText(notAfter)}, and ${clock}` };
  }
  if (isKnown && time < notBefore) {
    const message = `is not valid before ${timeText(notBefore)}, and it is ${timeText(time)}`;
    return { fault: "certificate-not-yet-valid", message };
  }
  return undefined;
}

/** Extensions that say what a certificate, and all below it, is for. */
function useRefusal({ extensions }: Certificate): Refusal | undefined {
  const { extendedKeyUsages, unknownCritical } = extensions;
  if (unknownCritical !== undefined) {
    const message = `has the critical extension ${unknownCritical}, which is not known here`;
    return { fault: "certificate-unsupported", message };
  }
  if (
    extendedKeyUsages !== undefined &&
    !extendedKeyUsages.includes(EXTENDED_KEY_USAGE.SERVER) &&
    !extendedKeyUsages.includes(EXTENDED_KEY_USAGE.ANY)
  ) {
    return { fault: "certificate-wrong-use", message: "is not for servers, by its extendedKeyUsage" };
  }
  return undefined;
}

/** The server signs its part of the key exchange. */
function leafUseRefusal({ extensions: { keyUsage } }: Certificate): Refusal | undefined {
  if (keyUsage === undefined || (keyUsage & KEY_USAGE.DIGITAL_SIGNATURE) !== 0) return undefined;
  return { fault: "certificate-wrong-use", message: "is not for signing, by its keyUsage" };
}

function nameRefusal({ extensions }: Certificate, server: ServerName): Refusal | undefined {
  const { subjectAltName } = extensions;
  if (subjectAltName === undefined || !hasNames(subjectAltName)) {
    const message = `has no subjectAltName, the only place where ${shownServerName(server)} would count`;
    return { fault: "certificate-without-names", message };
  }
  if (isMadeOutTo(subjectAltName, server)) return undefined;
  const message = `is made out to ${shownNames(subjectAltName)}, not to ${shownServerName(server)}`;
  return { fault: "certificate-wrong-host", message };
}

function constraintRefusal(path: readonly Certificate[], server: ServerName): Refusal | undefined {
  const [leaf] = path as readonly [Certificate];
  for (const issuer of path.slice(1)) {
    const { nameConstraints } = issuer.extensions;
    if (nameConstraints === undefined) continue;
    const { bytes, isCritical } = nameConstraints;
    if (isCritical && hasOtherKinds(bytes)) {
      const message = "has constraints for other names than of hosts, which are not supported";
      return about(issuer, { fault: "certificate-unsupported", message });
    }
    const name = forbiddenName(bytes, server, leaf.extensions.subjectAltName);
    if (name !== undefined) {
      return about(issuer, { fault: "certificate-wrong-use", message: `may not vouch for ${name}` });
    }
  }
  return undefined;
}

/** The refusal with the certificate's name before its message. */
function about(certificate: Certificate, { fault, message }: Refusal): Refusal {
  return { fault, message: `the certificate ${shownName(certificate.subject)} ${message}` };
}
