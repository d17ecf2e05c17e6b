/** The transport port in the worker: byte streams whose sockets are the host's. */

import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../../src/mqtt/ports.js";
import { ask, askInFull } from "./ask.js";

export class GuestStreams implements TransportProvider {
  readonly #handlers = new Map<number, TransportHandler>();
  #last = 0;

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    this.#last += 1;
    const stream = this.#last;
    this.#handlers.set(stream, handler);
    ask({ type: "open", stream, endpoint: { host: endpoint.host, port: endpoint.port } });
    return new GuestStream(stream, this.#handlers);
  }

  readable(stream: number, byteLength: number): void {
    this.#handlers.get(stream)?.onReadable(byteLength);
  }

  writable(stream: number, byteLength: number): void {
    this.#handlers.get(stream)?.onWritable(byteLength);
  }

  ended(stream: number, cause: string | undefined): void {
    const handler = this.#handlers.get(stream);
    this.#handlers.delete(stream);
    handler?.onError(cause === undefined ? undefined : new Error(cause));
  }
}

class GuestStream implements Transport {
  readonly #stream: number;
  readonly #handlers: Map<number, TransportHandler>;

  constructor(stream: number, handlers: Map<number, TransportHandler>) {
    this.#stream = stream;
    this.#handlers = handlers;
  }

  read(target: Uint8Array): void {
    target.set(askInFull({ type: "read", stream: this.#stream, byteLength: target.length }).bytes);
  }

  write(bytes: Uint8Array): number {
    return ask({ type: "write", stream: this.#stream }, bytes) as number;
  }

  close(): void {
    this.#handlers.delete(this.#stream);
    ask({ type: "close", stream: this.#stream });
  }
}
