/** The flash of a board: a partition as the SDK gives it. */

import { describe, expect, test } from "vitest";
import type { FlashPartition } from "../../firmware/platform/partition-flash.js";
import { PartitionFlash } from "../../firmware/platform/partition-flash.js";
import { Journal } from "../../src/mqtt/journal.js";
import { MemoryFlash } from "../support/memory-flash.js";

/** A partition in memory, with the SDK's order of arguments. */
function partitionOf(memory: MemoryFlash, blocks = memory.blockCount): FlashPartition {
  return {
    read: (buffer, position) => memory.read(position, buffer),
    write: (buffer, position) => memory.write(position, buffer),
    eraseBlock: (block) => memory.erase(block),
    status: () => ({ blocks, blockLength: memory.blockLength }),
  };
}

describe("the flash of a board", () => {
  test("carries a journal", () => {
    const memory = new MemoryFlash();
    const found: (readonly number[])[] = [];
    const owner = {
      onRecord: (payload: Uint8Array) => found.push([...payload]),
      rewrite: (append: (payload: Uint8Array) => boolean) => append(Uint8Array.of(1)),
    };
    const journal = new Journal(new PartitionFlash(partitionOf(memory)), owner);
    expect(journal.append(Uint8Array.of(1))).toBe(true);
    expect(journal.append(Uint8Array.of(2))).toBe(true);
    new Journal(new PartitionFlash(partitionOf(memory.restarted())), owner);
    expect(found).toEqual([[1], [2]]);
  });

  test("has an even number of blocks, for two halves", () => {
    const flash = new PartitionFlash(partitionOf(new MemoryFlash(256, 5)));
    expect([flash.blockLength, flash.blockCount]).toEqual([256, 4]);
  });
});
