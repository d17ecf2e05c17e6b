/**
 * Keeps the device's config over restarts, and the last good one whatever happens.
 *
 * The text is stored as people wrote it, comments included, in one of two slots. A slot holds a magic number, a
 * sequence number and a checksum, each of four bytes, big-endian, and the text in UTF-8; the checksum covers the
 * sequence number and the text. A new text goes to the slot that does not hold the config in use, so a power cut at
 * any moment leaves the old config or the new one. What is in a slot counts only while it is whole and valid; nothing
 * is remembered elsewhere, so there is nothing to get out of step.
 */

import { crc32 } from "../mqtt/crc32.js";
import type { Storage } from "../mqtt/ports.js";
import { decodeUtf8, encodeUtf8 } from "../mqtt/utf8.js";
import { loadConfig } from "./load.js";
import { ConfigError } from "./problem.js";
import type { Layer } from "./read-layer.js";
import type { Config } from "./schema.js";

/** The names in the storage. */
const SLOTS = Object.freeze(["config.0", "config.1"] as const);
/** "REE1". */
const MAGIC = 0x52454531;
const CHECKSUM_OFFSET = 4;
const SEQUENCE_OFFSET = 8;
const TEXT_OFFSET = 12;
/** What problems call the stored text. */
const LAYER_NAME = "stored config";

type Slot = (typeof SLOTS)[number];

/** A slot that holds something, and yet no config that can be used. */
export interface RejectedSlot {
  readonly slot: Slot;
  /** `unreadable`: the storage failed. `damaged`: not whole. `invalid`: whole, but this firmware finds problems. */
  readonly reason: "unreadable" | "damaged" | "invalid";
  /** What the storage threw, or the `ConfigError`. */
  readonly cause?: unknown;
  /** Its age, where it can be known: higher is newer. */
  readonly sequence?: number;
}

export interface LoadedConfig {
  readonly config: Config;
  /**
   * `stored`: the last config that was stored. `previous`: an older one, the last having been rejected.
   * `defaults`: nothing usable is stored, so it is the layers below.
   */
  readonly origin: "stored" | "previous" | "defaults";
  /** The text as stored; absent with the defaults. */
  readonly text?: string;
  /** What was found and could not be used; to be logged. Empty in the ordinary case. */
  readonly rejected: readonly RejectedSlot[];
}

interface GoodSlot {
  readonly slot: Slot;
  readonly sequence: number;
  readonly text: string;
  readonly config: Config;
}

export class ConfigStore {
  readonly #storage: Storage;
  readonly #base: readonly Layer[];

  /** @param base layers between the defaults and the stored text, such as what was set at build time */
  constructor(storage: Storage, base: readonly Layer[] = []) {
    this.#storage = storage;
    this.#base = base;
  }

  /**
   * The last good config, and what happened on the way to it.
   * @throws ConfigError only when the layers below the stored text are bad by themselves
   */
  load(): LoadedConfig {
    const { good, rejected } = this.#scan();
    const newest = good[0];
    if (newest === undefined) return { config: loadConfig(this.#base), origin: "defaults", rejected };
    const isPassedOver = rejected.some(
      ({ sequence = Number.POSITIVE_INFINITY }) => sequence > newest.sequence,
    );
    const origin = isPassedOver ? "previous" : "stored";
    return { config: newest.config, origin, text: newest.text, rejected };
  }

  /**
   * Stores `text` if it is good, and returns its config. The config in use stays stored as well, as the previous one.
   * @throws ConfigError when it is not good; nothing has been changed then
   * @throws what the storage throws, or an Error when it does not give back what was written; `load` then still finds
   *   the config from before
   */
  replace(text: string): Config {
    const config = this.#parse(text);
    const { good, rejected } = this.#scan();
    const newest = good[0];
    if (newest?.text === text && rejected.length === 0) return config;
    const slot = newest?.slot === SLOTS[0] ? SLOTS[1] : SLOTS[0];
    const sequences = [...good, ...rejected].map(({ sequence = 0 }) => sequence);
    const record = encodeRecord(Math.max(0, ...sequences) + 1, text);
    this.#storage.write(slot, record);
    if (decodeRecord(this.#storage.read(slot))?.text !== text)
      throw new Error(`slot ${slot} did not keep the config`);
    return config;
  }

  #parse(text: string): Config {
    return loadConfig([...this.#base, { name: LAYER_NAME, text }]);
  }

  /** What the slots hold; the good ones newest first. */
  #scan(): { readonly good: readonly GoodSlot[]; readonly rejected: readonly RejectedSlot[] } {
    const good: GoodSlot[] = [];
    const rejected: RejectedSlot[] = [];
    for (const slot of SLOTS) {
      const content = this.#read(slot);
      if (content === undefined) continue;
      if ("reason" in content) rejected.push(content);
      else good.push(content);
    }
    good.sort((a, b) => b.sequence - a.sequence);
    return { good, rejected };
  }

  #read(slot: Slot): GoodSlot | RejectedSlot | undefined {
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#storage.read(slot);
    } catch (cause) {
      return { slot, reason: "unreadable", cause };
    }
    if (bytes === undefined) return undefined;
    const record = decodeRecord(bytes);
    if (record === undefined) return { slot, reason: "damaged" };
    try {
      return { slot, ...record, config: this.#parse(record.text) };
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      return { slot, reason: "invalid", cause, sequence: record.sequence };
    }
  }
}

function encodeRecord(sequence: number, text: string): Uint8Array {
  const encoded = encodeUtf8(text);
  const record = new Uint8Array(TEXT_OFFSET + encoded.length);
  const view = new DataView(record.buffer);
  record.set(encoded, TEXT_OFFSET);
  view.setUint32(0, MAGIC);
  view.setUint32(SEQUENCE_OFFSET, sequence);
  view.setUint32(CHECKSUM_OFFSET, crc32(record, SEQUENCE_OFFSET));
  return record;
}

/** Undefined unless `record` is whole. */
function decodeRecord(record: Uint8Array | undefined): { sequence: number; text: string } | undefined {
  if (record === undefined || record.length < TEXT_OFFSET) return undefined;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  if (view.getUint32(0) !== MAGIC) return undefined;
  if (view.getUint32(CHECKSUM_OFFSET) !== crc32(record, SEQUENCE_OFFSET)) return undefined;
  const text = decodeUtf8(record, TEXT_OFFSET);
  return text === undefined ? undefined : { sequence: view.getUint32(SEQUENCE_OFFSET), text };
}
