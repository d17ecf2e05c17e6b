/** Reproducible pseudo-random numbers in plain ECMAScript, for the tests that run on every engine. */

export class RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** An integer from 0 to `limit` - 1, `limit` at most 65,536 (xorshift32). */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return ((state >>> 8) & 0xffff) % limit;
  }

  bytes(byteLength: number): Uint8Array {
    const bytes = new Uint8Array(byteLength);
    for (let i = 0; i < byteLength; i += 1) bytes[i] = this.below(256);
    return bytes;
  }
}
