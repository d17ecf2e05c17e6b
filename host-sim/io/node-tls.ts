/** TLS by `node:tls` over any transport, with Reed's rules for who is to be trusted. */

import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { TransportError } from "../../src/mqtt/errors.js";
import type { TlsOptions, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { Opener } from "../../src/transport/opener.js";
import type { TlsPort } from "../../src/transport/tls-port.js";
import { BufferPool } from "./buffer-pool.js";
import type { StreamOptions } from "./node-stream.js";
import { DEFAULT_WINDOW, NodeStream } from "./node-stream.js";
import { connectionOptions } from "./tls-context.js";
import { handshakeEnded, tlsFailure } from "./tls-failure.js";
import { TransportDuplex } from "./transport-duplex.js";

export interface NodeTlsOptions extends StreamOptions {
  /** Where certificates and keys are that a config names. */
  readonly files: FileStore;
}

export class NodeTls implements TlsPort {
  readonly #options: NodeTlsOptions;
  readonly #sendBuffers = new BufferPool(DEFAULT_WINDOW);

  constructor(options: NodeTlsOptions) {
    this.#options = options;
  }

  open(options: TlsOptions, host: string, below: Opener, handler: TransportHandler): Transport {
    const stream = new NodeStream(handler, this.#options, this.#sendBuffers);
    try {
      startTls(stream, options, connectionOptions(options, host, this.#options.files), below, handler);
    } catch (error) {
      // A file is missing, for one: failures are reported, never thrown.
      process.nextTick(() => stream.ended(tlsFailure(error as Error, options, true)));
    }
    return stream;
  }
}

function startTls(
  stream: NodeStream,
  options: TlsOptions,
  settings: ConnectionOptions,
  below: Opener,
  handler: TransportHandler,
): void {
  /** What the stream below broke for, which says more than what TLS makes of it. */
  let lost: { readonly cause: unknown } | undefined;
  const duplex = new TransportDuplex(below, {
    onStage: (stage) => handler.onStage?.(stage),
    onOpened: () => handler.onStage?.("tls"),
    onLost: (cause) => {
      lost = { cause };
    },
  });
  let socket: TLSSocket;
  try {
    socket = connect({ ...settings, socket: duplex });
  } catch (error) {
    duplex.destroy();
    throw error;
  }
  const end = (cause: unknown) => {
    const orderly = stream.isOpening ? handshakeEnded() : undefined;
    stream.ended(lost?.cause ?? cause ?? orderly);
  };
  stream.attach(socket);
  socket.on("secureConnect", () => {
    const refusal = protocolRefusal(socket, options);
    if (refusal !== undefined) {
      socket.destroy(refusal);
      return;
    }
    socket.on("data", (bytes: Buffer) => {
      if (!stream.received(bytes)) socket.pause();
    });
    stream.opened(options.acceptAnyServer !== true);
  });
  socket.on("error", (error) => {
    // Node's words for an end in the middle of the handshake.
    const isEnd = stream.isOpening && "code" in error && error.code === "ECONNRESET";
    end(isEnd ? undefined : tlsFailure(error, options, stream.isOpening));
  });
  socket.on("end", () => end(undefined));
  socket.on("close", () => {
    duplex.destroy();
    end(undefined);
  });
}

/** A server that knows nothing of ALPN goes on without. */
function protocolRefusal(socket: TLSSocket, options: TlsOptions): TransportError | undefined {
  const { applicationProtocol } = options;
  if (applicationProtocol === undefined || socket.alpnProtocol === applicationProtocol) return undefined;
  const message = `the server does not agree to the application protocol ${applicationProtocol}`;
  return new TransportError("tls", "protocol-refused", message, "ssl_alpn");
}
