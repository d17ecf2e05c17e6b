/** A TLS layer over a socket of Node: the smallest pump that can be, for tests with real servers. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { TlsLayer } from "../../../../src/transport/tls/tls-layer.js";
import type { TlsLayerOptions } from "../../../../src/transport/tls/tls-options.js";

export class TlsClient {
  readonly layer: TlsLayer;
  /** Everything that was read. */
  received = Buffer.alloc(0);
  /** The longest plaintext of a record. */
  longestRecord = 0;
  /** What came from below before the connection was open. */
  handshakeBytes = Buffer.alloc(0);
  readonly #socket: Socket;
  #isSocketOver = false;
  #changed: (() => void)[] = [];

  constructor(port: number, options: TlsLayerOptions) {
    this.layer = new TlsLayer(options);
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      this.layer.opened();
      this.#pump();
    });
    this.#socket.on("data", (bytes) => {
      this.#feed(bytes);
      this.#pump();
    });
    const ended = (cause?: unknown): void => {
      this.#isSocketOver = true;
      this.layer.lost(cause);
      this.#pump();
    };
    this.#socket.once("end", () => ended());
    this.#socket.once("error", ended);
    onTestFinished(() => {
      this.#socket.destroy();
    });
  }

  get cause(): { code?: string; message?: string; key?: string } | undefined {
    return this.layer.cause as { code?: string } | undefined;
  }

  get text(): string {
    return this.received.toString("latin1");
  }

  /** Resolves when the handshake is over, one way or the other; returns the state. */
  async settled(): Promise<string> {
    await this.until(() => this.layer.state !== "opening");
    return this.layer.state;
  }

  async closed(): Promise<void> {
    await this.until(() => this.layer.state === "closed");
  }

  async reads(text: string): Promise<void> {
    await this.until(() => this.text.includes(text));
  }

  /** Resolves when `isDone()`; rejects after 10 s. */
  async until(isDone: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!isDone()) {
      const left = deadline - performance.now();
      if (left < 0) throw new Error(`still ${this.layer.state} after 10 s; read: ${this.text}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Writes all of `data`, as the layer has room for it. */
  async write(data: Uint8Array | string): Promise<void> {
    let rest = typeof data === "string" ? Buffer.from(data) : data;
    while (rest.length > 0) {
      const room = this.layer.writable(16_384);
      if (room === 0) throw new Error(`cannot write: ${this.layer.state}`);
      this.layer.write(rest.subarray(0, room));
      rest = rest.subarray(room);
      this.#pump();
      if (this.#socket.writableNeedDrain) await new Promise((resolve) => this.#socket.once("drain", resolve));
    }
  }

  close(): void {
    this.layer.close();
    this.#pump();
  }

  #feed(bytes: Uint8Array): void {
    if (this.layer.state === "opening") this.handshakeBytes = Buffer.concat([this.handshakeBytes, bytes]);
    let rest = bytes;
    while (rest.length > 0) {
      const space = this.layer.space(rest.length);
      if (space.length === 0) {
        if (this.layer.state === "closed") return;
        throw new Error("the layer takes nothing though all was read");
      }
      space.set(rest.subarray(0, space.length));
      rest = rest.subarray(space.length);
      this.layer.received(space.length);
      this.#read();
    }
  }

  #read(): void {
    const { readable } = this.layer;
    if (readable === 0) return;
    this.longestRecord = Math.max(this.longestRecord, readable);
    const target = Buffer.alloc(readable);
    this.layer.read(target);
    this.received = Buffer.concat([this.received, target]);
  }

  #pump(): void {
    for (;;) {
      const bytes = this.layer.nextTransmit(1_460);
      if (bytes === undefined) break;
      if (!this.#isSocketOver) this.#socket.write(bytes.slice());
    }
    if (this.layer.state === "closed") this.#socket.end();
    for (const changed of this.#changed.splice(0)) changed();
  }
}
