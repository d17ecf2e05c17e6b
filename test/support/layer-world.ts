/**
 * A `LayerTransport` between a layer and a stream below that the test plays, under a virtual clock. It fails when there
 * is a callback from inside a call, or after the end. It runs on every engine.
 */

import { expect } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { OpeningStage, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import type { DrivenLayer } from "../../src/transport/layer-transport.js";
import { LayerTransport } from "../../src/transport/layer-transport.js";
import { hexFromBytes, joined } from "../mqtt/support/hex.js";
import { ManualTransport } from "../mqtt/support/manual-transport.js";

export class LayerWorld implements TransportHandler {
  readonly clock = new VirtualClock();
  /** The stream below: `give` room, let bytes `arrive`, `end` it, see what was `taken`. */
  readonly below = new ManualTransport();
  readonly transport: LayerTransport;
  /** The callbacks in order, such as "readable 5"; see also `takeCalls`. */
  readonly calls: string[] = [];
  /** As last announced, in bytes. */
  unread = 0;
  room = 0;
  cause: unknown;
  ended = false;
  /** Reads everything as soon as it is told of it. */
  reads = false;
  /** Called in each callback after the handler's own part. */
  onCall: ((call: string) => void) | undefined;
  readonly #pieces: Uint8Array[] = [];
  #inCall = false;
  #closed = false;

  constructor(layer: DrivenLayer) {
    const open = (above: TransportHandler): Transport => this.below.open({ host: "h", port: 1 }, above);
    this.#inCall = true;
    this.transport = new LayerTransport(layer, open, this.clock, this);
    this.#inCall = false;
  }

  onReadable(byteLength: number): void {
    this.unread = byteLength;
    if (this.reads) this.read(byteLength);
    this.#called(`readable ${byteLength}`);
  }

  onWritable(byteLength: number): void {
    this.room = byteLength;
    this.#called(`writable ${byteLength}`);
  }

  onError(cause?: unknown): void {
    this.cause = cause;
    this.#called(cause === undefined ? "end" : `end: ${cause instanceof Error ? cause.message : cause}`);
    this.ended = true;
  }

  onStage(stage: OpeningStage): void {
    this.#called(`stage ${stage}`);
  }

  read(byteLength: number): void {
    const bytes = new Uint8Array(byteLength);
    this.#quietly(() => this.transport.read(bytes));
    this.unread -= byteLength;
    this.#pieces.push(bytes);
  }

  write(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#quietly(() => {
      this.room = this.transport.write(copy);
    });
    // The caller may reuse them.
    copy.fill(0xee);
  }

  close(): void {
    this.#closed = true;
    this.#quietly(() => this.transport.close());
  }

  /** Lets everything happen that was put off until after a call. */
  settle(): void {
    this.clock.advance(0);
  }

  /** All that was read, in hexadecimal. */
  get received(): string {
    return hexFromBytes(this.receivedBytes);
  }

  get receivedBytes(): Uint8Array {
    return joined(this.#pieces);
  }

  /** The callbacks since the last time. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }

  #called(call: string): void {
    expect(this.#inCall, `${call} from inside a call`).toBe(false);
    expect(this.ended, `${call} after the end`).toBe(false);
    expect(this.#closed, `${call} after close`).toBe(false);
    this.calls.push(call);
    this.onCall?.(call);
  }

  #quietly(call: () => void): void {
    const outer = this.#inCall;
    this.#inCall = true;
    try {
      call();
    } finally {
      this.#inCall = outer;
    }
  }
}
