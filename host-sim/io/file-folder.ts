/** The port to files in a folder, such as the one of the config that names them. */

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { FileStore } from "../../src/transport/file-store.js";

/** Bytes in a file, at most: a bundle of all public authorities has about 220,000. */
const MAXIMUM_FILE_LENGTH = 262_144;

export class FileFolder implements FileStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * `name` may lead out of the folder or be absolute: on a computer the config belongs to whoever runs it.
   * @throws RangeError when the file is longer than 256 KiB; Error when it is no file, or may not be read
   */
  read(name: string): Uint8Array | undefined {
    const path = resolve(this.#folder, name);
    try {
      const status = statSync(path);
      if (!status.isFile()) throw new Error(`${path} is not a file`);
      if (status.size > MAXIMUM_FILE_LENGTH) {
        throw new RangeError(`${path} has ${status.size} bytes, more than ${MAXIMUM_FILE_LENGTH}`);
      }
      return new Uint8Array(readFileSync(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
