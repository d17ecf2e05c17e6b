/**
 * Verifies a server's certificates (RFC 5280 section 6): finds a path from the leaf to an authority that is trusted, and
 * checks all of it. Refuses whatever it does not know; never throws for what the certificates say.
 *
 * Every certificate of the config's file is an authority, a root or not (OpenSSL's "partial chain"): who puts an
 * intermediate into the file trusts it. It is trusted by its place there; so its own signature is not checked, but its
 * validity, basicConstraints and the other extensions are, as for those that the server sends.
 */

import type { Crypto, PublicKey } from "../crypto/crypto.js";
import { equalBytes, MalformedError } from "../der.js";
import type { Certificate } from "./certificate.js";
import { parseCertificate } from "./certificate.js";
import { leafRefusal, pathRefusal, signatureRefusal } from "./checks.js";
import { shownName } from "./distinguished-name.js";
import type { Refusal } from "./refusal.js";
import type { ServerName } from "./server-name.js";
import { serverNameOf } from "./server-name.js";
import type { ChainVerdict, TrustOptions } from "./trust.js";

/** Certificates that a server may send; usual are one to four. */
export const MAXIMUM_CHAIN_LENGTH = 8;
/** Issuers that are tried, each at the cost of a signature check; so a server cannot keep the device busy. */
const MAXIMUM_TRIES = 16;

/** @param chain as the server has sent it: the leaf first, then in any order what leads to an authority */
export function verifyChain(
  chain: readonly Uint8Array[],
  options: TrustOptions,
  crypto: Crypto,
): ChainVerdict {
  if (chain.length > MAXIMUM_CHAIN_LENGTH) {
    const message = `the server sent ${chain.length} certificates, more than ${MAXIMUM_CHAIN_LENGTH}`;
    return { fault: "certificate-unsupported", message };
  }
  const server = serverNameOf(options.host);
  if (server === undefined) {
    const message = `no certificate can be made out to ${options.host}: it is no ASCII host name`;
    return { fault: "certificate-wrong-host", message };
  }
  const sent: Certificate[] = [];
  try {
    for (const bytes of chain) sent.push(parseCertificate(bytes));
  } catch (error) {
    return malformed(`certificate ${sent.length + 1} of ${chain.length} that the server sent`, error);
  }
  const [leaf] = sent;
  if (leaf === undefined)
    return { fault: "certificate-malformed", message: "the server sent no certificate" };
  return new PathSearch(leaf, sent.slice(1), server, options, crypto).verdict();
}

/** What to say of a `MalformedError`; throws any other. */
function malformed(what: string, error: unknown): Refusal {
  if (!(error instanceof MalformedError)) throw error;
  return { fault: "certificate-malformed", message: `${what} is malformed: ${error.message}` };
}

/** A copy of a key that is a view of what was received. */
function copyOf(key: PublicKey): PublicKey {
  return key.type === "rsa"
    ? { type: "rsa", modulus: new Uint8Array(key.modulus), exponent: new Uint8Array(key.exponent) }
    : { ...key, point: new Uint8Array(key.point) };
}

/** The search for a path, depth first; authorities are tried before what the server sent. */
class PathSearch {
  readonly #leaf: Certificate;
  readonly #others: readonly Certificate[];
  readonly #server: ServerName;
  readonly #options: TrustOptions;
  readonly #crypto: Crypto;
  #tries = 0;
  /** Why the most promising way, the longest, did not lead to the end. */
  #refusal: Refusal | undefined;
  #refusalLength = 0;
  /** The last certificate of a way that ended for want of an issuer. */
  #end: Certificate;

  constructor(
    leaf: Certificate,
    others: readonly Certificate[],
    server: ServerName,
    options: TrustOptions,
    crypto: Crypto,
  ) {
    this.#leaf = leaf;
    this.#end = leaf;
    this.#others = others;
    this.#server = server;
    this.#options = options;
    this.#crypto = crypto;
  }

  verdict(): ChainVerdict {
    const leaf = this.#leaf;
    const refusal = leafRefusal(leaf);
    if (refusal !== undefined) return refusal;
    const isTrusted =
      (this.#options.authorities.some((bytes) => equalBytes(bytes, leaf.bytes)) && this.#isGood([leaf])) ||
      this.#extend([leaf]);
    if (isTrusted && !("fault" in leaf.publicKey)) return { leaf: copyOf(leaf.publicKey) };
    return this.#refusal ?? this.#withoutIssuer();
  }

  /** Whether a way from the last certificate of `path` leads to an authority, and is good. */
  #extend(path: readonly Certificate[]): boolean {
    const child = path[path.length - 1] as Certificate;
    let hasIssuer = false;
    for (const bytes of this.#options.authorities) {
      const issuer = authorityOf(bytes);
      if (issuer === undefined || !mayHaveIssued(issuer, child)) continue;
      hasIssuer = true;
      if (this.#hasIssued(issuer, path) && this.#isGood([...path, issuer])) return true;
    }
    for (const issuer of this.#others) {
      if (path.includes(issuer) || !mayHaveIssued(issuer, child)) continue;
      hasIssuer = true;
      if (this.#hasIssued(issuer, path) && this.#extend([...path, issuer])) return true;
    }
    if (!hasIssuer) this.#end = child;
    return false;
  }

  #hasIssued(issuer: Certificate, path: readonly Certificate[]): boolean {
    this.#tries += 1;
    if (this.#tries > MAXIMUM_TRIES) {
      const message = "the server's certificates have too many issuers of the same name";
      return this.#note({ fault: "certificate-unsupported", message }, path.length);
    }
    return this.#note(signatureRefusal(issuer, path, this.#crypto), path.length);
  }

  #isGood(path: readonly Certificate[]): boolean {
    let refusal: Refusal | undefined;
    try {
      refusal = pathRefusal(path, this.#server, this.#options);
    } catch (error) {
      refusal = malformed("a name in a certificate", error);
    }
    return this.#note(refusal, path.length);
  }

  /** Remembers a refusal; true when there is none. */
  #note(refusal: Refusal | undefined, length: number): boolean {
    if (refusal === undefined) return true;
    if (length > this.#refusalLength) {
      this.#refusal = refusal;
      this.#refusalLength = length;
    }
    return false;
  }

  #withoutIssuer(): Refusal {
    const { issuer, subject } = this.#end;
    const isOwn = equalBytes(issuer, subject);
    if (isOwn && this.#end === this.#leaf) {
      const message = `the server's certificate ${shownName(subject)} is signed by itself, and not among the authorities that are trusted`;
      return { fault: "certificate-self-signed", message };
    }
    const isNamesake = this.#options.authorities.some((bytes) => {
      const authority = authorityOf(bytes);
      return authority !== undefined && equalBytes(authority.subject, issuer);
    });
    const which = isOwn ? "where the chain ends" : `which has issued the certificate ${shownName(subject)}`;
    const instead = isNamesake ? ": the one of that name has another key" : "";
    const message = `${shownName(issuer)}, ${which}, is not among the authorities that are trusted${instead}`;
    return { fault: "certificate-unknown-authority", message };
  }
}

/** An authority of the config's file; undefined when we cannot read it, so that one old one does not spoil all. */
function authorityOf(bytes: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(bytes);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** By the names, and the identifiers of the keys if both have one (RFC 5280 section 4.2.1.1). */
function mayHaveIssued(issuer: Certificate, child: Certificate): boolean {
  if (!equalBytes(issuer.subject, child.issuer)) return false;
  const { subjectKeyIdentifier } = issuer.extensions;
  const { authorityKeyIdentifier } = child.extensions;
  return (
    subjectKeyIdentifier === undefined ||
    authorityKeyIdentifier === undefined ||
    equalBytes(subjectKeyIdentifier, authorityKeyIdentifier)
  );
}
