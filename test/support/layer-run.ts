/** Feeds a layer by hand, without a driver, and writes down what becomes of it. It runs on every engine. */

import { TransportError } from "../../src/mqtt/errors.js";
import type { StreamLayer } from "../../src/transport/stream-layer.js";
import { bytesFromHex, hexFromBytes, joined } from "../mqtt/support/hex.js";

/** What a layer has done. */
export interface LayerOutcome {
  readonly state: string;
  /** Read from it, in hexadecimal. */
  readonly received: string;
  /** Sent by it. */
  readonly sent: string;
  /** `code [key]: message`, or "" without a cause. */
  readonly cause: string;
  /** Bytes it did not take while it was not closed. */
  readonly left: number;
}

export class LayerRun {
  readonly layer: StreamLayer;
  /** Longest piece that is read at a time, and taken to be sent. */
  readonly portion: number;
  /** The most bytes for above that it ever held. */
  mostReadable = 0;
  readonly #received: Uint8Array[] = [];
  #sent: Uint8Array[] = [];
  #left = 0;

  /** The stream below is open. */
  constructor(layer: StreamLayer, portion = 0x1_0000) {
    this.layer = layer;
    this.portion = portion;
    layer.opened();
    this.#send();
  }

  /** Bytes come from below; returns whether the layer has taken all. What it has for above is read. */
  arrive(input: Uint8Array | string): boolean {
    const bytes = typeof input === "string" ? bytesFromHex(input) : input;
    let offset = 0;
    while (offset < bytes.length) {
      const space = this.layer.space(bytes.length - offset);
      if (space.length === 0) break;
      if (space.length > bytes.length - offset) throw new Error("more space than asked for");
      space.set(bytes.subarray(offset, offset + space.length));
      offset += space.length;
      this.layer.received(space.length);
      this.#send();
      this.#read();
    }
    this.#left += bytes.length - offset;
    return offset === bytes.length;
  }

  /** Writes from above, all of it, in as many portions as the layer wants. */
  write(bytes: Uint8Array, room = 0x1_0000): void {
    for (let offset = 0; offset < bytes.length; ) {
      const byteLength = Math.min(this.layer.writable(room), bytes.length - offset);
      if (byteLength === 0) throw new Error("no room");
      this.layer.write(bytes.slice(offset, offset + byteLength));
      offset += byteLength;
      this.#send();
    }
  }

  lost(cause?: unknown): void {
    this.layer.lost(cause);
    this.#send();
  }

  close(): void {
    this.layer.close();
    this.#send();
  }

  /** What was sent since the last time. */
  takeSent(): Uint8Array {
    const sent = joined(this.#sent);
    this.#sent = [];
    return sent;
  }

  get receivedBytes(): Uint8Array {
    return joined(this.#received);
  }

  get outcome(): LayerOutcome {
    return {
      state: this.layer.state,
      received: hexFromBytes(this.receivedBytes),
      sent: hexFromBytes(joined(this.#sent)),
      cause: causeText(this.layer.cause),
      left: this.layer.state === "closed" ? 0 : this.#left,
    };
  }

  #send(): void {
    for (;;) {
      const bytes = this.layer.nextTransmit(this.portion);
      if (bytes === undefined) return;
      if (bytes.length === 0 || bytes.length > this.portion) throw new Error(`${bytes.length} bytes to send`);
      this.#sent.push(bytes.slice());
    }
  }

  #read(): void {
    this.mostReadable = Math.max(this.mostReadable, this.layer.readable);
    while (this.layer.readable > 0) {
      const target = new Uint8Array(Math.min(this.portion, this.layer.readable));
      this.layer.read(target);
      this.#received.push(target);
    }
  }
}

/** `code [key]: message` of a `TransportError`; anything else as it is. */
export function causeText(cause: unknown): string {
  if (cause === undefined) return "";
  if (!(cause instanceof TransportError)) return String(cause);
  return `${cause.code} [${cause.key ?? "no key"}]: ${cause.message}`;
}

/** On XS, which is slow here, not every place to cut at is tried. */
const STRIDE = "process" in globalThis ? 1 : 11;

/**
 * Feeds `bytes` whole, cut in two at every place, and byte by byte, each time to a new layer; returns the first outcome,
 * and throws when another one differs from it. What becomes of the bytes `before` is not part of it.
 */
export function outcomeOfEverySplit(
  bytes: Uint8Array,
  create: () => StreamLayer,
  before: Uint8Array = new Uint8Array(0),
): LayerOutcome {
  const start = (portion?: number): LayerRun => {
    const run = new LayerRun(create(), portion);
    if (before.length > 0) {
      run.arrive(before);
      run.takeSent();
    }
    return run;
  };
  const whole = start();
  whole.arrive(bytes);
  const expected = JSON.stringify(whole.outcome);
  for (let cut = 1; cut < bytes.length; cut += STRIDE) {
    const run = start();
    run.arrive(bytes.subarray(0, cut));
    run.arrive(bytes.subarray(cut));
    same(run.outcome, expected, `cut at ${cut}`);
  }
  const run = start(1);
  for (let i = 0; i < bytes.length; i += 1) run.arrive(bytes.subarray(i, i + 1));
  same(run.outcome, expected, "byte by byte");
  return whole.outcome;
}

function same(outcome: LayerOutcome, expected: string, how: string): void {
  const actual = JSON.stringify(outcome);
  if (actual !== expected) throw new Error(`${how}: ${actual}\nwhole: ${expected}`);
}
