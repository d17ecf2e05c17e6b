/** The transport port in the worker: byte streams whose sockets are the host's. */

import type {
  Address,
  OpeningStage,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../../src/mqtt/ports.js";
import type { ErrorFacts } from "../error-facts.js";
import { errorFrom } from "../error-facts.js";
import { ask, askInFull } from "./ask.js";

export class GuestStreams implements TransportProvider {
  readonly #handlers = new Map<number, TransportHandler>();
  #last = 0;

  open({ host, port }: Address, handler: TransportHandler): Transport {
    this.#last += 1;
    const stream = this.#last;
    this.#handlers.set(stream, handler);
    ask({ type: "open", stream, address: { host, port } });
    return new GuestStream(stream, this.#handlers);
  }

  readable(stream: number, byteLength: number): void {
    this.#handlers.get(stream)?.onReadable(byteLength);
  }

  writable(stream: number, byteLength: number): void {
    this.#handlers.get(stream)?.onWritable(byteLength);
  }

  stage(stream: number, stage: OpeningStage): void {
    this.#handlers.get(stream)?.onStage?.(stage);
  }

  ended(stream: number, cause: ErrorFacts | undefined): void {
    const handler = this.#handlers.get(stream);
    this.#handlers.delete(stream);
    handler?.onError(cause === undefined ? undefined : errorFrom(cause));
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
