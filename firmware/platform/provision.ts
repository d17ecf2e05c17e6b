/**
 * Takes the config file that came with a firmware into the device's store, once.
 *
 * So a firmware that is flashed later without one finds the config of the device still there, and one that was changed
 * on the device since is not set back at the next start.
 */

import type { ConfigStore } from "../../src/config/config-store.js";
import { crc32 } from "../../src/config/crc32.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Storage } from "../../src/mqtt/ports.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";

/** The checksum of the last text that was taken. */
const MARK = "config.built";

/** `kept`: it had been taken before. `rejected`: it is not good, or could not be stored, and nothing has changed. */
export type Provisioning =
  | { readonly outcome: "stored" | "kept" }
  | { readonly outcome: "rejected"; readonly cause: unknown };

/** A power cut in the middle only makes it store the same text again. */
export function provision(text: string, store: ConfigStore, storage: Storage): Provisioning {
  const mark = new Uint8Array(4);
  new DataView(mark.buffer).setUint32(0, crc32(encodeUtf8(text), 0));
  try {
    const last = storage.read(MARK);
    if (last !== undefined && mark.every((byte, index) => byte === last[index])) return { outcome: "kept" };
    store.replace(text);
    storage.write(MARK, mark);
    return { outcome: "stored" };
  } catch (cause) {
    return { outcome: "rejected", cause };
  }
}

/** What is wrong, one line each. */
export function problemLines(cause: unknown): readonly string[] {
  if (!(cause instanceof ConfigError)) return [cause instanceof Error ? cause.message : String(cause)];
  return cause.message.split("\n");
}
