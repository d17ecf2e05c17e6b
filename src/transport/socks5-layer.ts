/**
 * The way through a SOCKS5 proxy (RFC 1928): a handshake, after which the bytes pass as they are.
 *
 *     client: methods it knows          proxy: the method
 *     client: user, password            proxy: status          only if the proxy has chosen it (RFC 1929)
 *     client: connect to host, port     proxy: reply, address that it uses
 *
 * The proxy resolves the name of the server. What the proxy says is read step by step, never a byte too many.
 */

import { TransportError } from "../mqtt/errors.js";
import type { Address, ProxyOptions } from "../mqtt/ports.js";
import { socks5ReplyError } from "./socks5-reply.js";
import {
  connectRequest,
  credentialsRequest,
  NO_AUTHENTICATION,
  offer,
  SOCKS_VERSION,
  USER_AND_PASSWORD,
} from "./socks5-request.js";
import type { LayerState, StreamLayer } from "./stream-layer.js";

const NO_ACCEPTABLE_METHOD = 0xff;
/** Of RFC 1929's own negotiation. */
const CREDENTIALS_VERSION = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** Of an answer as much is kept; of what is longer nothing matters. */
const ANSWER_LENGTH = 16;

/** What comes next from the proxy. `address`: type and its first byte, which is the length if it is a name. */
type Step = "method" | "status" | "reply" | "address" | "rest" | "done";

export class Socks5Layer implements StreamLayer {
  readonly stage = "proxy";
  /** Once it is open, see `DrivenLayer`. */
  readonly transparent = true;
  readonly readable = 0;
  readonly #proxy: ProxyOptions;
  readonly #target: Address;
  #state: LayerState = "opening";
  #cause: unknown;
  #isStarted = false;
  #step: Step = "method";
  readonly #answer = new Uint8Array(ANSWER_LENGTH);
  #filled = 0;
  #needed = 2;
  #request: Uint8Array | undefined;

  /** @param target where the proxy is to connect to */
  constructor(proxy: ProxyOptions, target: Address) {
    this.#proxy = proxy;
    this.#target = target;
  }

  get state(): LayerState {
    return this.#state;
  }

  get cause(): unknown {
    return this.#cause;
  }

  opened(): void {
    this.#isStarted = true;
    this.#request = offer(this.#proxy);
  }

  space(available: number): Uint8Array {
    // What comes before the question is out is no answer to it.
    if (this.#state !== "opening" || this.#request !== undefined) return this.#answer.subarray(0, 0);
    const start = this.#step === "rest" ? 0 : this.#filled;
    return this.#answer.subarray(start, start + Math.min(available, this.#needed - this.#filled));
  }

  received(byteLength: number): void {
    this.#filled += byteLength;
    if (this.#filled === this.#needed) this.#answered();
    // The first byte tells a proxy from something else, which may not say more.
    else if (this.#step === "method" && this.#answer[0] !== SOCKS_VERSION) this.#failVersion();
  }

  lost(cause?: unknown): void {
    if (this.#state === "closed") return;
    const why = cause === undefined ? "" : `: ${cause instanceof Error ? cause.message : cause}`;
    if (!this.#isStarted) {
      // Whatever it was, the address that matters is the proxy's.
      const message = `the proxy ${this.#proxy.host} cannot be reached${why}`;
      this.#fail(cause instanceof TransportError ? cause.code : "unreachable", message);
    } else if (this.#state === "opening") {
      this.#fail("closed-in-handshake", `the proxy ended the connection in the handshake${why}`);
    } else {
      this.#close(cause);
    }
  }

  /** Only in the handshake is anything read or written here. */
  /** What is behind the handshake passes elsewhere, see `DrivenLayer`. */
  read(): void {}

  writable(): number {
    return 0;
  }

  write(): void {}

  nextTransmit(limit: number): Uint8Array | undefined {
    const request = this.#request;
    if (request === undefined) return undefined;
    this.#request = limit < request.length ? request.subarray(limit) : undefined;
    return request.subarray(0, limit);
  }

  close(): void {
    this.#close(this.#cause);
  }

  #answered(): void {
    switch (this.#step) {
      case "method":
        this.#chosen();
        break;
      case "status":
        this.#authenticated();
        break;
      case "reply":
        this.#replied();
        break;
      case "address":
        this.#addressed();
        break;
      default:
        this.#expect("done", 0);
        this.#state = "open";
    }
  }

  #chosen(): void {
    const method = this.#answer[1] as number;
    const hasCredentials = this.#proxy.userName !== undefined;
    if (this.#answer[0] !== SOCKS_VERSION) {
      this.#failVersion();
    } else if (method === NO_AUTHENTICATION) {
      this.#connect();
    } else if (method === USER_AND_PASSWORD && hasCredentials) {
      this.#authenticate();
    } else if (method !== NO_ACCEPTABLE_METHOD) {
      this.#fail("protocol-violation", `the proxy has chosen method ${method}, which was not offered`);
    } else if (hasCredentials) {
      this.#fail("no-method", "the proxy takes neither user and password nor none of both");
    } else {
      this.#fail("unauthorized", "the proxy wants a user and a password, as in socks5://user:pass@host:port");
    }
  }

  #authenticate(): void {
    this.#request = credentialsRequest(this.#proxy);
    if (this.#request !== undefined) this.#expect("status", 2);
    else this.#fail("invalid-credentials", "user and password of the proxy must have 1 to 255 bytes each");
  }

  #authenticated(): void {
    if (this.#answer[0] !== CREDENTIALS_VERSION) {
      this.#fail("protocol-violation", "the proxy answers user and password with another version");
    } else if (this.#answer[1] !== 0) {
      this.#fail("unauthorized", "the proxy does not accept this user and password");
    } else {
      this.#connect();
    }
  }

  #connect(): void {
    this.#request = connectRequest(this.#target);
    if (this.#request !== undefined) this.#expect("reply", 2);
    else
      this.#fail("invalid-host", "the server's name cannot be told to a proxy: it is longer than 255 bytes");
  }

  /** A refusal counts as soon as it is there: not every proxy adds an address to it. */
  #replied(): void {
    const reply = this.#answer[1] as number;
    if (this.#answer[0] !== SOCKS_VERSION) this.#failVersion();
    else if (reply === 0) this.#expect("address", 3);
    else this.#close(socks5ReplyError(reply, this.#target));
  }

  /** The address that the proxy uses is of no interest, but its length is. */
  #addressed(): void {
    const [reserved, type, first] = this.#answer;
    if (reserved !== 0) this.#fail("protocol-violation", "a reserved byte in the proxy's reply is not 0");
    else if (type === IPV4) this.#expect("rest", 3 + 2);
    else if (type === IPV6) this.#expect("rest", 15 + 2);
    else if (type === NAME) this.#expect("rest", (first as number) + 2);
    else this.#fail("protocol-violation", `the proxy's reply has an address of the unknown type ${type}`);
  }

  #expect(step: Step, byteLength: number): void {
    this.#step = step;
    this.#filled = 0;
    this.#needed = byteLength;
  }

  #failVersion(): void {
    this.#fail("not-socks5", "what answers at the proxy's address does not speak SOCKS5");
  }

  #fail(code: string, message: string): void {
    this.#close(new TransportError("proxy", code, message, "proxy"));
  }

  #close(cause: unknown): void {
    this.#state = "closed";
    this.#cause = cause;
    this.#request = undefined;
  }
}
