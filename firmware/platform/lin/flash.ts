/** Stands in for `embedded:storage/flash` in the Linux simulator, where the SDK (8.2.3) has none: one file a partition. */

import { File } from "file";
import { pathOf } from "firmware/platform/lin/stand-in-files";

const BLOCK_LENGTH = 4096;
/** As the partition that the SDK makes on an ESP32. */
const BLOCK_COUNT = 16;
const ERASED = 0xff;

class Partition {
  readonly #path: string;

  constructor(name: string) {
    this.#path = pathOf(`${name}.flash`);
    if (File.exists(this.#path)) return;
    this.#write(new Uint8Array(BLOCK_LENGTH * BLOCK_COUNT).fill(ERASED), 0);
  }

  status(): { readonly size: number; readonly blocks: number; readonly blockLength: number } {
    return { size: BLOCK_LENGTH * BLOCK_COUNT, blocks: BLOCK_COUNT, blockLength: BLOCK_LENGTH };
  }

  read(buffer: Uint8Array, position: number): void {
    const file = new File(this.#path);
    try {
      file.position = position;
      buffer.set(new Uint8Array(file.read(ArrayBuffer, buffer.length)));
    } finally {
      file.close();
    }
  }

  write(buffer: Uint8Array, position: number): void {
    this.#write(buffer, position);
  }

  eraseBlock(block: number): void {
    this.#write(new Uint8Array(BLOCK_LENGTH).fill(ERASED), block * BLOCK_LENGTH);
  }

  #write(bytes: Uint8Array, position: number): void {
    const file = new File(this.#path, true);
    try {
      file.position = position;
      // `File` takes whole buffers only.
      file.write(new Uint8Array(bytes).buffer);
    } finally {
      file.close();
    }
  }
}

export default Object.freeze({
  open({ path }: { readonly path: string }): Partition {
    return new Partition(path);
  },
});
