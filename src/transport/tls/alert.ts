/** The alerts of TLS by number (RFC 5246 section 7.2): those that Reed sends, and the names of all that may come. */

export const WARNING = 1;
export const FATAL = 2;

export const CLOSE_NOTIFY = 0;
export const UNEXPECTED_MESSAGE = 10;
export const BAD_RECORD_MAC = 20;
export const RECORD_OVERFLOW = 22;
export const HANDSHAKE_FAILURE = 40;
export const BAD_CERTIFICATE = 42;
export const UNSUPPORTED_CERTIFICATE = 43;
export const CERTIFICATE_EXPIRED = 45;
export const ILLEGAL_PARAMETER = 47;
export const UNKNOWN_CA = 48;
export const DECODE_ERROR = 50;
export const DECRYPT_ERROR = 51;
export const PROTOCOL_VERSION = 70;
export const INTERNAL_ERROR = 80;
export const NO_RENEGOTIATION = 100;
export const UNSUPPORTED_EXTENSION = 110;
export const UNKNOWN_PSK_IDENTITY = 115;

/** From IANA's registry of alerts. */
const NAMES: Readonly<Record<number, string>> = Object.freeze({
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  21: "decryption_failed",
  22: "record_overflow",
  30: "decompression_failure",
  40: "handshake_failure",
  41: "no_certificate",
  42: "bad_certificate",
  43: "unsupported_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  60: "export_restriction",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  90: "user_canceled",
  100: "no_renegotiation",
  109: "missing_extension",
  110: "unsupported_extension",
  111: "certificate_unobtainable",
  112: "unrecognized_name",
  113: "bad_certificate_status_response",
  114: "bad_certificate_hash_value",
  115: "unknown_psk_identity",
  116: "certificate_required",
  120: "no_application_protocol",
});

/** Its name, or "alert" and its number. */
export function alertName(description: number): string {
  return NAMES[description] ?? `alert_${description}`;
}
