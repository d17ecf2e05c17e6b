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

/** What a timer calls, with the target it was made for. */
export type ExpiryHandler<T> = (target: T) => void;

export interface TimerProvider {
  /** @param target so that of the many objects that have a timer not each needs a function of its own */
  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer;
}

/**
 * UTF-8 by means of the engine, which is many times as fast as our own code (`utf8.ts`). Of ASCII it must be right; with
 * other text it may leave the work, and the judgement of what is well-formed, to our own code.
 */
export interface TextPort {
  /** `text` as UTF-8. Taken at its word only when it has as many bytes as `text` has elements. */
  encode(text: string): Uint8Array;
  /**
   * The text that the bytes encode, with its BOM if there is one; undefined when it cannot tell. So a TextDecoder may be it
   * that is `fatal` and `ignoreBOM`.
   * @throws when they are not well-formed
   */
  decode(bytes: Uint8Array): string | undefined;
}

/** A place in the network. */
export interface Address {
  /** Host name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where a connection goes, and through what. */
export interface Endpoint extends Address {
  /** Through this SOCKS5 proxy, which also resolves the name. Absent: directly. */
  readonly proxy?: ProxyOptions;
  /** Absent: without TLS. */
  readonly tls?: TlsOptions;
  /** Absent: MQTT straight on the stream. */
  readonly webSocket?: WebSocketOptions;
}

/** A SOCKS5 proxy (RFC 1928), with user and password (RFC 1929) if it has them. */
export interface ProxyOptions extends Address {
  readonly userName?: string;
  readonly password?: string;
}

/**
 * What TLS is to do: either `pskIdentity` and `pskKey`, or `caCertificates`. Certificates and keys are names of files
 * or PEM texts themselves; they are read anew at each attempt.
 */
export interface TlsOptions {
  /** The authorities that may vouch for the server (Mongoose: `ssl_ca_cert`); absent with a pre-shared key. */
  readonly caCertificates?: string;
  /** True: any server is accepted, and counts as unverified (Mongoose: `ssl_ca_cert` "*"). */
  readonly acceptAnyServer?: boolean;
  /** The client's certificate and what leads from it to its authority (Mongoose: `ssl_cert`); with `privateKey`. */
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly pskIdentity?: string;
  readonly pskKey?: Uint8Array;
  /** Names as IANA registers them; absent: all that there are for the kind of key exchange. */
  readonly cipherSuites?: readonly string[];
  /** ALPN (RFC 7301): the one protocol to be offered. */
  readonly applicationProtocol?: string;
}

export interface WebSocketOptions {
  /** Path and query of the handshake. */
  readonly path: string;
}

/** The stages of opening a stream, in this order; those that an endpoint does not need are left out. */
export type OpeningStage = "dns" | "tcp" | "proxy" | "tls" | "websocket";

/**
 * A byte stream in the manner of ECMA-419 TCP sockets in "buffer" format. After `close()` no callback comes any more.
 */
export interface Transport {
  /** Once it is open: whether TLS has shown who the peer is. Absent without TLS. */
  readonly peerVerified?: boolean | undefined;
  /** True: what is written before the event loop has its turn leaves together, and need not be gathered by the caller. */
  readonly gathers?: boolean | undefined;
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
  /** A stage of opening begins, and with it the one before is over. */
  onStage?(stage: OpeningStage): void;
}

export interface TransportProvider {
  /**
   * Starts to open a stream (name resolution included). Failure is reported by `onError`, never thrown; a
   * `TransportError` says at which stage, and which config key to look at.
   */
  open(endpoint: Endpoint, handler: TransportHandler): Transport;
}

/** A small store of named byte strings that survives a restart. Each write is atomic. */
export interface Storage {
  read(key: string): Uint8Array | undefined;
  write(key: string, value: Uint8Array): void;
  delete(key: string): void;
  keys(): Iterable<string>;
}

/**
 * Flash memory for a journal, addressed from 0: erased a block at a time, which sets all its bits; written in any
 * portions, which can only clear bits. Power can fail at any byte of a write and in the middle of an erasure.
 * Any method may throw.
 */
export interface Flash {
  /** Bytes that are erased at once, such as 4,096. */
  readonly blockLength: number;
  /** An even number, 2 or more. */
  readonly blockCount: number;
  /** Fills `target` from `offset` on. */
  read(offset: number, target: Uint8Array): void;
  /** Into bytes that have been erased and not been written since. */
  write(offset: number, bytes: Uint8Array): void;
  erase(block: number): void;
}
