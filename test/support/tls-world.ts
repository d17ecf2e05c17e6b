/** TLS by Node over real sockets on this machine, for the tests of the TLS transport. */

import { readFileSync } from "node:fs";
import type { AddressInfo, LookupFunction, Socket } from "node:net";
import { createServer as createTcpServer, isIP } from "node:net";
import type { SecureVersion, TlsOptions as ServerOptions, TLSSocket } from "node:tls";
import { createServer } from "node:tls";
import { expect, onTestFinished } from "vitest";
import { FileFolder } from "../../host-sim/io/file-folder.js";
import { NodeTls } from "../../host-sim/io/node-tls.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import type { TransportError } from "../../src/mqtt/errors.js";
import type {
  Endpoint,
  OpeningStage,
  TlsOptions,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { TlsPort } from "../../src/transport/tls-port.js";
import type { ChainCase } from "./authority.js";
import { RecordingHandler } from "./recording-handler.js";
import { createTcpWorld, TcpServer } from "./tcp-world.js";
import type { TransportWorld } from "./transport-contract.js";

/** The contract's server behind TLS. */
class TlsServer extends TcpServer {
  readonly #socketsBelow: Socket[];

  constructor({ certFile, keyFile }: ChainCase, maxVersion: SecureVersion) {
    const server = createServer({
      cert: readFileSync(certFile),
      key: readFileSync(keyFile),
      allowHalfOpen: true,
      maxVersion,
    });
    const socketsBelow: Socket[] = [];
    server.on("connection", (socket) => socketsBelow.push(socket));
    super(server, "secureConnection");
    this.#socketsBelow = socketsBelow;
  }

  override reset(): void {
    // While Node is still sending what TLS 1.3 sends after the handshake, it would end the connection properly.
    setImmediate(() => this.#socketsBelow.at(-1)?.resetAndDestroy());
  }
}

/** TCP, and TLS over it where the endpoint asks for it, without any more of the layers. */
export class TlsProvider implements TransportProvider {
  readonly #tls: TlsPort;
  readonly #below: TransportProvider;

  constructor(below: TransportProvider, tls: TlsPort = new NodeTls({ files: new FileFolder("/") })) {
    this.#below = below;
    this.#tls = tls;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const { host, port, tls } = endpoint;
    if (tls === undefined) return this.#below.open(endpoint, handler);
    return this.#tls.open(tls, host, (below) => this.#below.open({ host, port }, below), handler);
  }
}

/** Starts a TLS server that ends with the test; returns its port. */
export async function startTlsServer(
  options: ServerOptions,
  onConnection: (socket: TLSSocket) => void = () => {},
): Promise<number> {
  const server = createServer(options, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.on("tlsClientError", () => {});
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Starts a TCP server that does with a connection what `onConnection` does, and ends with the test; returns its port. */
export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Whom a client meets: a chain of the table as the options of a server. */
export function presenting({ certFile, keyFile, needsSecurityLevel0 }: ChainCase): ServerOptions {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(needsSecurityLevel0 ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
  };
}

/** What came of an attempt to open TLS. */
export interface TlsAttempt {
  readonly handler: RecordingHandler;
  readonly transport: Transport;
  readonly stages: readonly OpeningStage[];
  /** Of `handler`. */
  readonly failure: TransportError;
}

/** Opens TLS to this machine, whatever `host` is; resolves when it is open or has failed. It ends with the test. */
export async function attemptTls(
  port: number,
  host: string,
  tls: TlsOptions,
  files: FileStore = new FileFolder("/"),
): Promise<TlsAttempt> {
  const lookup: LookupFunction = (_, __, callback) => {
    process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
  };
  const tcp = new NodeTransportProvider({ lookup });
  // An address is not looked up.
  const below: TransportProvider = {
    open: (_, handler) => tcp.open({ host: isIP(host) === 0 ? host : "127.0.0.1", port }, handler),
  };
  const handler = new RecordingHandler();
  const stages: OpeningStage[] = [];
  const recorder: TransportHandler = {
    onReadable: (byteLength) => handler.onReadable(byteLength),
    onWritable: (byteLength) => handler.onWritable(byteLength),
    onError: (cause) => handler.onError(cause),
    onStage: (stage) => stages.push(stage),
  };
  const provider = new TlsProvider(below, new NodeTls({ files }));
  const transport = provider.open({ host, port, tls }, recorder);
  handler.transport = transport;
  onTestFinished(() => transport.close());
  await expect.poll(() => handler.opened || handler.ended, { interval: 2, timeout: 10_000 }).toBe(true);
  return { handler, transport, stages, failure: handler.cause as TransportError };
}

/** The code and the key of what an attempt came to, or "opened". */
export async function outcomeOf(port: number, host: string, tls: TlsOptions): Promise<string> {
  const { handler, failure } = await attemptTls(port, host, tls);
  if (handler.opened && !handler.ended) return "opened";
  expect(failure).toMatchObject({ name: "TransportError", stage: "tls" });
  return `${failure.code} ${failure.key}`;
}

/** All that a log could show of an error. */
export function everythingOf(error: Error): string {
  return `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${String(error.cause)}`;
}

/** A server with a certificate for 127.0.0.1, and a provider that trusts its authority. */
export async function createTlsWorld(server: ChainCase, maxVersion: SecureVersion): Promise<TransportWorld> {
  const below = await createTcpWorld({}, new TlsServer(server, maxVersion));
  const tls = { caCertificates: server.caFile };
  const provider = new TlsProvider(below.provider);
  return {
    ...below,
    provider: {
      open: (endpoint, handler) => provider.open(endpoint, handler),
      drop: (cause) => below.provider.drop(cause),
      destroyAll: () => below.provider.destroyAll(),
    },
    endpoint: { ...below.endpoint, tls },
    refusingEndpoint: { ...below.refusingEndpoint, tls },
    unknownEndpoint: { ...below.unknownEndpoint, tls },
  };
}
