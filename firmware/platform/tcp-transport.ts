/**
 * The transport over ECMA-419 TCP sockets in "buffer" format, as the Moddable SDK has them.
 *
 * What the SDK (8.2.3) does beyond the standard, and what is done about it:
 * - A socket takes an address only; the name is resolved anew for each attempt, so that a server may move.
 * - The constructor and the resolver may throw; that is reported by `onError`, as any other failure.
 * - Callbacks that were under way may still come after `close`, in the same round; they stop here.
 * - `write` returns nothing instead of the room when the connection is broken; `onError` then follows on the ESP32 but
 *   not on Linux, so it is made here, unless the socket does.
 * - `onError` carries no cause: whether the peer ended the connection or the network broke it is not known.
 */

import type {
  Endpoint,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";

/** `embedded:io/socket/tcp`, as far as it is needed. */
export interface TcpSocket {
  read(target: Uint8Array): unknown;
  /** Returns the room left; undefined when the connection is broken. */
  write(bytes: Uint8Array): number | undefined;
  close(): void;
}

export interface TcpOptions {
  readonly address: string;
  readonly port: number;
  readonly nodelay: boolean;
  onReadable(byteLength: number): void;
  onWritable(byteLength: number): void;
  onError(): void;
}

export type TcpConstructor = new (options: TcpOptions) => TcpSocket;

/** Calls back with an address, or without one when there is none. Never from inside; may throw. */
export type Resolve = (host: string, callback: (host: string, address?: string) => void) => void;

export interface TcpPorts {
  readonly TCP: TcpConstructor;
  readonly resolve: Resolve;
  readonly timers: TimerProvider;
}

export class TcpTransportProvider implements TransportProvider {
  readonly #ports: TcpPorts;

  constructor(ports: TcpPorts) {
    this.#ports = ports;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    return new TcpTransport(this.#ports, endpoint, handler);
  }
}

class TcpTransport implements Transport {
  readonly #ports: TcpPorts;
  readonly #endpoint: Endpoint;
  readonly #failTimer: Timer;
  /** Undefined once it must not be called any more. */
  #handler: TransportHandler | undefined;
  #socket: TcpSocket | undefined;
  #isOpen = false;
  #cause: unknown;

  constructor(ports: TcpPorts, endpoint: Endpoint, handler: TransportHandler) {
    this.#ports = ports;
    this.#endpoint = endpoint;
    this.#handler = handler;
    this.#failTimer = ports.timers.create(() => this.#fail(this.#cause));
    try {
      ports.resolve(endpoint.host, (_host, address) => this.#resolved(address));
    } catch (cause) {
      this.#failLater(cause);
    }
  }

  read(target: Uint8Array): void {
    this.#opened().read(target);
  }

  write(bytes: Uint8Array): number {
    const room = this.#opened().write(bytes);
    if (room !== undefined) return room;
    this.#failLater(new Error("the connection is broken"));
    return 0;
  }

  close(): void {
    this.#handler = undefined;
    this.#failTimer.cancel();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #opened(): TcpSocket {
    if (this.#socket === undefined) throw new Error("the transport is closed");
    return this.#socket;
  }

  #resolved(address: string | undefined): void {
    if (this.#handler === undefined) return;
    if (address === undefined) {
      this.#fail(new Error(`no address is known for ${this.#endpoint.host}`));
      return;
    }
    const { TCP } = this.#ports;
    try {
      this.#socket = new TCP({
        address,
        port: this.#endpoint.port,
        nodelay: true,
        onReadable: (byteLength) => this.#handler?.onReadable(byteLength),
        onWritable: (byteLength) => this.#writable(byteLength),
        onError: () => this.#ended(address),
      });
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #writable(byteLength: number): void {
    this.#isOpen = true;
    this.#handler?.onWritable(byteLength);
  }

  #ended(address: string): void {
    if (this.#isOpen) this.#fail(undefined);
    else this.#fail(new Error(`no connection to ${address} port ${this.#endpoint.port}`));
  }

  #failLater(cause: unknown): void {
    this.#cause = cause;
    this.#failTimer.schedule(0);
  }

  #fail(cause: unknown): void {
    const handler = this.#handler;
    this.close();
    if (cause === undefined) handler?.onError();
    else handler?.onError(cause);
  }
}
