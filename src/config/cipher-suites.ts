/** The cipher suites that `ssl_cipher_suites` can name, by IANA's names; how they are done is in `src/transport/tls`. */

/** `psk`: the key of both sides takes the place of certificates. */
export type KeyExchange = "psk" | "certificate";

export const CIPHER_SUITES: Readonly<Record<string, KeyExchange>> = Object.freeze({
  TLS_PSK_WITH_AES_128_GCM_SHA256: "psk",
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256: "psk",
  TLS_PSK_WITH_AES_128_CBC_SHA256: "psk",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "certificate",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "certificate",
});

/**
 * The names in a list divided by commas or colons, as IANA registers them. Mongoose's list has the names of mbedTLS,
 * with hyphens for underscores, which are understood too. Whether they are known is not looked at.
 */
export function cipherSuiteNames(list: string): readonly string[] {
  return list
    .split(/[,:]/)
    .map((name) => name.trim().replaceAll("-", "_"))
    .filter((name) => name !== "");
}
