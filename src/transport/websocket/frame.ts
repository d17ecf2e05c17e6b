/** What frames of WebSocket are made of (RFC 6455 section 5.2), for reading and for writing. */

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** In the first byte: the last frame of its message. */
export const FINAL = 0x80;
/** In the second byte. */
export const MASKED = 0x80;

/** Longest payload of a control frame, and longest that the second byte can tell (section 5.5). */
export const SHORT_LIMIT = 125;
/** In place of a length: two bytes of length follow. */
export const LENGTH_16 = 126;
/** In place of a length: eight bytes of length follow. */
export const LENGTH_64 = 127;
