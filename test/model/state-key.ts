/** A state as one number of 53 bits: two different hashes of all that belongs to it. */

export class StateKey {
  #a = 0x811c_9dc5;
  #b = 0x2545_f491;

  add(...values: readonly number[]): void {
    for (const value of values) {
      this.#a = Math.imul(this.#a ^ value, 0x9e37_79b1);
      this.#a ^= this.#a >>> 15;
      this.#b = Math.imul(this.#b + value + 0x7f4a_7c15, 0x85eb_ca6b);
      this.#b ^= this.#b >>> 13;
    }
  }

  packets(packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      for (const byte of packet) this.add(byte);
      this.add(-2);
    }
    this.add(-1);
  }

  get value(): number {
    return (this.#a >>> 0) * 0x20_0000 + ((this.#b >>> 0) & 0x1f_ffff);
  }
}
