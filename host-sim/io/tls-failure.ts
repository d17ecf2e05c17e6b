/** Why TLS failed, in words: what OpenSSL's codes mean for whoever has to mend it. */

import { TransportError } from "../../src/mqtt/errors.js";
import type { TlsOptions } from "../../src/mqtt/ports.js";

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

const WEAK: Meaning = Object.freeze([
  "certificate-weak-signature",
  "a certificate of the server's chain has a weak key or signature (SHA-1, MD5, RSA below 2048 bits); have it issued anew",
  "server",
]);

/** For codes that Node has no name for, by OpenSSL's text. */
const CHAIN_TEXTS: readonly (readonly [RegExp, Meaning])[] = Object.freeze([
  [/too weak|too small|MD_TOO_WEAK|KEY_TOO_SMALL/i, WEAK],
  [
    /subtree/,
    ["certificate-wrong-use", "an authority of the server's chain may not vouch for its names", "server"],
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

const CLIENT_CERTIFICATE: Meaning = Object.freeze([
  "client-certificate-refused",
  "the server refused the client certificate, or wants one",
  "ssl_cert",
]);

const NO_COMMON_VERSION: Meaning = Object.freeze([
  "no-common-version",
  "the server speaks no version of TLS from 1.2 on; update it",
  "server",
]);

/** What came of the handshake, by parts of Node's codes, which are OpenSSL's names of its errors. */
const HANDSHAKE_MEANINGS: readonly (readonly [RegExp, Meaning])[] = Object.freeze([
  [
    /UNKNOWN_PSK_IDENTITY/,
    ["psk-identity-unknown", "the server does not know the identity", "ssl_psk_identity"],
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|HTTP_REQUEST|BAD_RECORD_TYPE/,
    ["not-tls", "what the server sends is not TLS; check port and scheme", "server"],
  ],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/, NO_COMMON_VERSION],
  [
    /NO_APPLICATION_PROTOCOL/,
    ["protocol-refused", "the server does not know the application protocol", "ssl_alpn"],
  ],
  [/UNRECOGNIZED_NAME/, ["name-unknown", "the server does not know the host name it is asked for", "server"]],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|NO_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|ACCESS_DENIED)/,
    CLIENT_CERTIFICATE,
  ],
] as const);

/**
 * @param error of a TLS socket: what was wrong with the server's chain, or with the handshake
 * @param isOpening false: the handshake was complete
 */
export function tlsFailure(error: Error, options: TlsOptions, isOpening: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const code = "code" in error ? String(error.code) : "";
  const [ownCode, message, key] =
    CHAIN_MEANINGS[code] ??
    lookUp(CHAIN_TEXTS, code === "UNSPECIFIED" ? error.message : code) ??
    lookUp(HANDSHAKE_MEANINGS, code) ??
    pskFailure(code, options) ??
    handshakeFailure(code, options) ??
    unknownFailure(error, isOpening);
  return new TransportError("tls", ownCode, message, key);
}

/** The peer has ended the stream below in the middle of the handshake, without a word. */
export function handshakeEnded(): TransportError {
  const message =
    "the server closed the connection during the TLS handshake; check that the port is one for TLS";
  return new TransportError("tls", "handshake-ended", message, "server");
}

function lookUp(meanings: readonly (readonly [RegExp, Meaning])[], text: string): Meaning | undefined {
  return meanings.find(([pattern]) => pattern.test(text))?.[1];
}

/** With a wrong key the server cannot make out what the client sends. */
function pskFailure(code: string, { pskKey }: TlsOptions): Meaning | undefined {
  if (pskKey === undefined || !/BAD_RECORD_MAC|DECRYPT|DIGEST_CHECK_FAILED/.test(code)) return undefined;
  return ["psk-key-wrong", "the server has another pre-shared key for the identity", "ssl_psk_key"];
}

function handshakeFailure(code: string, options: TlsOptions): Meaning | undefined {
  if (!/HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|ILLEGAL_PARAMETER/.test(code)) return undefined;
  const isPsk = options.pskKey !== undefined;
  const kind = isPsk ? "pre-shared keys" : "certificates";
  const others =
    isPsk || options.certificate !== undefined ? "" : ", or it wants a client certificate (ssl_cert)";
  return [
    "handshake-refused",
    `the server refused the handshake: it has no cipher suite for ${kind} in common${others}`,
    "ssl_cipher_suites",
  ];
}

function unknownFailure(error: Error, isOpening: boolean): Meaning {
  const reason = "reason" in error ? String(error.reason) : error.message;
  return isOpening
    ? ["handshake-failed", `the TLS handshake failed: ${reason}`]
    : ["connection-broken", `the TLS connection broke: ${reason}`];
}
