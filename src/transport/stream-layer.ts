/**
 * A layer between the network's byte stream and MQTT's, without I/O, time or callbacks: SOCKS5, TLS, WebSocket.
 *
 * "Below" is the side of the network, "above" that of MQTT. `LayerTransport` drives it and knows about flow control;
 * a layer only turns bytes into bytes.
 */

import type { OpeningStage } from "../mqtt/ports.js";

/**
 * | state   | input                                                   | next   |
 * |---------|---------------------------------------------------------|--------|
 * | opening | its handshake is complete                               | open   |
 * | opening | its handshake failed, or `lost`                         | closed |
 * | open    | the peer said goodbye or broke the rules, or `lost`     | closed |
 *
 * In `closed`, what `nextTransmit` still has (an alert, a close frame) goes out before the stream below is closed, and
 * what is still readable is read before the end is reported.
 */
export type LayerState = "opening" | "open" | "closed";

export interface StreamLayer {
  readonly stage: OpeningStage;
  readonly state: LayerState;
  /** Once `closed`: why, as a `TransportError`; undefined when the peer ended the stream in an orderly way. */
  readonly cause: unknown;
  /** Only of TLS, once `open`: whether the peer has shown who it is. */
  readonly peerVerified?: boolean;
  /** Bytes for above that wait to be read. */
  readonly readable: number;

  /** The stream below is open: the handshake can start. */
  opened(): void;
  /**
   * Where to put the next bytes from below, at most `available`; empty when it takes none before `read` was called.
   * Valid until the next call of any method.
   */
  space(available: number): Uint8Array;
  /** `byteLength` bytes of the last `space` were filled. Never throws for what they say: it then becomes `closed`. */
  received(byteLength: number): void;
  /** The stream below ended: by the peer (no cause) or broken. */
  lost(cause?: unknown): void;
  /** Fills `target`, which is not longer than `readable`. */
  read(target: Uint8Array): void;
  /** How many bytes `write` takes when the stream below has room for `room`; 0 unless open. */
  writable(room: number): number;
  /** Takes all of `bytes`, at most `writable(room)`; they may be reused when it returns. */
  write(bytes: Uint8Array): void;
  /** What to send below next, at most `limit` bytes; valid until the next call of any method. */
  nextTransmit(limit: number): Uint8Array | undefined;
  /** Says goodbye and becomes `closed`; `nextTransmit` has what is to be sent. Secrets are wiped. Idempotent. */
  close(): void;
}
