/** The storage port in a directory, one file for each key, written so that a crash leaves the old value or the new one. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Storage } from "../../src/mqtt/ports.js";

/** What most file systems allow for a name, less the suffix. */
const LONGEST_NAME = 250;
const SUFFIX = ".bin";
const TEMPORARY_SUFFIX = ".tmp";

/** Keys may hold any character; one process at a time may use a directory. */
export class FileStore implements Storage {
  readonly #directory: string;

  /** Creates `directory`, and those above it, when missing. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
  }

  read(key: string): Uint8Array | undefined {
    try {
      return new Uint8Array(readFileSync(this.#path(key)));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return undefined;
      }
      throw error;
    }
  }

  /** Returns when the value is on the disk. Throws a `RangeError` when the key is too long for a file name. */
  write(key: string, value: Uint8Array): void {
    const path = this.#path(key);
    const temporaryPath = path.slice(0, -SUFFIX.length) + TEMPORARY_SUFFIX;
    const file = openSync(temporaryPath, "w");
    try {
      for (let offset = 0; offset < value.byteLength; ) {
        offset += writeSync(file, value, offset);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporaryPath, path);
    this.#syncDirectory();
  }

  delete(key: string): void {
    rmSync(this.#path(key), { force: true });
    this.#syncDirectory();
  }

  keys(): Iterable<string> {
    return readdirSync(this.#directory)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)))
      .sort();
  }

  #path(key: string): string {
    const name = fileName(key);
    if (name.length > LONGEST_NAME) {
      throw new RangeError(`key is too long for a file name: "${key.slice(0, 40)}…"`);
    }
    return join(this.#directory, name + SUFFIX);
  }

  /** Makes the names themselves durable; a rename alone may be undone by a power failure. */
  #syncDirectory(): void {
    if (process.platform === "win32") {
      return; // Windows cannot open a directory.
    }
    const directory = openSync(this.#directory, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

/**
 * Percent-encodes all but lower-case letters, digits, `-` and `_`: no separators or dots, no reserved names of
 * consequence, and no two keys that a case-insensitive file system would confuse.
 */
function fileName(key: string): string {
  const bytes = Buffer.from(key.toWellFormed(), "utf8");
  let name = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    name += /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return name;
}
