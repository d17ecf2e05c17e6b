/** Why TLS by Node failed, in the words and codes of Reed's own TLS where it has them. */

import { TransportError } from "../../src/mqtt/errors.js";
import { receivedAlert } from "../../src/transport/tls/received-alert.js";

/** Code, message, and the key to look at. */
type Meaning = readonly [code: string, message: string, key?: string];

const UNKNOWN_AUTHORITY: Meaning = Object.freeze([
  "certificate-unknown-authority",
  "the server's certificate leads to none of the authorities of ssl_ca_cert; add the one that issued it, and have the server send the certificates between",
  "ssl_ca_cert",
]);

const NO_AUTHORITY: Meaning = Object.freeze([
  "certificate-issuer-no-authority",
  "a certificate of the server's chain was issued by one that may not issue it; check the authorities",
  "ssl_ca_cert",
]);

/** What verifying the chain came to, by Node's names for the codes of OpenSSL (X509_V_ERR_…). */
const CHAIN_MEANINGS: Readonly<Record<string, Meaning>> = Object.freeze({
  CERT_HAS_EXPIRED: [
    "certificate-expired",
    "a certificate of the server's chain has expired; renew it, unless the clock here is wrong",
    "server",
  ],
  CERT_NOT_YET_VALID: [
    "certificate-not-yet-valid",
    "a certificate of the server's chain is not valid yet; check the clocks here and at the authority",
    "server",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "certificate-self-signed",
    "the server's certificate is signed by itself, and not among the authorities of ssl_ca_cert",
    "ssl_ca_cert",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: [
    "certificate-bad-signature",
    "a certificate of the server's chain is not signed by the authority it names",
    "ssl_ca_cert",
  ],
  INVALID_CA: NO_AUTHORITY,
  PATH_LENGTH_EXCEEDED: NO_AUTHORITY,
  INVALID_PURPOSE: [
    "certificate-wrong-use",
    "the server's certificate is not made for servers (extendedKeyUsage), or one above it not for authorities (basicConstraints)",
    "server",
  ],
});

/** Those that Node has no name for, by OpenSSL's text. */
const CHAIN_TEXTS: readonly (readonly [RegExp, Meaning])[] = Object.freeze([
  [
    /too weak|too small|MD_TOO_WEAK|KEY_TOO_SMALL/i,
    [
      "certificate-weak-signature",
      "a certificate of the server's chain has a weak key or signature (SHA-1, MD5, RSA below 2048 bits); have it issued anew",
      "server",
    ],
  ],
  [
    /subtree/,
    [
      "certificate-wrong-use",
      "an authority of the server's chain may not vouch for its names (nameConstraints)",
      "server",
    ],
  ],
  [/does not include certificate sign/, NO_AUTHORITY],
  [
    /critical extension/,
    [
      "certificate-unsupported",
      "a certificate of the server's chain has an unknown critical extension",
      "server",
    ],
  ],
] as const);

/** What the handshake came to, by parts of Node's codes, which are OpenSSL's names of its errors. */
const HANDSHAKE_MEANINGS: readonly (readonly [RegExp, Meaning])[] = Object.freeze([
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|HTTP_REQUEST|BAD_RECORD_TYPE/,
    ["not-tls", "what the server sends is not TLS: is this the port for it?", "server"],
  ],
  [
    /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/,
    ["version-unsupported", "the server wants a version of TLS before 1.2; update it", "server"],
  ],
] as const);

/**
 * @param error of a TLS socket: what was wrong with the server's chain, or with the handshake
 * @param phase how the server is to be known, and "open" when that is over
 */
export function tlsFailure(error: Error, phase: "psk" | "certificate" | "open"): TransportError {
  if (error instanceof TransportError) return error;
  // OpenSSL says it at the end of its text when the peer has sent an alert.
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1];
  if (alert !== undefined) return receivedAlert(Number(alert), phase);
  const systemCode = "code" in error ? String(error.code) : "";
  const [code, message, key] =
    CHAIN_MEANINGS[systemCode] ??
    lookUp(CHAIN_TEXTS, systemCode === "UNSPECIFIED" ? error.message : systemCode) ??
    lookUp(HANDSHAKE_MEANINGS, systemCode) ??
    unknownFailure(error, phase);
  return new TransportError("tls", code, message, key);
}

function lookUp(meanings: readonly (readonly [RegExp, Meaning])[], text: string): Meaning | undefined {
  return meanings.find(([pattern]) => pattern.test(text))?.[1];
}

function unknownFailure(error: Error, phase: string): Meaning {
  const reason = "reason" in error ? String(error.reason) : error.message;
  return phase === "open"
    ? ["connection-broken", `the TLS connection broke: ${reason}`]
    : ["handshake-failed", `the TLS handshake failed: ${reason}`];
}
