/** The flash port over a partition, as ECMA-419 storage in the Moddable SDK has it. */

import type { Flash } from "../../src/mqtt/ports.js";

/** A partition that is open, as far as it is needed. */
export interface FlashPartition {
  /** Fills `buffer`. */
  read(buffer: Uint8Array, position: number): unknown;
  write(buffer: Uint8Array, position: number): void;
  eraseBlock(block: number): void;
  status(): { readonly blocks: number; readonly blockLength: number };
}

export class PartitionFlash implements Flash {
  readonly blockLength: number;
  readonly blockCount: number;
  readonly #partition: FlashPartition;

  constructor(partition: FlashPartition) {
    const { blocks, blockLength } = partition.status();
    this.#partition = partition;
    this.blockLength = blockLength;
    // The journal wants two halves.
    this.blockCount = blocks - (blocks % 2);
  }

  read(offset: number, target: Uint8Array): void {
    this.#partition.read(target, offset);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#partition.write(bytes, offset);
  }

  erase(block: number): void {
    this.#partition.eraseBlock(block);
  }
}
