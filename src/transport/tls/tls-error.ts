/** The error of everything that breaks off a TLS connection, with the alert that tells the server. */

import { TransportError } from "../../mqtt/errors.js";
import { DECODE_ERROR, INTERNAL_ERROR, UNEXPECTED_MESSAGE } from "./alert.js";

/** Thrown inside this folder only; outside it is the `cause` of a layer that is closed. */
export class TlsError extends TransportError {
  /** What the server is told; undefined: nothing, since it said so itself or cannot hear any more. */
  readonly alert: number | undefined;

  /** @param message for people; no secrets */
  constructor(alert: number | undefined, code: string, message: string, key?: string) {
    super("tls", code, message, key);
    this.alert = alert;
  }
}

/** For something that may come, but not now. */
export function unexpected(what: string): TlsError {
  return new TlsError(UNEXPECTED_MESSAGE, "unexpected-message", `the server sent ${what}`);
}

/** For what cannot be read, or has lengths that contradict each other. */
export function malformed(what: string, how: string): TlsError {
  return new TlsError(DECODE_ERROR, "malformed-message", `the server's ${what} ${how}`);
}

/** For what is nobody's fault out there. */
export function internalError(error: unknown): TlsError {
  return new TlsError(INTERNAL_ERROR, "internal-error", `TLS failed: ${textOf(error)}`);
}

/**
 * For a handshake that the server, or the network, ended without an alert. Even after one: who closes a connection
 * without having read all that came makes the system throw away what was sent last.
 * @param question what to think of at this point
 * @param key where to look then
 */
export function closedInHandshake(question: string, key: string, cause: unknown): TransportError {
  if (cause instanceof TransportError) return cause;
  const how = cause === undefined ? "" : ` (${textOf(cause)})`;
  const message = `the server ended the connection in the handshake${how}: ${question}`;
  return new TlsError(undefined, "closed-in-handshake", message, key);
}

/** The stream ended without close_notify, so that somebody else than the server may have cut it off. */
export function truncated(isInsideRecord: boolean): TlsError {
  const where = isInsideRecord ? " in the middle of a record" : "";
  const message = `the connection ended${where} without the server's goodbye (close_notify)`;
  return new TlsError(undefined, "truncated", message);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
