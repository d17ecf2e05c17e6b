/**
 * A layer that does what a test says: its bytes pass as they are, and bytes from below can be orders to it. It runs on
 * every engine.
 */

import type { OpeningStage } from "../../src/mqtt/ports.js";
import type { LayerState, StreamLayer } from "../../src/transport/stream-layer.js";
import { joined } from "../mqtt/support/hex.js";

/** From below, with `obeys`: the layer sends `ANSWER`. */
export const ASK = 0xfd;
/** From below, with `obeys`: the peer says goodbye. */
export const END = 0xfe;
/** From below, with `obeys`: the peer breaks the rules. */
export const BREAK = 0xff;
/** Three bytes. */
export const ANSWER = Uint8Array.of(0xfa, 0xfa, 0xfa);

export interface RecordingLayerOptions {
  /** Bytes for above that it holds, at most. Default: 8. */
  readonly capacity?: number;
  /** Sent at once when the stream below is open. */
  readonly hello?: Uint8Array;
  /** Bytes from below that the handshake takes. Default: 0, it is open at once. */
  readonly answerLength?: number;
  readonly goodbye?: Uint8Array;
  /** Bytes in front of what is written, each time. Default: 0. */
  readonly overhead?: number;
  readonly peerVerified?: boolean;
  readonly transparent?: boolean;
  readonly obeys?: boolean;
  /** Default: "websocket". */
  readonly stage?: OpeningStage;
}

/** The overhead is zeros. */
export class RecordingLayer implements StreamLayer {
  readonly stage: OpeningStage;
  readonly peerVerified?: boolean;
  readonly transparent?: boolean;
  state: LayerState = "opening";
  cause: unknown;
  /** The calls that matter, in order. */
  readonly calls: string[] = [];
  /** The most bytes for above that it ever held, and bytes for below after `write`. */
  mostReadable = 0;
  mostUnsent = 0;
  readonly #options: RecordingLayerOptions;
  #left: number;
  #space: Uint8Array = new Uint8Array(0);
  #unread: Uint8Array = new Uint8Array(0);
  #unsent: Uint8Array = new Uint8Array(0);

  constructor(options: RecordingLayerOptions = {}) {
    this.#options = options;
    this.stage = options.stage ?? "websocket";
    this.#left = options.answerLength ?? 0;
    if (options.peerVerified !== undefined) this.peerVerified = options.peerVerified;
    if (options.transparent !== undefined) this.transparent = options.transparent;
  }

  get readable(): number {
    return this.#unread.length;
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  opened(): void {
    this.calls.push("opened");
    this.send(this.#options.hello ?? new Uint8Array(0));
    if (this.#left === 0) this.state = "open";
  }

  space(available: number): Uint8Array {
    const limit = this.state === "opening" ? this.#left : (this.#options.capacity ?? 8) - this.#unread.length;
    this.#space = new Uint8Array(this.state === "closed" ? 0 : Math.min(available, limit));
    return this.#space;
  }

  received(byteLength: number): void {
    const bytes = this.#space.slice(0, byteLength);
    if (this.state === "opening") {
      this.#left -= byteLength;
      if (this.#left === 0) this.state = "open";
      else if (bytes.includes(BREAK)) this.fail(new Error("handshake failed"));
      return;
    }
    if (this.#options.obeys === true) this.#obey(bytes);
    else this.#take(bytes);
    this.mostReadable = Math.max(this.mostReadable, this.#unread.length);
  }

  lost(cause?: unknown): void {
    this.calls.push("lost");
    if (this.state === "closed") return;
    this.state = "closed";
    this.cause = cause;
  }

  read(target: Uint8Array): void {
    target.set(this.#unread.subarray(0, target.length));
    this.#unread = this.#unread.slice(target.length);
  }

  writable(room: number): number {
    return this.state === "open"
      ? Math.max(0, room - this.#unsent.length - (this.#options.overhead ?? 0))
      : 0;
  }

  write(bytes: Uint8Array): void {
    this.send(new Uint8Array(this.#options.overhead ?? 0));
    this.send(bytes);
    this.mostUnsent = Math.max(this.mostUnsent, this.#unsent.length);
  }

  nextTransmit(limit: number): Uint8Array | undefined {
    if (this.#unsent.length === 0) return undefined;
    const bytes = this.#unsent.slice(0, limit);
    this.#unsent = this.#unsent.slice(limit);
    return bytes;
  }

  close(): void {
    this.calls.push("close");
    this.fail(this.cause);
  }

  /** Goes out as soon as it can. */
  send(bytes: Uint8Array): void {
    this.#unsent = joined([this.#unsent, bytes]);
  }

  /** As when the peer breaks the rules, or says goodbye. */
  fail(cause?: unknown): void {
    if (this.state === "closed") return;
    if (this.state === "open") this.send(this.#options.goodbye ?? new Uint8Array(0));
    this.state = "closed";
    this.cause = cause;
  }

  #obey(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i] as number;
      if (byte === END || byte === BREAK) {
        this.fail(byte === END ? undefined : new Error("rules broken"));
        return;
      }
      if (byte === ASK) this.send(ANSWER);
      else this.#take(Uint8Array.of(byte));
    }
  }

  #take(bytes: Uint8Array): void {
    this.#unread = joined([this.#unread, bytes]);
  }
}
