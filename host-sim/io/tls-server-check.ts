/** What OpenSSL leaves open about a server's certificates: whose they are, and who may issue certificates. */

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { DetailedPeerCertificate } from "node:tls";
import { TransportError } from "../../src/mqtt/errors.js";
import type { ChainFault } from "../../src/transport/x509/trust.js";

/** Certificates on a path, at most. */
const MAXIMUM_PATH_LENGTH = 10;

/** Host names only: without fallback to the common name, and wildcards only for the whole of the first label. */
const NAME_RULES = Object.freeze({
  subject: "never",
  wildcards: true,
  partialWildcards: false,
  multiLabelWildcards: false,
  singleLabelSubdomains: false,
} as const);

/**
 * What is wrong with a server that OpenSSL has found good; undefined: nothing.
 *
 * OpenSSL takes an issuer for an authority that does not say so (a certificate of version 1, or one with `keyCertSign`
 * only), and a server's own certificate for one when it is among the authorities. Here each issuer has to say that it
 * is an authority, up to one of `authorities`.
 * @param host name or IP address that the server is known by
 */
export function serverFault(
  peer: DetailedPeerCertificate,
  host: string,
  authorities: readonly X509Certificate[],
): TransportError | undefined {
  const leaf = new X509Certificate(peer.raw);
  return pathFault(peer, leaf, authorities) ?? nameFault(leaf, host);
}

/**
 * Looks for the authority first at each step, as OpenSSL does: a server may send a certificate by another authority
 * for one that is known here.
 */
function pathFault(
  peer: DetailedPeerCertificate,
  leaf: X509Certificate,
  authorities: readonly X509Certificate[],
): TransportError | undefined {
  let subject = leaf;
  let described: DetailedPeerCertificate | undefined = peer;
  for (let length = 1; length < MAXIMUM_PATH_LENGTH; length += 1) {
    const issuers = authorities.filter((authority) => isIssuedBy(subject, authority));
    if (issuers.some(({ ca }) => ca)) return undefined;
    described = described.issuerCertificate as DetailedPeerCertificate | undefined;
    if (described === undefined) break;
    const issuer = issuers[0] ?? new X509Certificate(described.raw);
    if (!issuer.ca) {
      const message = `${nameOf(issuer)} has issued a certificate, and is no authority (basicConstraints CA:TRUE)`;
      return fault("certificate-issuer-no-authority", message, "ssl_ca_cert");
    }
    if (issuer.raw.equals(subject.raw) || !isIssuedBy(subject, issuer)) break;
    subject = issuer;
  }
  const message = `${nameOf(subject)} leads to none of the authorities of ssl_ca_cert`;
  return fault("certificate-unknown-authority", message, "ssl_ca_cert");
}

function isIssuedBy(subject: X509Certificate, issuer: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function nameFault(leaf: X509Certificate, host: string): TransportError | undefined {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  const matches =
    isIP(name) === 0 ? leaf.checkHost(name, NAME_RULES) !== undefined : leaf.checkIP(name) !== undefined;
  if (matches) return undefined;
  const names = leaf.subjectAltName ?? "";
  if (!/(^|, )(DNS|IP Address):/.test(names)) {
    const message =
      "the server's certificate has no subjectAltName with a host name or an address; have it issued anew";
    return fault("certificate-without-names", message, "server");
  }
  const message = `the server's certificate is made out to ${shortened(names)}, and not to ${host}`;
  return fault("certificate-wrong-host", message, "server");
}

function fault(code: ChainFault, message: string, key: string): TransportError {
  return new TransportError("tls", code, message, key);
}

/** On one line, as it may be anybody's text. */
function nameOf({ subject }: X509Certificate): string {
  return `the certificate of "${shortened((subject ?? "").replaceAll("\n", ", "))}"`;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
