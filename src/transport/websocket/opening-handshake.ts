/**
 * The client's part of the opening handshake (RFC 6455 section 4.1): the request, and the check of the response, which
 * has to choose the protocol "mqtt" [MQTT-6.0.0-4] and no extension.
 */

import { TransportError } from "../../mqtt/errors.js";
import { encodeUtf8 } from "../../mqtt/utf8.js";
import { encodeBase64 } from "../base64.js";
import type { Crypto } from "../crypto/crypto.js";
import { END, HeadReader, LINE, MALFORMED } from "./head-reader.js";
import { responseError } from "./response-error.js";
import type { WebSocketTarget } from "./target.js";
import { hostField, targetError } from "./target.js";

/** What the handshake needs of cryptography. */
export type HandshakeCrypto = Pick<Crypto, "random" | "hash">;

/** Longest response in bytes, interim responses included. */
export const RESPONSE_LIMIT = 8_192;

/** Section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_LENGTH = 16;
const HTTP_VERSION = "HTTP/1.";
const STATUS_LINE = /^HTTP\/1\.([0-9]) ([1-5][0-9][0-9])( |$)/;
/** A header field: its name is a token (RFC 9110 section 5.6.2), without space before the colon. */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*)$/;
/** The first byte of a TLS record that holds an alert (RFC 8446 section 5.1). */
const TLS_ALERT = "\x15";

/** Header fields that matter. A list over several of them is the same as in one (RFC 9110 section 5.3). */
interface Fields {
  upgrade?: string;
  connection?: string;
  "sec-websocket-accept"?: string;
  "sec-websocket-protocol"?: string;
  "sec-websocket-extensions"?: string;
  location?: string;
}

export class OpeningHandshake {
  /** Whether the server has accepted. */
  isAccepted = false;
  /** Why it cannot succeed any more. */
  error: TransportError | undefined;
  /** Whether the request has been made. */
  isStarted = false;
  readonly #crypto: HandshakeCrypto;
  readonly #target: WebSocketTarget;
  #request: Uint8Array | undefined;
  #accept = "";
  readonly #head = new HeadReader();
  #minorVersion = "";
  /** Undefined until the status line is there. */
  #status: number | undefined;
  #fields: Fields = {};

  constructor(target: WebSocketTarget, crypto: HandshakeCrypto) {
    this.#target = target;
    this.#crypto = crypto;
  }

  /** The stream is open: makes the request. */
  start(): void {
    this.isStarted = true;
    this.error = targetError(this.#target);
    if (this.error !== undefined) return;
    const key = encodeBase64(this.#crypto.random(KEY_LENGTH));
    const hash = this.#crypto.hash("SHA1");
    hash.update(encodeUtf8(key + GUID));
    this.#accept = encodeBase64(hash.digest());
    this.#request = encodeUtf8(
      `GET ${this.#target.path} HTTP/1.1\r\nHost: ${hostField(this.#target)}\r\n` +
        `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
    );
  }

  /** The next bytes of the request, at most `limit`. */
  nextTransmit(limit: number): Uint8Array | undefined {
    const request = this.#request;
    if (request === undefined) return undefined;
    this.#request = limit < request.length ? request.subarray(limit) : undefined;
    return request.subarray(0, limit);
  }

  /** Takes nothing before the whole request has gone out. */
  space(available: number): Uint8Array {
    return this.#head.space(this.#request === undefined ? available : 0);
  }

  /** `byteLength` bytes of the last `space` were filled. See then `isAccepted` and `error`. */
  received(byteLength: number): void {
    const head = this.#head;
    head.received(byteLength);
    while (head.hasMore && this.error === undefined) this.error = this.#step();
  }

  #step(): TransportError | undefined {
    const head = this.#head;
    const event = head.next();
    if (event === MALFORMED) return this.#malformed();
    if (event === LINE) return this.#status === undefined ? this.#statusLine() : this.#field();
    if (event === END) return this.#end();
    if (head.byteLength <= HTTP_VERSION.length && !HTTP_VERSION.startsWith(head.line))
      return this.#malformed();
    if (head.byteLength < RESPONSE_LIMIT) return undefined;
    return broken("too-long", `the response to the handshake is longer than ${RESPONSE_LIMIT} bytes`);
  }

  #malformed(): TransportError {
    if (this.#status !== undefined) {
      return broken("malformed-response", "a header field of the response is malformed");
    }
    return broken(
      "not-http",
      this.#head.line.startsWith(TLS_ALERT)
        ? "the server speaks TLS at this port: turn TLS on, as by wss://"
        : "the server does not speak HTTP at this port, and so no WebSocket",
    );
  }

  #statusLine(): TransportError | undefined {
    const parts = STATUS_LINE.exec(this.#head.line);
    if (parts === null) return this.#malformed();
    this.#minorVersion = parts[1] as string;
    this.#status = Number(parts[2]);
    return undefined;
  }

  #field(): TransportError | undefined {
    const parts = FIELD.exec(this.#head.line);
    if (parts === null) return this.#malformed();
    const name = (parts[1] as string).toLowerCase();
    if (!isRelevant(name)) return undefined;
    if (this.#head.isCut) return broken("too-long", `the header field ${name} of the response is too long`);
    const value = withoutSpaceAtEnd(parts[2] as string);
    const before = this.#fields[name];
    this.#fields[name] = before === undefined ? value : `${before}, ${value}`;
    return undefined;
  }

  #end(): TransportError | undefined {
    const status = this.#status as number;
    const fields = this.#fields;
    if (status === 101) {
      const fault = this.#fault(fields);
      this.isAccepted = fault === undefined;
      return fault;
    }
    if (status >= 200) return responseError(status, fields.location);
    // An interim response: another one follows (RFC 9110 section 15.2).
    this.#status = undefined;
    this.#fields = {};
    return undefined;
  }

  #fault(fields: Fields): TransportError | undefined {
    if (this.#minorVersion === "0") return broken("malformed-response", "HTTP/1.0 knows no upgrade");
    if (fields.upgrade?.toLowerCase() !== "websocket") {
      return broken("not-websocket", "the server has not upgraded the connection to WebSocket");
    }
    if (!listOf(fields.connection).includes("upgrade")) {
      return broken("not-websocket", 'the header field Connection of the response lacks "upgrade"');
    }
    if (fields["sec-websocket-accept"] !== this.#accept) {
      return broken("wrong-accept", "the response is not one to this handshake (Sec-WebSocket-Accept)");
    }
    if (listOf(fields["sec-websocket-extensions"]).length > 0) {
      return broken("unknown-extension", "the server uses an extension that was not offered");
    }
    const protocol = fields["sec-websocket-protocol"];
    if (protocol === "mqtt") return undefined;
    const choice = protocol === undefined ? "no protocol" : "another protocol";
    const message = `the server has chosen ${choice} instead of mqtt [MQTT-6.0.0-4]`;
    return new TransportError("websocket", "not-mqtt", message, "ws_path");
  }
}

function isRelevant(name: string): name is keyof Fields {
  switch (name) {
    case "upgrade":
    case "connection":
    case "location":
    case "sec-websocket-accept":
    case "sec-websocket-protocol":
    case "sec-websocket-extensions":
      return true;
    default:
      return false;
  }
}

/** The elements of a list, in lower case; empty ones do not count (RFC 9110 section 5.6.1). */
function listOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const elements = value.split(",").map((element) => element.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase());
  return elements.filter((element) => element !== "");
}

/** Spaces and tabulators only: what else counts as space elsewhere belongs to the value. */
function withoutSpaceAtEnd(value: string): string {
  return value.replace(/[ \t]+$/, "");
}

function broken(code: string, message: string): TransportError {
  return new TransportError("websocket", code, message, "server");
}
