/** The extensions of ClientHello and ServerHello by number (IANA's registry), and values that both sides know. */

export const SERVER_NAME = 0;
export const MAX_FRAGMENT_LENGTH = 1;
export const SUPPORTED_GROUPS = 10;
export const EC_POINT_FORMATS = 11;
export const SIGNATURE_ALGORITHMS = 13;
export const APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16;
export const ENCRYPT_THEN_MAC = 22;
export const EXTENDED_MASTER_SECRET = 23;
export const RENEGOTIATION_INFO = 0xff01;

/** Of max_fragment_length: 2,048 bytes (RFC 6066 section 4), that is `FRAGMENT_LENGTH`. */
export const FRAGMENT_LENGTH_CODE = 3;
/** Of ec_point_formats (RFC 8422 section 5.1.2). */
export const UNCOMPRESSED = 0;
/** Of supported_groups, and the only one: P-256 (RFC 8422 section 5.1.1). */
export const SECP256R1 = 23;
