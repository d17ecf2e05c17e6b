/** Flash memory for tests: it keeps the rules of flash, and its power can fail at any byte. Runs on every engine. */

import type { Flash } from "../../src/mqtt/ports.js";

/** The power failed: whoever ran is gone. */
export class PowerFailure extends Error {
  override readonly name = "PowerFailure";
}

export class MemoryFlash implements Flash {
  readonly blockLength: number;
  readonly blockCount: number;
  readonly bytes: Uint8Array;
  /** How often each block was erased. */
  readonly erasures: number[] = [];
  /** Bytes that can still be written or erased before the power fails. */
  power = Number.POSITIVE_INFINITY;
  /** Bytes written and erased so far. */
  work = 0;
  /** Called once, when the power fails. */
  onPowerFailure: (() => void) | undefined;

  constructor(
    blockLength = 256,
    blockCount = 4,
    bytes = new Uint8Array(blockLength * blockCount).fill(0xff),
  ) {
    this.blockLength = blockLength;
    this.blockCount = blockCount;
    this.bytes = bytes;
    for (let block = 0; block < blockCount; block += 1) this.erasures.push(0);
  }

  /** The same memory after the power has come back. */
  restarted(): MemoryFlash {
    return new MemoryFlash(this.blockLength, this.blockCount, this.bytes.slice());
  }

  read(offset: number, target: Uint8Array): void {
    if (offset < 0 || offset + target.length > this.bytes.length) throw new RangeError(`read at ${offset}`);
    target.set(this.bytes.subarray(offset, offset + target.length));
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset < 0 || offset + bytes.length > this.bytes.length) throw new RangeError(`write at ${offset}`);
    for (let i = 0; i < bytes.length; i += 1) {
      this.#spend();
      if (this.bytes[offset + i] !== 0xff) throw new Error(`byte ${offset + i} was written already`);
      this.bytes[offset + i] = bytes[i] as number;
    }
  }

  erase(block: number): void {
    if (block < 0 || block >= this.blockCount) throw new RangeError(`erase of block ${block}`);
    this.erasures[block] = (this.erasures[block] as number) + 1;
    const start = block * this.blockLength;
    for (let i = 0; i < this.blockLength; i += 1) {
      this.#spend();
      this.bytes[start + i] = 0xff;
    }
  }

  #spend(): void {
    if (this.power <= 0) {
      const tell = this.onPowerFailure;
      this.onPowerFailure = undefined;
      tell?.();
      throw new PowerFailure("the power has failed");
    }
    this.power -= 1;
    this.work += 1;
  }
}
