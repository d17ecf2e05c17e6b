/**
 * Files by name, such as the certificates that a config names: first from the device's file store, then from the
 * resources that were linked into flash with the firmware (the folder `firmware/resources`).
 *
 * The store is a domain of its own in the key-value storage, a key for each file: the SDK's partition table for the
 * ESP32 has no room for a file system.
 */

import type { Storage } from "../../src/mqtt/ports.js";
import { isWellFormed, utf8Length } from "../../src/mqtt/utf8.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { Log } from "../apps/io.js";
import { describeError } from "../apps/log-text.js";
import { quoted } from "../apps/payload-text.js";

/** In bytes: what `nvs` of the ESP32 takes as a key. */
const NAME_LIMIT = 15;

/** Module `Resource` of the SDK, as far as it is needed. */
export interface ResourceConstructor {
  /** Throws when there is none of that name. */
  new (name: string): { slice(begin: number): ArrayBuffer };
  exists(name: string): boolean;
}

export interface DeviceFilesPorts {
  /** Undefined when it cannot be opened; there are only resources then. */
  readonly store: Storage | undefined;
  readonly Resource: ResourceConstructor;
  readonly log: Log;
}

export class DeviceFiles implements FileStore {
  readonly #ports: DeviceFilesPorts;

  constructor(ports: DeviceFilesPorts) {
    this.#ports = ports;
  }

  read(name: string): Uint8Array | undefined {
    return this.#stored(name) ?? this.#linked(name);
  }

  #stored(name: string): Uint8Array | undefined {
    const { store, log } = this.#ports;
    if (store === undefined || !isStorableName(name)) return undefined;
    try {
      return store.read(name);
    } catch (error) {
      log.warn(`the file ${quoted(name)} cannot be read from the storage: ${describeError(error)}`);
      return undefined;
    }
  }

  #linked(name: string): Uint8Array | undefined {
    const { Resource } = this.#ports;
    return Resource.exists(name) ? new Uint8Array(new Resource(name).slice(0)) : undefined;
  }
}

/** Whether the store takes a file of this name; a resource may have a longer one. */
export function isStorableName(name: string): boolean {
  return name !== "" && isWellFormed(name) && utf8Length(name) <= NAME_LIMIT;
}
