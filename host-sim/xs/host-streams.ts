/** The host's end of the device's byte streams: real sockets, and what is to be told about them. */

import type {
  Address,
  OpeningStage,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import { factsOf } from "./error-facts.js";
import type { WorldCommand } from "./message.js";

/**
 * Has a command sent in its turn; what it says is decided then, when the worker is idle, so that nothing the worker
 * did meanwhile can make it untrue. Undefined: there is nothing to say any more.
 */
export type Post = (command: () => WorldCommand | undefined) => void;

/** What a stream that is gone still takes: it goes nowhere. */
const NOWHERE = 65_536;

export class HostStreams {
  readonly #provider: TransportProvider;
  readonly #post: Post;
  readonly #streams = new Map<number, HostStream>();

  constructor(provider: TransportProvider, post: Post) {
    this.#provider = provider;
    this.#post = post;
  }

  open(stream: number, address: Address): void {
    this.#streams.set(stream, new HostStream(stream, address, this.#provider, this.#post));
  }

  read(stream: number, byteLength: number): Uint8Array {
    return this.#get(stream).read(byteLength);
  }

  write(stream: number, bytes: Uint8Array): number {
    return this.#get(stream).write(bytes);
  }

  close(stream: number): void {
    this.#get(stream).close();
    this.#streams.delete(stream);
  }

  #get(stream: number): HostStream {
    const found = this.#streams.get(stream);
    if (found === undefined) throw new Error(`there is no stream ${stream}`);
    return found;
  }
}

class HostStream implements TransportHandler {
  readonly #stream: number;
  readonly #post: Post;
  readonly #transport: Transport;
  #unread = 0;
  #room = 0;
  #readablePosted = false;
  #writablePosted = false;
  #over = false;

  constructor(stream: number, address: Address, provider: TransportProvider, post: Post) {
    this.#stream = stream;
    this.#post = post;
    this.#transport = provider.open(address, this);
  }

  onReadable(byteLength: number): void {
    this.#unread = byteLength;
    if (this.#readablePosted) return;
    this.#readablePosted = true;
    this.#post(() => {
      this.#readablePosted = false;
      if (this.#over || this.#unread === 0) return undefined;
      return { type: "readable", stream: this.#stream, byteLength: this.#unread };
    });
  }

  onWritable(byteLength: number): void {
    this.#room = byteLength;
    if (this.#writablePosted) return;
    this.#writablePosted = true;
    this.#post(() => {
      this.#writablePosted = false;
      if (this.#over) return undefined;
      return { type: "writable", stream: this.#stream, byteLength: this.#room };
    });
  }

  onStage(stage: OpeningStage): void {
    this.#post(() => ({ type: "stage", stream: this.#stream, stage }));
  }

  onError(cause?: unknown): void {
    this.#over = true;
    const ended: WorldCommand = { type: "ended", stream: this.#stream };
    this.#post(() => (cause === undefined ? ended : { ...ended, cause: factsOf(cause) }));
  }

  read(byteLength: number): Uint8Array {
    const target = new Uint8Array(byteLength);
    this.#transport.read(target);
    this.#unread -= byteLength;
    return target;
  }

  write(bytes: Uint8Array): number {
    // The device does not know yet.
    if (this.#over) return NOWHERE;
    this.#room = this.#transport.write(bytes);
    return this.#room;
  }

  close(): void {
    this.#over = true;
    this.#transport.close();
  }
}
