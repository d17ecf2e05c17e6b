/** The storage port in memory: survives a restart of a simulated device, not of the process. */

import type { Storage } from "../../src/mqtt/ports.js";

export class MemoryStore implements Storage {
  readonly #values = new Map<string, Uint8Array>();

  read(key: string): Uint8Array | undefined {
    return this.#values.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): void {
    this.#values.set(key, value.slice());
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  keys(): Iterable<string> {
    return [...this.#values.keys()];
  }
}
