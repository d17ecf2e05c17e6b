/** Opens ECMA-419-shaped byte streams over TCP with `node:net`, each name looked up anew at every attempt. */

import type { LookupFunction, Socket } from "node:net";
import { UsageError } from "../../src/mqtt/errors.js";
import type {
  Endpoint,
  Milliseconds,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import type { Opener } from "../../src/transport/opener.js";
import type { StreamOptions } from "./node-stream.js";
import { NodeStream } from "./node-stream.js";
import { adoptSocket, connectTcp } from "./tcp-stream.js";

export interface NodeTransportOptions extends StreamOptions {
  /** How long one of several addresses of a name is tried before the next one. Default: 2,500 ms. */
  readonly addressTimeout?: Milliseconds;
  /** Resolves names in place of the system's resolver, in the form of `dns.lookup`. */
  readonly lookup?: LookupFunction;
}

/** The transport port on Node. It remembers its streams, so that a simulator can cut them off. */
export class NodeTransportProvider implements TransportProvider {
  readonly #options: NodeTransportOptions;
  readonly #streams = new Set<NodeStream>();
  readonly #onOver = (stream: NodeStream) => {
    this.#streams.delete(stream);
  };

  constructor(options: NodeTransportOptions = {}) {
    this.#options = options;
  }

  /** Streams that are opening or open. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** @throws UsageError for an endpoint that wants more than TCP: nothing goes out in the clear by mistake */
  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    if ((endpoint.tls ?? endpoint.proxy ?? endpoint.webSocket) !== undefined) {
      throw new UsageError(
        "invalid-option",
        "this transport is plain TCP: it needs layers for TLS and the like",
      );
    }
    const stream = this.#createStream(handler);
    connectTcp(stream, endpoint, this.#options.addressTimeout ?? 2_500, this.#options.lookup);
    return stream;
  }

  /** The stream of a socket that is open already: there are no stages of opening. To be opened once. */
  adopt(socket: Socket): Opener {
    return (handler) => {
      const stream = this.#createStream(handler);
      adoptSocket(stream, socket);
      return stream;
    };
  }

  /** Cuts every stream off as a broken link does; each handler then hears `onError(cause)`, the peer a reset. */
  drop(cause: unknown = new Error("link dropped")): void {
    for (const stream of this.#streams) {
      stream.drop(cause);
    }
  }

  /** Cuts every stream off as a crash of the device does: the peer sees a reset, the handlers hear nothing. */
  destroyAll(): void {
    for (const stream of this.#streams) {
      stream.destroy();
    }
  }

  #createStream(handler: TransportHandler): NodeStream {
    const stream = new NodeStream(handler, this.#options, this.#onOver);
    this.#streams.add(stream);
    return stream;
  }
}
