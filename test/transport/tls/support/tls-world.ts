/** A TLS layer and a server in memory with a line between them. */

import type { Crypto, PrivateKey } from "../../../../src/transport/crypto/crypto.js";
import { TlsLayer } from "../../../../src/transport/tls/tls-layer.js";
import type { CertificateOptions, TlsLayerOptions } from "../../../../src/transport/tls/tls-options.js";
import { joined } from "../../../mqtt/support/hex.js";
import type { TestServerOptions, TestSuite } from "./test-server.js";
import { TestServer } from "./test-server.js";
import { ToyCrypto, toyPoint } from "./toy-crypto.js";

export const PSK_GCM = 0x00a8;
export const PSK_CBC = 0x00ae;
export const ECDHE_PSK_CBC = 0xc037;
export const ECDHE_ECDSA_GCM = 0xc02b;

export const IDENTITY = "device";

export interface TlsWorldOptions {
  readonly suite?: TestSuite;
  readonly client?: Partial<Omit<CertificateOptions, "psk">>;
  readonly server?: Partial<TestServerOptions>;
  /** Default: a toy. */
  readonly crypto?: Crypto;
  /** The server's; fits the toy by default. */
  readonly pair?: TestKeyPair;
  /** What becomes of the server's bytes on their way. */
  readonly wire?: (bytes: Uint8Array) => Uint8Array;
  /** Most bytes that the client gets, and sends, at once. */
  readonly chunk?: number;
}

/** A key pair whose "certificate" is nothing but its point. */
export interface TestKeyPair {
  readonly certificate: Uint8Array;
  readonly privateKey: PrivateKey;
}

/** For the toy. */
export function keyPair(seed: number): TestKeyPair {
  const scalar = new ToyCrypto(seed).random(32);
  return { certificate: toyPoint(scalar), privateKey: { type: "ec", curve: "P-256", scalar } };
}

export function pskKey(): Uint8Array {
  return Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
}

/** Accepts every chain of points. */
export function authenticatePoint(chain: readonly Uint8Array[]) {
  const point = (chain[0] as Uint8Array).slice();
  return { leaf: { type: "ec", curve: "P-256", point }, isVerified: true } as const;
}

export class TlsWorld {
  readonly client: TlsLayer;
  readonly server: TestServer;
  /** Everything that the server sent, before `wire`. */
  sent: Uint8Array[] = [];
  /** Application data that the client has read. */
  received: Uint8Array = new Uint8Array(0);
  /** False: nothing is read, and so nothing more taken. */
  isReading = true;
  readonly #chunk: number;
  readonly #wire: (bytes: Uint8Array) => Uint8Array;

  constructor(options: TlsWorldOptions = {}) {
    const { chunk = 65_536, crypto = new ToyCrypto(), suite = PSK_GCM, wire = (bytes) => bytes } = options;
    const withPsk = suite !== ECDHE_ECDSA_GCM;
    const common = { host: "broker.example", crypto, ...options.client };
    const withCertificate = { authenticate: authenticatePoint, ...common };
    const clientOptions: TlsLayerOptions = withPsk
      ? { ...common, psk: { identity: IDENTITY, key: pskKey() } }
      : withCertificate;
    this.client = new TlsLayer(clientOptions);
    const pair = withPsk ? undefined : (options.pair ?? keyPair(5));
    this.server = new TestServer({
      crypto,
      suite,
      ...(pair === undefined
        ? { pskKey: pskKey() }
        : { chain: [pair.certificate], privateKey: pair.privateKey }),
      ...options.server,
    });
    this.#chunk = chunk;
    this.#wire = wire;
  }

  /** The code of the client's error, with its key if there is one; undefined without an error. */
  get failure(): string | undefined {
    const cause = this.client.cause as { code: string; key?: string } | undefined;
    return cause && (cause.key === undefined ? cause.code : `${cause.code} ${cause.key}`);
  }

  /** Opens the line and carries bytes until nothing moves. */
  connect(): this {
    this.client.opened();
    return this.run();
  }

  run(): this {
    while (this.#toServer() || this.#toClient()) {
      // Until nothing moves.
    }
    return this;
  }

  /** Gives bytes to the client, past `wire`; returns how many it took. */
  feed(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length) {
      const space = this.client.space(Math.min(this.#chunk, bytes.length - taken));
      if (space.length === 0) break;
      space.set(bytes.subarray(taken, taken + space.length));
      taken += space.length;
      this.client.received(space.length);
      if (this.isReading) this.read();
    }
    return taken;
  }

  read(byteLength: number = this.client.readable): void {
    const target = new Uint8Array(byteLength);
    this.client.read(target);
    this.received = joined([this.received, target]);
  }

  /** All that the client has to send. */
  transmitted(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (;;) {
      const bytes = this.client.nextTransmit(this.#chunk);
      if (bytes === undefined) return joined(parts);
      parts.push(bytes.slice());
    }
  }

  #toServer(): boolean {
    const bytes = this.transmitted();
    if (bytes.length > 0) this.server.receive(bytes);
    return bytes.length > 0;
  }

  #toClient(): boolean {
    const records = this.server.output.splice(0);
    this.sent.push(...records);
    if (records.length === 0) return false;
    this.feed(this.#wire(joined(records)));
    return true;
  }
}
