/**
 * The client's side of WebSocket (RFC 6455) as MQTT uses it (section 6 of MQTT 3.1.1): binary frames are a byte stream,
 * whose boundaries mean nothing [MQTT-6.0.0-2].
 *
 * Payload goes from the stream below into a ring, and from there to the reader; headers and control frames never get
 * there. So a frame may be as long as it likes.
 */

import { TransportError } from "../../mqtt/errors.js";
import { decodeUtf8 } from "../../mqtt/utf8.js";
import type { LayerState, StreamLayer } from "../stream-layer.js";
import { ByteRing } from "./byte-ring.js";
import {
  closeCodeText,
  GOING_AWAY,
  INVALID_DATA,
  isCloseCode,
  NO_STATUS,
  NORMAL_CLOSURE,
  PROTOCOL_ERROR,
  UNSUPPORTED_DATA,
} from "./close-code.js";
import { BINARY, CLOSE, CONTINUATION, PING, PONG, SHORT_LIMIT, TEXT } from "./frame.js";
import { FrameHeader } from "./frame-header.js";
import { FrameWriter, longestPayload } from "./frame-writer.js";
import type { HandshakeCrypto } from "./opening-handshake.js";
import { OpeningHandshake } from "./opening-handshake.js";
import type { WebSocketTarget } from "./target.js";

/** Payload that may wait to be read, in bytes. */
export const READ_LIMIT = 1_024;

/** What the next bytes from below are; the payload of a control frame is kept until it is whole. */
type Part = "response" | "header" | "data" | "control";

export class WebSocketLayer implements StreamLayer {
  readonly stage = "websocket";
  #state: LayerState = "opening";
  #cause: unknown;
  #part: Part = "response";
  /** Given up when it is over. */
  #handshake: OpeningHandshake | undefined;
  readonly #header = new FrameHeader();
  readonly #ring = new ByteRing(READ_LIMIT);
  readonly #control = new Uint8Array(SHORT_LIMIT);
  #controlLength = 0;
  /** Bytes of the payload that have not come yet. */
  #left = 0;
  /** The message is not over: a continuation must follow. */
  #inMessage = false;

  readonly #writer: FrameWriter;
  /** The payload of the newest ping that is not answered; older ones need no answer (section 5.5.3). */
  #ping: Uint8Array | undefined;
  /** The payload of the close frame that is due. */
  #goodbye: Uint8Array | undefined;

  constructor(target: WebSocketTarget, crypto: HandshakeCrypto) {
    this.#handshake = new OpeningHandshake(target, crypto);
    this.#writer = new FrameWriter(crypto);
  }

  get state(): LayerState {
    return this.#state;
  }

  get cause(): unknown {
    return this.#cause;
  }

  get readable(): number {
    return this.#ring.length;
  }

  opened(): void {
    this.#handshake?.start();
    this.#checkHandshake();
  }

  space(available: number): Uint8Array {
    if (this.#state === "closed") return this.#control.subarray(0, 0);
    switch (this.#part) {
      case "header":
        return this.#header.space(available);
      case "data":
        return this.#ring.space(Math.min(available, this.#left));
      case "control": {
        const start = this.#controlLength;
        return this.#control.subarray(start, start + Math.min(available, this.#left));
      }
      default:
        return (this.#handshake as OpeningHandshake).space(available);
    }
  }

  received(byteLength: number): void {
    switch (this.#part) {
      case "response":
        this.#handshake?.received(byteLength);
        this.#checkHandshake();
        return;
      case "header":
        if (this.#header.received(byteLength)) this.#beginFrame();
        return;
      case "data":
        this.#ring.commit(byteLength);
        break;
      default:
        this.#controlLength += byteLength;
    }
    this.#left -= byteLength;
    if (this.#left === 0) this.#endFrame();
  }

  lost(cause?: unknown): void {
    if (this.#state === "closed") return;
    this.#cause = this.#state === "opening" ? this.#handshakeLost(cause) : cause;
    this.#close();
  }

  read(target: Uint8Array): void {
    this.#ring.read(target);
  }

  writable(room: number): number {
    // What waits to be sent waits for room.
    if (this.#state !== "open" || !this.#writer.isEmpty || this.#ping !== undefined) return 0;
    return longestPayload(room);
  }

  write(bytes: Uint8Array): void {
    this.#writer.write(BINARY, bytes);
  }

  nextTransmit(limit: number): Uint8Array | undefined {
    if (this.#handshake !== undefined) return this.#handshake.nextTransmit(limit);
    if (this.#writer.isEmpty) {
      if (this.#ping !== undefined) {
        this.#writer.write(PONG, this.#ping);
        this.#ping = undefined;
      } else if (this.#goodbye !== undefined) {
        this.#writer.write(CLOSE, this.#goodbye);
        this.#goodbye = undefined;
      } else {
        return undefined;
      }
    }
    return this.#writer.take(limit);
  }

  close(): void {
    if (this.#state === "open") this.#goodbye = statusBytes(NORMAL_CLOSURE);
    this.#close();
  }

  #close(): void {
    this.#state = "closed";
    this.#handshake = undefined;
    this.#ping = undefined;
  }

  #checkHandshake(): void {
    const handshake = this.#handshake;
    if (handshake?.error !== undefined) {
      this.#cause = handshake.error;
      this.#close();
    } else if (handshake?.isAccepted === true) {
      this.#handshake = undefined;
      this.#state = "open";
      this.#part = "header";
    }
  }

  /** A server that does not know what to do with the request may well just hang up. */
  #handshakeLost(cause: unknown): unknown {
    if (cause instanceof TransportError || !this.#handshake?.isStarted) return cause;
    const how = cause === undefined ? "" : `: ${cause instanceof Error ? cause.message : cause}`;
    const message = `the server ended the connection in the handshake, is this the port of WebSocket${how}`;
    return new TransportError("websocket", "closed-in-handshake", message, "server");
  }

  #beginFrame(): void {
    const { opcode, isFinal, payloadLength, violation } = this.#header;
    if (violation !== undefined) {
      this.#fail(PROTOCOL_ERROR, violation);
      return;
    }
    if (opcode >= CLOSE) {
      this.#part = "control";
      this.#controlLength = 0;
    } else {
      if (opcode === TEXT) {
        this.#fail(UNSUPPORTED_DATA, "a text frame came, and MQTT is in binary frames [MQTT-6.0.0-1]");
        return;
      }
      if ((opcode === CONTINUATION) !== this.#inMessage) {
        this.#fail(PROTOCOL_ERROR, "the fragments of a message are out of order");
        return;
      }
      this.#part = "data";
      this.#inMessage = !isFinal;
    }
    this.#left = payloadLength;
    if (payloadLength === 0) this.#endFrame();
  }

  #endFrame(): void {
    if (this.#part === "control") {
      if (this.#header.opcode === PING) this.#ping = this.#control.slice(0, this.#controlLength);
      else if (this.#header.opcode === CLOSE) this.#closedByServer();
    }
    this.#part = "header";
  }

  #closedByServer(): void {
    const payload = this.#control.slice(0, this.#controlLength);
    const code = payload.length === 0 ? NO_STATUS : ((payload[0] as number) << 8) | (payload[1] ?? 0);
    if (payload.length === 1 || (payload.length > 1 && !isCloseCode(code))) {
      this.#fail(PROTOCOL_ERROR, "a close frame has no valid status code");
      return;
    }
    const reason = decodeUtf8(payload, Math.min(2, payload.length));
    if (reason === undefined) {
      this.#fail(INVALID_DATA, "the reason in a close frame is not UTF-8");
      return;
    }
    if (code !== NORMAL_CLOSURE && code !== GOING_AWAY && code !== NO_STATUS) {
      const why = reason === "" ? "" : `: ${JSON.stringify(reason)}`;
      const message = `the server closed the WebSocket with ${closeCodeText(code)}${why}`;
      this.#cause = new TransportError("websocket", "closed-by-server", message);
    }
    this.#goodbye = payload.subarray(0, Math.min(2, payload.length));
    this.#close();
  }

  /** Section 7.1.7. */
  #fail(code: number, message: string): void {
    this.#cause = new TransportError("websocket", "protocol-violation", message);
    this.#goodbye = statusBytes(code);
    this.#close();
  }
}

function statusBytes(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 0xff);
}
