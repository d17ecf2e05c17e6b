/**
 * Arrays for what is small and kept for long, such as names, many in one buffer: a buffer for each would take more than
 * what stands in it. Node's own pool is not for that, since what else stands there is soon gone, and a name would keep
 * its 8 KB.
 */

import type { Slabs } from "../../src/mqtt/shared-memory.js";

const SLAB_LENGTH = 8192;
/** Longer ones have a buffer of their own. */
const LONGEST = 512;

export class NameSlabs implements Slabs {
  #slab: ArrayBuffer | undefined;
  #used = 0;

  allocate(byteLength: number): Uint8Array {
    if (byteLength > LONGEST) return new Uint8Array(byteLength);
    if (this.#slab === undefined || this.#used + byteLength > SLAB_LENGTH) {
      this.#slab = new ArrayBuffer(SLAB_LENGTH);
      this.#used = 0;
    }
    const bytes = new Uint8Array(this.#slab, this.#used, byteLength);
    this.#used += byteLength;
    return bytes;
  }
}
