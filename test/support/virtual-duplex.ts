/** A connection of the virtual network as a Node stream, so that clients made for Node can talk to virtual servers. */

import { Duplex } from "node:stream";
import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../src/mqtt/ports.js";

export class VirtualDuplex extends Duplex implements TransportHandler {
  readonly #transport: Transport;
  #room = 0;
  #waiting: { bytes: Uint8Array; done: () => void } | undefined;

  constructor(provider: TransportProvider, endpoint: Endpoint) {
    super();
    this.#transport = provider.open(endpoint, this);
  }

  onReadable(byteLength: number): void {
    const bytes = Buffer.alloc(byteLength);
    this.#transport.read(bytes);
    this.push(bytes);
  }

  onWritable(byteLength: number): void {
    this.#room = byteLength;
    this.#writeOn();
  }

  onError(cause?: unknown): void {
    if (cause === undefined) {
      this.push(null);
    } else {
      this.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  /** Node reads by itself; bytes are pushed as they come. */
  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { bytes, done };
    this.#writeOn();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#transport.close();
    done(error);
  }

  #writeOn(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#room === 0) {
      return;
    }
    const bytes = waiting.bytes.subarray(0, this.#room);
    this.#room = this.#transport.write(bytes);
    if (bytes.byteLength === waiting.bytes.byteLength) {
      this.#waiting = undefined;
      waiting.done();
    } else {
      this.#waiting = { bytes: waiting.bytes.subarray(bytes.byteLength), done: waiting.done };
    }
  }
}
