/** The cipher suites that Reed's TLS knows: the one place that says what they are. */

/**
 * How the premaster secret comes about: from the pre-shared key alone (RFC 4279), from it and a Diffie-Hellman exchange
 * (RFC 5489), or from an exchange that the key in the server's certificate has signed (RFC 8422).
 */
export type KeyExchange = "psk" | "ecdhe-psk" | "ecdhe-ecdsa" | "ecdhe-rsa";

/** AES-128 either way: with an authentication tag (RFC 5288), or in CBC mode with HMAC-SHA256 (RFC 5246). */
export type RecordMode = "gcm" | "cbc";

export interface CipherSuite {
  /** As IANA registers it. */
  readonly name: string;
  readonly number: number;
  readonly keyExchange: KeyExchange;
  readonly mode: RecordMode;
}

/**
 * In the order of preference. Without certificates that is GCM first, since it costs least and leaves nothing to pad;
 * whoever wants forward secrecy with a pre-shared key names TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 alone.
 */
export const CIPHER_SUITES: readonly CipherSuite[] = Object.freeze([
  suite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b, "ecdhe-ecdsa", "gcm"),
  suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f, "ecdhe-rsa", "gcm"),
  suite("TLS_PSK_WITH_AES_128_GCM_SHA256", 0x00a8, "psk", "gcm"),
  suite("TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", 0xc037, "ecdhe-psk", "cbc"),
  suite("TLS_PSK_WITH_AES_128_CBC_SHA256", 0x00ae, "psk", "cbc"),
]);

/**
 * Those to be offered, in the order of preference.
 * @param withPsk with a pre-shared key, else with certificates
 * @param names those that may be used, in any order, by IANA's names; absent: all
 */
export function suitesToOffer(withPsk: boolean, names?: readonly string[]): readonly CipherSuite[] {
  return CIPHER_SUITES.filter(
    ({ keyExchange, name }) => usesPsk(keyExchange) === withPsk && (names?.includes(name) ?? true),
  );
}

/** Whether a pre-shared key takes part, and takes the place of certificates. */
export function usesPsk(keyExchange: KeyExchange): boolean {
  return keyExchange === "psk" || keyExchange === "ecdhe-psk";
}

/** Whether there is a Diffie-Hellman exchange. */
export function usesEcdhe(keyExchange: KeyExchange): boolean {
  return keyExchange !== "psk";
}

function suite(name: string, number: number, keyExchange: KeyExchange, mode: RecordMode): CipherSuite {
  return Object.freeze({ name, number, keyExchange, mode });
}
