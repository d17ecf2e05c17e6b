/** The cipher suites that a config may name, with OpenSSL's names for IANA's. */

import { TransportError } from "../../src/mqtt/errors.js";

export type KeyExchange = "psk" | "certificate";

/** With the strongest first. */
const OPENSSL_NAMES: Readonly<Record<KeyExchange, Readonly<Record<string, string>>>> = Object.freeze({
  psk: Object.freeze({
    TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256: "ECDHE-PSK-AES128-CBC-SHA256",
    TLS_PSK_WITH_AES_128_GCM_SHA256: "PSK-AES128-GCM-SHA256",
    TLS_PSK_WITH_AES_128_CBC_SHA256: "PSK-AES128-CBC-SHA256",
  }),
  certificate: Object.freeze({
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  }),
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
 * @param names as IANA registers them; none: all there are, and TLS 1.3 with certificates
 * @throws TransportError for a name that is unknown, or of another key exchange
 */
export function cipherList(keyExchange: KeyExchange, names: readonly string[] = []): CipherList {
  const known = OPENSSL_NAMES[keyExchange];
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const peer = keyExchange === "psk" ? "a pre-shared key" : "certificates";
    const message = `the cipher suite ${unknown} is not known with ${peer}, but only ${Object.keys(known).join(", ")}`;
    throw new TransportError("tls", "cipher-suite-unknown", message, "ssl_cipher_suites");
  }
  const chosen = names.length === 0 ? Object.values(known) : names.map((name) => known[name]);
  if (names.length === 0 && keyExchange === "certificate") {
    return { ciphers: [TLS_1_3, ...chosen, SECURITY_LEVEL].join(":"), maxVersion: "TLSv1.3" };
  }
  return { ciphers: [...chosen, SECURITY_LEVEL].join(":"), maxVersion: "TLSv1.2" };
}
