/**
 * The transport over ECMA-419 TCP sockets in "buffer" format, as the Moddable SDK has them.
 *
 * | phase      | input                            | next       | then                                       |
 * |------------|----------------------------------|------------|--------------------------------------------|
 * | starting   | the turn after `open`            | resolving  | the name is looked up; not for an address  |
 * | resolving  | addresses                        | connecting | the first is tried                         |
 * | resolving  | none                             |            | failed                                     |
 * | connecting | writable                         | open       |                                            |
 * | connecting | error, or too late, but not last | connecting | the next address is tried                  |
 * | connecting | error, the last one              |            | failed                                     |
 * | open       | error                            |            | ended                                      |
 *
 * What the SDK (8.2.3) does beyond the standard, and what is done about it:
 * - A socket takes an address only; the name is looked up anew for each attempt, so that a server may move. (lwIP keeps
 *   an answer for as long as its DNS server said.) The resolvers give one address of a name, on the ESP32 an IPv4 one if
 *   there is one, in the simulator the first if that is IPv4. Which one it is when there are several is up to the DNS
 *   server; most of them rotate. All that a resolver gives are tried in turn.
 * - A socket takes an address of at most 31 characters, in the simulator an IPv4 address. IPv6 was not tried.
 * - The constructor and the resolver may throw; that is reported by `onError`, as any other failure.
 * - Callbacks that were under way may still come after `close`, in the same round; they stop here.
 * - `write` returns nothing instead of the room when the connection is broken; `onError` then follows on the ESP32 but
 *   not on Linux, so it is made here, unless the socket does.
 * - `onError` carries no cause: whether the peer ended the connection or the network broke it is not known.
 */

import { TransportError } from "../../src/mqtt/errors.js";
import type {
  Address,
  Milliseconds,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import { describeError } from "../apps/log-text.js";

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

/** Calls back with the addresses that are known for a name, maybe none. Never from inside; may throw. */
export type Resolve = (host: string, callback: (addresses: readonly string[]) => void) => void;

export interface TcpPorts {
  readonly TCP: TcpConstructor;
  readonly resolve: Resolve;
  readonly timers: TimerProvider;
}

/** For an address that others come after; the last one has as long as the client waits. */
const ADDRESS_TIMEOUT: Milliseconds = 5000;
/** Addresses of a name that are tried, at most. */
const ADDRESS_LIMIT = 4;

type Phase = "starting" | "resolving" | "connecting" | "open";

export class TcpTransportProvider implements TransportProvider {
  readonly #ports: TcpPorts;

  constructor(ports: TcpPorts) {
    this.#ports = ports;
  }

  open(address: Address, handler: TransportHandler): Transport {
    return new TcpTransport(this.#ports, address, handler);
  }
}

class TcpTransport implements Transport {
  readonly #ports: TcpPorts;
  readonly #host: string;
  readonly #port: number;
  readonly #timer: Timer;
  /** Undefined once it must not be called any more. */
  #handler: TransportHandler | undefined;
  #socket: TcpSocket | undefined;
  #phase: Phase = "starting";
  #addresses: readonly string[] = [];
  /** Of the addresses, how many were tried. */
  #tried = 0;

  constructor(ports: TcpPorts, { host, port }: Address, handler: TransportHandler) {
    this.#ports = ports;
    this.#host = host;
    this.#port = port;
    this.#handler = handler;
    this.#timer = ports.timers.create(() => this.#expired());
    this.#timer.schedule(0);
  }

  read(target: Uint8Array): void {
    this.#opened().read(target);
  }

  write(bytes: Uint8Array): number {
    const room = this.#tryToWrite(this.#opened(), bytes);
    if (room !== undefined) return room;
    this.#timer.schedule(0);
    return 0;
  }

  close(): void {
    this.#handler = undefined;
    this.#timer.cancel();
    this.#closeSocket();
  }

  /** On lwIP a socket whose end came with its last bytes throws "not ready": the connection is broken all the same. */
  #tryToWrite(socket: TcpSocket, bytes: Uint8Array): number | undefined {
    try {
      return socket.write(bytes);
    } catch {
      return undefined;
    }
  }

  #opened(): TcpSocket {
    if (this.#socket === undefined) throw new Error("the transport is closed");
    return this.#socket;
  }

  #expired(): void {
    if (this.#phase === "starting") this.#start();
    else if (this.#phase === "connecting") this.#connectToNext();
    else this.#fail(new Error("the connection is broken"));
  }

  #start(): void {
    const host = this.#host;
    this.#phase = "resolving";
    if (isAddress(host)) {
      this.#resolved([host]);
      return;
    }
    this.#handler?.onStage?.("dns");
    if (this.#handler === undefined) return;
    try {
      this.#ports.resolve(host, (addresses) => this.#resolved(addresses));
    } catch (cause) {
      const message = `cannot look up ${host}: ${describeError(cause)}`;
      this.#fail(new TransportError("dns", "resolver-failed", message, "server"));
    }
  }

  #resolved(addresses: readonly string[]): void {
    if (this.#handler === undefined) return;
    if (addresses.length === 0) {
      const message = `no address is known for ${this.#host}: check the name, and the DNS server of the network`;
      this.#fail(new TransportError("dns", "name-not-found", message, "server"));
      return;
    }
    this.#phase = "connecting";
    this.#addresses = addresses.slice(0, ADDRESS_LIMIT);
    this.#handler.onStage?.("tcp");
    if (this.#handler !== undefined) this.#connectToNext();
  }

  #connectToNext(): void {
    const { TCP } = this.#ports;
    const addresses = this.#addresses;
    this.#closeSocket();
    this.#timer.cancel();
    const address = addresses[this.#tried] as string;
    this.#tried += 1;
    const attempt = this.#tried;
    if (attempt < addresses.length) this.#timer.schedule(ADDRESS_TIMEOUT);
    try {
      this.#socket = new TCP({
        address,
        port: this.#port,
        nodelay: true,
        onReadable: (byteLength) => this.#handler?.onReadable(byteLength),
        onWritable: (byteLength) => {
          if (attempt === this.#tried) this.#writable(byteLength);
        },
        onError: () => {
          if (attempt === this.#tried) this.#ended();
        },
      });
    } catch (cause) {
      const message = `no connection to ${address} port ${this.#port}: ${describeError(cause)}`;
      this.#notConnected(new TransportError("tcp", "address-not-usable", message, "server"));
    }
  }

  #writable(byteLength: number): void {
    if (this.#phase === "connecting") {
      this.#phase = "open";
      this.#timer.cancel();
    }
    this.#handler?.onWritable(byteLength);
  }

  #ended(): void {
    if (this.#phase === "open") {
      this.#fail(undefined);
      return;
    }
    const addresses = this.#addresses.join(", ");
    const message = `no connection to ${addresses} port ${this.#port}: nobody listens there, or no way leads there`;
    this.#notConnected(new TransportError("tcp", "refused-or-unreachable", message, "server"));
  }

  #notConnected(cause: TransportError): void {
    if (this.#tried < this.#addresses.length) this.#connectToNext();
    else this.#fail(cause);
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #fail(cause: unknown): void {
    const handler = this.#handler;
    this.close();
    if (cause === undefined) handler?.onError();
    else handler?.onError(cause);
  }
}

/** Only an IPv6 address has a colon, and only an IPv4 address digits and dots alone. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}
