/** The cipher suites of Reed's TLS in OpenSSL's language. */

import { TransportError } from "../../src/mqtt/errors.js";
import { suitesToOffer } from "../../src/transport/tls/cipher-suites.js";

/** By IANA's names. */
const OPENSSL_NAMES: Readonly<Record<string, string>> = Object.freeze({
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_PSK_WITH_AES_128_GCM_SHA256: "PSK-AES128-GCM-SHA256",
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256: "ECDHE-PSK-AES128-CBC-SHA256",
  TLS_PSK_WITH_AES_128_CBC_SHA256: "PSK-AES128-CBC-SHA256",
});

/** Those of TLS 1.3, which serve any kind of certificate; not to be chosen among. */
const TLS_1_3 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/** No SHA-1, no MD5, no RSA key below 2,048 bits anywhere but in the authority's signature of itself. */
const SECURITY_LEVEL = "@SECLEVEL=2";

export interface CipherList {
  /** As OpenSSL takes it. */
  readonly ciphers: string;
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
}

/**
 * @param names as IANA registers them; absent: all there are, and with certificates TLS 1.3
 * @throws TransportError for a name that is unknown, or of another key exchange
 */
export function cipherList(withPsk: boolean, names?: readonly string[]): CipherList {
  const known = suitesToOffer(withPsk).map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined || names?.length === 0) {
    const peer = withPsk ? "a pre-shared key" : "certificates";
    const message = `the cipher suite ${unknown ?? '""'} is not known with ${peer}, but only ${known.join(", ")}`;
    throw new TransportError("tls", "no-cipher-suite", message, "ssl_cipher_suites");
  }
  const chosen = suitesToOffer(withPsk, names).map(({ name }) => OPENSSL_NAMES[name]);
  return names === undefined && !withPsk
    ? { ciphers: [TLS_1_3, ...chosen, SECURITY_LEVEL].join(":"), maxVersion: "TLSv1.3" }
    : { ciphers: [...chosen, SECURITY_LEVEL].join(":"), maxVersion: "TLSv1.2" };
}
