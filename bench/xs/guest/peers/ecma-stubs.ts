/** The stubs as Moddable's client wants them: a socket and timers in the manner of ECMA-419. */

import type { Stubs } from "../stubs.js";
import { Counter, StubClock, StubTimer, StubTransport } from "../stubs.js";

export interface EcmaSocketOptions {
  onReadable(byteLength: number): void;
  onWritable(byteLength: number): void;
  onError(error?: unknown): void;
}

export class EcmaTransport extends StubTransport {
  format = "number";

  /** A byte, or in format "buffer" a new buffer of so many. */
  override read(byteLength?: number | Uint8Array): number | ArrayBufferLike | undefined {
    if (this.format === "number") {
      this.byteReads += 1;
      const byte = this.incoming[this.offset];
      this.offset += 1;
      return byte;
    }
    const bytes = new Uint8Array(byteLength as number);
    super.read(bytes);
    return bytes.buffer;
  }
}

const TOKEN = Object.freeze({});
const LATER = Object.freeze({});

/** One timer at a time that is due at once; others never ring here. */
export class EcmaTimer extends StubTimer {
  #callback: (() => void) | undefined;

  set(callback: () => void, delay?: number): object {
    if (delay !== undefined) return LATER;
    this.calls += 1;
    if (this.#callback !== undefined) throw new Error("a second timer");
    this.#callback = callback;
    return TOKEN;
  }

  clear(timer: unknown): void {
    if (timer === TOKEN) this.#callback = undefined;
  }

  repeat(): object {
    return LATER;
  }

  override settle(): void {
    while (this.#callback !== undefined) {
      const callback = this.#callback;
      this.#callback = undefined;
      callback();
    }
  }
}

export interface EcmaStubs extends Stubs {
  readonly timer: EcmaTimer;
  readonly transport: EcmaTransport;
}

export function makeEcmaStubs(): EcmaStubs {
  return {
    clock: new StubClock(),
    timer: new EcmaTimer(),
    transport: new EcmaTransport(),
    counter: new Counter(),
  };
}
