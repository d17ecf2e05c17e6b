/** Opens ECMA-419-shaped byte streams over TCP with `node:net`, each name looked up anew at every attempt. */

import type { LookupFunction } from "node:net";
import type {
  Endpoint,
  Milliseconds,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import { NodeStream } from "./node-stream.js";

/** How the streams of a provider behave; the defaults suit a device and a benchmark alike. */
export interface NodeTransportOptions {
  /** Bytes that may wait to be sent: the most `onWritable` ever announces. Default: 65,536. */
  readonly window?: number;
  /** Received bytes that may wait to be read before the peer is held back. Default: 65,536. */
  readonly unreadLimit?: number;
  /** How long a closed stream waits for its peer to end it too, before it is cut off. Default: 2,000 ms. */
  readonly lingerTimeout?: Milliseconds;
  /** How long one of several addresses of a name is tried before the next one. Default: 2,500 ms. */
  readonly addressTimeout?: Milliseconds;
  /** Resolves names in place of the system's resolver, in the form of `dns.lookup`. */
  readonly lookup?: LookupFunction;
}

/** The transport port on Node. It remembers its streams, so that a simulator can cut them off. */
export class NodeTransportProvider implements TransportProvider {
  readonly #options: NodeTransportOptions;
  readonly #streams = new Set<NodeStream>();

  constructor(options: NodeTransportOptions = {}) {
    this.#options = options;
  }

  /** Streams that are opening or open. */
  get streamCount(): number {
    return this.#streams.size;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const stream = new NodeStream(endpoint, handler, this.#options, this.#streams);
    this.#streams.add(stream);
    return stream;
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
}
