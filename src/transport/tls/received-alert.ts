/** What a fatal alert from the server means, for whoever has to mend it. */

import { alertName } from "./alert.js";
import { TlsError } from "./tls-error.js";

interface Meaning {
  readonly text: string;
  /** The config key to look at. */
  readonly key: string;
}

const WRONG_PSK = meaning("the pre-shared key is wrong, or the identity has another one", "ssl_psk_key");

/** By the name of the alert, with a pre-shared key, as long as the handshake lasts. */
const WITH_PSK: Readonly<Record<string, Meaning>> = Object.freeze({
  "bad-record-mac": WRONG_PSK,
  "decryption-failed": WRONG_PSK,
  "decrypt-error": WRONG_PSK,
  "handshake-failure": meaning("it has no cipher suite in common, or no such identity", "ssl_psk_identity"),
  "illegal-parameter": meaning("perhaps it has no such identity", "ssl_psk_identity"),
  "unknown-psk-identity": meaning("it has no such identity", "ssl_psk_identity"),
});

/** The same, with certificates; TLS 1.2 may well call a missing one handshake_failure. */
const WITH_CERTIFICATES: Readonly<Record<string, Meaning>> = Object.freeze({
  "handshake-failure": meaning(
    "it has no cipher suite in common, or wants a certificate from the client",
    "ssl_cert",
  ),
  "no-certificate": meaning("it wants a certificate from the client", "ssl_cert"),
  "bad-certificate": meaning("it refuses the client's certificate, or wants one", "ssl_cert"),
  "unsupported-certificate": meaning("it refuses the kind of the client's certificate", "ssl_cert"),
  "certificate-revoked": meaning("the client's certificate was revoked", "ssl_cert"),
  "certificate-expired": meaning("the client's certificate has expired, or is not valid yet", "ssl_cert"),
  "certificate-unknown": meaning("it refuses the client's certificate", "ssl_cert"),
  "unknown-ca": meaning("it does not know the authority of the client's certificate", "ssl_cert"),
  "access-denied": meaning("the client's certificate is good, but may not come in", "ssl_cert"),
  "certificate-required": meaning("it wants a certificate from the client", "ssl_cert"),
  "decrypt-error": meaning("the client's key does not belong to its certificate", "ssl_key"),
});

const ALWAYS: Readonly<Record<string, Meaning>> = Object.freeze({
  "protocol-version": meaning("it does not want TLS 1.2", "server"),
  "insufficient-security": meaning("it wants stronger cipher suites", "ssl_cipher_suites"),
  "unrecognized-name": meaning("it does not know the host name", "server"),
  "no-application-protocol": meaning("it does not know the application protocol", "ssl_alpn"),
});

const IN_HANDSHAKE = Object.freeze({ psk: WITH_PSK, certificate: WITH_CERTIFICATES });

/** @param phase "open" after the handshake, where nothing that was agreed on is to blame any more */
export function receivedAlert(description: number, phase: "psk" | "certificate" | "open"): TlsError {
  const name = alertName(description).replaceAll("_", "-");
  const known = (phase === "open" ? undefined : IN_HANDSHAKE[phase][name]) ?? ALWAYS[name];
  const explanation = known === undefined ? "" : `: ${known.text}`;
  const message = `the server broke off with ${alertName(description)}${explanation}`;
  return new TlsError(undefined, `alert-${name}`, message, known?.key);
}

function meaning(text: string, key: string): Meaning {
  return Object.freeze({ text, key });
}
