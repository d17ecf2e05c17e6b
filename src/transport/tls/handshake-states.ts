/**
 * Which message the server may send when: the handshake of RFC 5246 section 7.3 with RFC 4279 and RFC 5489, without
 * all that was not asked for (session tickets, status of certificates, resumption).
 *
 * A state is named after what is awaited in it. What no row allows is refused with unexpected_message. At
 * ServerHelloDone the client answers; nothing of its own flight depends on anything that comes later.
 */

import type { KeyExchange } from "./cipher-suites.js";
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  FINISHED,
  messageName,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
} from "./handshake-message.js";

/** Not a handshake message but a record of its own (RFC 5246 section 7.1); no handshake message has this type. */
export const CHANGE_CIPHER_SPEC_RECORD = -1;

export type HandshakeState =
  | "hello"
  | "certificate"
  | "key-exchange"
  | "hint-or-done"
  | "request-or-done"
  | "done"
  | "change-cipher-spec"
  | "finished"
  | "complete";

interface Row {
  readonly state: HandshakeState;
  readonly message: number;
  /** Absent: all. */
  readonly keyExchanges?: readonly KeyExchange[];
  readonly next: HandshakeState;
}

const PSK: readonly KeyExchange[] = Object.freeze(["psk"]);
const ECDHE_PSK: readonly KeyExchange[] = Object.freeze(["ecdhe-psk"]);
const CERTIFICATES: readonly KeyExchange[] = Object.freeze(["ecdhe-ecdsa", "ecdhe-rsa"]);

// biome-ignore format: a table
const ROWS: readonly Row[] = Object.freeze([
  row("hello",              SERVER_HELLO,              "hint-or-done",       PSK),
  row("hello",              SERVER_HELLO,              "key-exchange",       ECDHE_PSK),
  row("hello",              SERVER_HELLO,              "certificate",        CERTIFICATES),
  row("certificate",        CERTIFICATE,               "key-exchange",       CERTIFICATES),
  row("key-exchange",       SERVER_KEY_EXCHANGE,       "done",               ECDHE_PSK),
  row("key-exchange",       SERVER_KEY_EXCHANGE,       "request-or-done",    CERTIFICATES),
  row("hint-or-done",       SERVER_KEY_EXCHANGE,       "done",               PSK),
  row("hint-or-done",       SERVER_HELLO_DONE,         "change-cipher-spec", PSK),
  row("request-or-done",    CERTIFICATE_REQUEST,       "done",               CERTIFICATES),
  row("request-or-done",    SERVER_HELLO_DONE,         "change-cipher-spec", CERTIFICATES),
  row("done",               SERVER_HELLO_DONE,         "change-cipher-spec"),
  row("change-cipher-spec", CHANGE_CIPHER_SPEC_RECORD, "finished"),
  row("finished",           FINISHED,                  "complete"),
]);

/**
 * The state after `message`, or undefined when it is not allowed.
 * @param keyExchange undefined as long as the server has not chosen: any will do
 */
export function nextState(
  state: HandshakeState,
  message: number,
  keyExchange: KeyExchange | undefined,
): HandshakeState | undefined {
  return ROWS.find(
    (row) =>
      row.state === state &&
      row.message === message &&
      (keyExchange === undefined || (row.keyExchanges?.includes(keyExchange) ?? true)),
  )?.next;
}

/** What may come, for people. */
export function awaited(state: HandshakeState, keyExchange: KeyExchange | undefined): string {
  const names: string[] = [];
  for (const { message, state: of } of ROWS) {
    if (of !== state || nextState(state, message, keyExchange) === undefined) continue;
    const name = message === CHANGE_CIPHER_SPEC_RECORD ? "ChangeCipherSpec" : messageName(message);
    if (!names.includes(name)) names.push(name);
  }
  return names.join(" or ");
}

function row(
  state: HandshakeState,
  message: number,
  next: HandshakeState,
  keyExchanges?: readonly KeyExchange[],
): Row {
  return Object.freeze({ state, message, next, ...(keyExchanges && { keyExchanges }) });
}
