/**
 * Takes the config file and the other files that came with a firmware into the device's stores, once.
 *
 * So a firmware that is flashed later without them finds those of the device still there, and what was changed on the
 * device since is not set back at the next start.
 */

import type { ConfigStore } from "../../src/config/config-store.js";
import { ConfigError } from "../../src/config/problem.js";
import { crc32 } from "../../src/mqtt/crc32.js";
import type { Storage } from "../../src/mqtt/ports.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";
import { quoted } from "../apps/payload-text.js";
import { isStorableName } from "./device-files.js";

/** The checksum of the last config text that was taken. */
const CONFIG_MARK = "config.built";
/** The checksum of the last text with files that was taken. */
const FILES_MARK = "files.built";

/** `kept`: it had been taken before. `rejected`: it is not good, or could not be stored. */
export type Provisioning =
  | { readonly outcome: "stored" | "kept" }
  | { readonly outcome: "rejected"; readonly cause: unknown };

/** A rejected config has changed nothing. A power cut in the middle only makes it store the same text again. */
export function provision(text: string, store: ConfigStore, storage: Storage): Provisioning {
  return takeOnce(CONFIG_MARK, text, storage, () => store.replace(text));
}

/**
 * Each file is written as a whole or not at all, and none if one of them is not good. If the store is too small for
 * all of them, or there is a power cut in the middle, the next start tries again.
 * @param text an object in JSON, from names to the texts of the files
 * @param files where they go to
 * @param storage where it is noted that they were taken
 */
export function provisionFiles(text: string, files: Storage, storage: Storage): Provisioning {
  return takeOnce(FILES_MARK, text, storage, () => {
    for (const [name, content] of readFiles(text)) files.write(name, encodeUtf8(content));
  });
}

function takeOnce(key: string, text: string, storage: Storage, take: () => void): Provisioning {
  try {
    const mark = new Uint8Array(4);
    new DataView(mark.buffer).setUint32(0, crc32(encodeUtf8(text), 0));
    const last = storage.read(key);
    if (last !== undefined && mark.every((byte, index) => byte === last[index])) return { outcome: "kept" };
    take();
    storage.write(key, mark);
    return { outcome: "stored" };
  } catch (cause) {
    return { outcome: "rejected", cause };
  }
}

/** @throws Error that says which one is not good */
function readFiles(text: string): readonly (readonly [name: string, content: string])[] {
  const values = parsed(text);
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new Error("files: expected an object from names to texts");
  }
  return Object.entries(values).map(([name, content]) => {
    if (!isStorableName(name))
      throw new Error(`files: expected a name of 1 to 15 bytes, got ${quoted(name)}`);
    if (typeof content !== "string") throw new Error(`files: ${quoted(name)}: expected a text`);
    return [name, content];
  });
}

/** The engine's own complaint would quote the text, which may have a private key in it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("files: expected JSON");
  }
}

/** What is wrong, one line each. */
export function problemLines(cause: unknown): readonly string[] {
  if (!(cause instanceof ConfigError)) return [cause instanceof Error ? cause.message : String(cause)];
  return cause.message.split("\n");
}
