/** The flash port in a file, which survives the process as flash does. */

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { Flash } from "../../src/mqtt/ports.js";

const ERASED = 0xff;

/** As much as the ESP32 build sets aside: 16 blocks of 4 KiB, so that messages have half of it. */
export const DEFAULT_BLOCK_LENGTH = 4096;
export const DEFAULT_BLOCK_COUNT = 16;

export class FileFlash implements Flash {
  readonly blockLength: number;
  readonly blockCount: number;
  readonly #file: number;

  /** Opens the file, or makes one; one of another length is made anew. Throws what the file system throws. */
  constructor(path: string, blockLength = DEFAULT_BLOCK_LENGTH, blockCount = DEFAULT_BLOCK_COUNT) {
    this.blockLength = blockLength;
    this.blockCount = blockCount;
    this.#file = openSync(path, "a+");
    // Opened for appending only to make it if it is missing; written in any order from here on.
    closeSync(this.#file);
    this.#file = openSync(path, "r+");
    if (fstatSync(this.#file).size === blockLength * blockCount) return;
    ftruncateSync(this.#file, 0);
    for (let block = 0; block < blockCount; block += 1) this.erase(block);
  }

  read(offset: number, target: Uint8Array): void {
    const length = readSync(this.#file, target, 0, target.length, offset);
    if (length !== target.length) throw new RangeError(`cannot read ${target.length} bytes at ${offset}`);
  }

  write(offset: number, bytes: Uint8Array): void {
    writeSync(this.#file, bytes, 0, bytes.length, offset);
    fsyncSync(this.#file);
  }

  erase(block: number): void {
    const offset = block * this.blockLength;
    writeSync(this.#file, new Uint8Array(this.blockLength).fill(ERASED), 0, this.blockLength, offset);
  }

  close(): void {
    closeSync(this.#file);
  }
}
