/**
 * The ports: what the engine needs from the world, as types only. Node, the XS worker, the virtual network and the
 * ESP32 each bring an adapter; nothing above this file knows which one it got.
 */

/** A span or a point of time in milliseconds. */
export type Milliseconds = number;

/** A number in [0, 1), as `Math.random`. Injected, so that jitter is reproducible. */
export type Random = () => number;

export interface Clock {
  /** Monotonic time in ms from an arbitrary origin; never wraps and never goes back. */
  now(): Milliseconds;
}

/** One reusable one-shot timer. */
export interface Timer {
  /** Calls back once after `delay` ms (0: as soon as the caller has returned). Replaces an earlier schedule. */
  schedule(delay: Milliseconds): void;
  cancel(): void;
}

export interface TimerProvider {
  create(onExpired: () => void): Timer;
}

/** Where a connection goes. */
export interface Endpoint {
  /** Host name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * A byte stream in the manner of ECMA-419 TCP sockets in "buffer" format. After `close()` no callback comes any more.
 */
export interface Transport {
  /** Fills the whole of `target`, which must not be longer than what `onReadable` announced and is still unread. */
  read(target: Uint8Array): void;
  /**
   * Takes all of `bytes`, which must not be longer than the room last announced; returns the room left. The bytes are
   * copied or sent before it returns: the caller may reuse them.
   */
  write(bytes: Uint8Array): number;
  /** Ends the stream after everything written has been handed to the network. Idempotent. */
  close(): void;
}

/** Callbacks of a transport; none is ever called from inside `open`, `read`, `write` or `close`. */
export interface TransportHandler {
  /** `byteLength` bytes are ready to be read. Called again when more arrive. */
  onReadable(byteLength: number): void;
  /** `byteLength` bytes may be written. The first call says that the stream is open. */
  onWritable(byteLength: number): void;
  /** The stream is gone: ended by the peer (no cause) or broken. The last callback. */
  onError(cause?: unknown): void;
}

export interface TransportProvider {
  /** Starts to open a stream (name resolution included). Failure is reported by `onError`, never thrown. */
  open(endpoint: Endpoint, handler: TransportHandler): Transport;
}

/** A small store of named byte strings that survives a restart. Each write is atomic. */
export interface Storage {
  read(key: string): Uint8Array | undefined;
  write(key: string, value: Uint8Array): void;
  delete(key: string): void;
  keys(): Iterable<string>;
}
