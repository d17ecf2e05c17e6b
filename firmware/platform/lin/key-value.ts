/**
 * Stands in for `embedded:storage/key-value` in the Linux simulator, where the SDK (8.2.3) has none: a file for each
 * key, written beside it and then moved into its place.
 */

import { File } from "file";
import { pathOf } from "firmware/platform/lin/stand-in-files";

class Domain {
  readonly #prefix: string;
  readonly #keys = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  read(key: string): ArrayBuffer | undefined {
    const path = this.#path(key);
    if (!File.exists(path)) return undefined;
    const file = new File(path);
    try {
      return file.length === 0 ? new ArrayBuffer(0) : file.read(ArrayBuffer);
    } finally {
      file.close();
    }
  }

  write(key: string, value: Uint8Array): void {
    const path = this.#path(key);
    const temporary = `${path}.new`;
    File.delete(temporary);
    const file = new File(temporary, true);
    // `File` takes whole buffers only.
    file.write(new Uint8Array(value).buffer);
    file.close();
    if (!File.rename(temporary, path)) throw new Error(`cannot write ${path}`);
    this.#keys.add(key);
  }

  delete(key: string): void {
    File.delete(this.#path(key));
    this.#keys.delete(key);
  }

  /** Only what was written in this run: the simulator's folder holds other things too. */
  [Symbol.iterator](): Iterator<string> {
    return this.#keys.values();
  }

  #path(key: string): string {
    return pathOf(`${this.#prefix}.${key}`);
  }
}

export default Object.freeze({
  open({ path }: { readonly path: string }): Domain {
    return new Domain(path);
  },
});
