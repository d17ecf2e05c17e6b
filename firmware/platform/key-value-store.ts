/**
 * The store over ECMA-419 `embedded:storage/key-value`: on the ESP32 the partition `nvs`, which survives flashing the
 * firmware anew, and in which a write either happens as a whole or not at all.
 */

import type { Storage } from "../../src/mqtt/ports.js";

/** An open domain of the SDK's key-value storage, in "buffer" format. */
export interface KeyValueDomain extends Iterable<string> {
  read(key: string): ArrayBuffer | undefined;
  write(key: string, value: Uint8Array): void;
  delete(key: string): void;
}

export class KeyValueStore implements Storage {
  readonly #domain: KeyValueDomain;

  constructor(domain: KeyValueDomain) {
    this.#domain = domain;
  }

  read(key: string): Uint8Array | undefined {
    const value = this.#domain.read(key);
    return value === undefined ? undefined : new Uint8Array(value);
  }

  /** @param key at most 15 characters, a limit of the ESP32 */
  write(key: string, value: Uint8Array): void {
    this.#domain.write(key, value);
  }

  delete(key: string): void {
    this.#domain.delete(key);
  }

  keys(): Iterable<string> {
    return [...this.#domain];
  }
}
