/** TLS by `node:tls` over any transport, with Reed's rules for who is to be trusted. */

import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { TransportError } from "../../src/mqtt/errors.js";
import type { TlsOptions, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { Opener } from "../../src/transport/opener.js";
import { closedInHandshake } from "../../src/transport/tls/tls-error.js";
import type { TlsPort } from "../../src/transport/tls-port.js";
import type { StreamOptions } from "./node-stream.js";
import { NodeStream } from "./node-stream.js";
import { connectionOptions } from "./tls-context.js";
import { tlsFailure } from "./tls-failure.js";
import { TransportDuplex } from "./transport-duplex.js";

/** What to ask when the server ends the connection in the middle of the handshake; Node does not say how far it got. */
const PSK_ENDED = Object.freeze({
  question: "are the identity and the pre-shared key right?",
  key: "ssl_psk_identity",
});
const CERTIFICATE_ENDED = Object.freeze({ question: "is this the port of TLS?", key: "server" });

export interface NodeTlsOptions extends StreamOptions {
  /** Where certificates and keys are that a config names. */
  readonly files: FileStore;
}

export class NodeTls implements TlsPort {
  readonly #options: NodeTlsOptions;

  constructor(options: NodeTlsOptions) {
    this.#options = options;
  }

  open(options: TlsOptions, host: string, below: Opener, handler: TransportHandler): Transport {
    const stream = new NodeStream(handler, this.#options);
    try {
      const settings = connectionOptions(options, host, this.#options.files);
      startTls(stream, options, settings, below, handler);
    } catch (error) {
      // A file is missing, for one: failures are reported, never thrown.
      process.nextTick(() => stream.ended(tlsFailure(error as Error, "certificate")));
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
  let cause: unknown;
  const duplex = new TransportDuplex(below, {
    onStage: (stage) => handler.onStage?.(stage),
    onOpened: () => handler.onStage?.("tls"),
    onLost: (causeBelow) => {
      cause = causeBelow;
    },
  });
  let socket: TLSSocket;
  try {
    socket = connect({ ...settings, socket: duplex });
  } catch (error) {
    duplex.destroy();
    throw error;
  }
  stream.attach(socket);
  let phase: "psk" | "certificate" | "open" = options.pskKey === undefined ? "certificate" : "psk";
  const end = (error?: Error) => {
    // Node's words for an end in the middle of the handshake are those for a reset.
    if (stream.isOpening && (error === undefined || codeOf(error) === "ECONNRESET")) {
      const { question, key } = phase === "psk" ? PSK_ENDED : CERTIFICATE_ENDED;
      stream.ended(closedInHandshake(question, key, cause));
    } else if (phase !== "open" && codeOf(cause) === "ECONNRESET") {
      stream.ended(resetAfterHandshake(cause));
    } else {
      stream.ended(cause ?? (error && tlsFailure(error, phase)));
    }
  };
  socket.on("secureConnect", () => {
    const refusal = protocolRefusal(socket, options);
    if (refusal !== undefined) {
      socket.destroy(refusal);
      return;
    }
    // Of the client the server of TLS 1.3 makes up its mind only now; that it sends something shows that it is content.
    if (socket.getProtocol() !== "TLSv1.3") phase = "open";
    socket.on("data", (bytes: Buffer) => {
      phase = "open";
      if (!stream.received(bytes)) socket.pause();
    });
    stream.opened(options.acceptAnyServer !== true);
  });
  socket.on("error", end);
  socket.on("end", () => end());
  socket.on("close", () => {
    duplex.destroy();
    end();
  });
}

/** The reset may have overtaken the alert that says why. */
function resetAfterHandshake(cause: unknown): TransportError {
  const message =
    "the server broke off right after the TLS handshake; perhaps it wants a client certificate, or another one";
  return Object.assign(new TransportError("tls", "reset-after-handshake", message, "ssl_cert"), { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** A server that knows nothing of ALPN would go on without. */
function protocolRefusal(socket: TLSSocket, options: TlsOptions): TransportError | undefined {
  const { applicationProtocol } = options;
  if (applicationProtocol === undefined || socket.alpnProtocol === applicationProtocol) return undefined;
  const message = `the server does not agree to the application protocol ${applicationProtocol}`;
  return new TransportError("tls", "protocol-refused", message, "ssl_alpn");
}
