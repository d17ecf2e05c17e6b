/** Why a WebSocket is closed (RFC 6455 section 7.4). */

export const NORMAL_CLOSURE = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const UNSUPPORTED_DATA = 1003;
/** Never sent: the close frame says nothing. */
export const NO_STATUS = 1005;
export const INVALID_DATA = 1007;

const NAMES: Readonly<Record<number, string>> = Object.freeze({
  1002: "protocol error",
  1003: "unsupported data",
  1007: "invalid data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
});

/** Whether a close frame may carry `code` (section 7.4.2, and the codes registered since). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= NORMAL_CLOSURE && code <= 1014 && (code <= UNSUPPORTED_DATA || code >= INVALID_DATA);
}

/** `1008 (policy violation)`. */
export function closeCodeText(code: number): string {
  const name = NAMES[code];
  return name === undefined ? String(code) : `${code} (${name})`;
}
