/** Certificate in both directions, and CertificateRequest (RFC 5246 sections 7.4.2, 7.4.4 and 7.4.6). */

import type { ChainFault } from "../x509/trust.js";
import {
  BAD_CERTIFICATE,
  CERTIFICATE_EXPIRED,
  DECODE_ERROR,
  UNKNOWN_CA,
  UNSUPPORTED_CERTIFICATE,
} from "./alert.js";
import { ByteReader } from "./byte-reader.js";
import { vector } from "./bytes.js";
import { CERTIFICATE, handshakeMessage } from "./handshake-message.js";
import { signatureAlgorithmFor } from "./signature-algorithms.js";
import { TlsError } from "./tls-error.js";
import type { ClientCredentials } from "./tls-options.js";

/** Longest chain that is taken from a server, in certificates. */
const CHAIN_LIMIT = 8;

/** Of the types of client certificates (RFC 5246 section 7.4.4, RFC 8422 section 5.5). */
const RSA_SIGN = 1;
const ECDSA_SIGN = 64;

/**
 * The server's certificates in DER, as views.
 * @throws TlsError
 */
export function parseCertificate(body: Uint8Array): readonly Uint8Array[] {
  const reader = new ByteReader(body, "Certificate");
  const list = new ByteReader(reader.vector(3, 1), "Certificate");
  reader.end();
  const chain: Uint8Array[] = [];
  while (!list.isAtEnd) {
    chain.push(list.vector(3, 1));
    if (chain.length > CHAIN_LIMIT) {
      const message = `the server sends more than ${CHAIN_LIMIT} certificates`;
      throw new TlsError(DECODE_ERROR, "chain-too-long", message, "server");
    }
  }
  return chain;
}

/** The client's; empty when it has none that fit. */
export function certificateMessage(certificates: readonly Uint8Array[]): Uint8Array {
  return handshakeMessage(CERTIFICATE, vector(3, ...certificates.map((der) => vector(3, der))));
}

/**
 * Whether the server takes certificates with such a key. The authorities it names are not looked at: a device has one
 * certificate, and the server knows better whether it will do.
 * @throws TlsError
 */
export function acceptsCredentials(body: Uint8Array, credentials: ClientCredentials | undefined): boolean {
  const reader = new ByteReader(body, "CertificateRequest");
  const types = reader.vector(1, 1);
  const algorithms = new ByteReader(reader.vector(2, 2), "CertificateRequest");
  reader.vector(2);
  reader.end();
  const numbers: number[] = [];
  while (!algorithms.isAtEnd) numbers.push(algorithms.uint16());
  if (credentials === undefined) return false;
  const { keyType, number } = signatureAlgorithmFor(credentials.privateKey);
  return types.includes(keyType === "rsa" ? RSA_SIGN : ECDSA_SIGN) && numbers.includes(number);
}

const CHAIN_ALERTS: Readonly<Record<ChainFault, number>> = Object.freeze({
  "certificate-malformed": BAD_CERTIFICATE,
  "certificate-expired": CERTIFICATE_EXPIRED,
  "certificate-not-yet-valid": CERTIFICATE_EXPIRED,
  "certificate-wrong-host": BAD_CERTIFICATE,
  "certificate-without-names": BAD_CERTIFICATE,
  "certificate-self-signed": UNKNOWN_CA,
  "certificate-unknown-authority": UNKNOWN_CA,
  "certificate-issuer-no-authority": UNKNOWN_CA,
  "certificate-bad-signature": BAD_CERTIFICATE,
  "certificate-weak-signature": BAD_CERTIFICATE,
  "certificate-wrong-use": UNSUPPORTED_CERTIFICATE,
  "certificate-unsupported": UNSUPPORTED_CERTIFICATE,
});

/** Why the server's chain is refused, under the code of the fault. */
export function chainError(fault: ChainFault, message: string): TlsError {
  const isAboutName = fault === "certificate-wrong-host" || fault === "certificate-without-names";
  return new TlsError(CHAIN_ALERTS[fault], fault, message, isAboutName ? "server" : "ssl_ca_cert");
}
