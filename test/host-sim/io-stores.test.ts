/** The stores keep bytes by name; the one in a directory over restarts and crashes too. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FileStore } from "../../host-sim/io/file-store.js";
import { MemoryStore } from "../../host-sim/io/memory-store.js";
import type { Storage } from "../../src/mqtt/ports.js";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "reed-stores-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const AWKWARD_KEYS = [
  "plain",
  "UPPER",
  "upper",
  "",
  ".",
  "..",
  "../outside",
  "a/b\\c",
  "ключ-🔑",
  "con",
  "%41",
  "a.tmp",
  "sp ace\0",
];

describe.each<[string, () => Storage]>([
  ["in memory", () => new MemoryStore()],
  ["in a directory", () => new FileStore(mkdtempSync(join(root, "store-")))],
])("a store %s", (_, create) => {
  let store: Storage;
  beforeEach(() => {
    store = create();
  });

  test("has nothing at first", () => {
    expect(store.read("key")).toBeUndefined();
    expect([...store.keys()]).toEqual([]);
  });

  test("gives back the value written last, also an empty one", () => {
    store.write("key", Uint8Array.of(1, 2, 3));
    store.write("key", Uint8Array.of(4));
    expect(store.read("key")).toEqual(Uint8Array.of(4));
    store.write("key", new Uint8Array(0));
    expect(store.read("key")).toEqual(new Uint8Array(0));
  });

  test("keeps its values apart from the caller's bytes", () => {
    const bytes = Uint8Array.of(1);
    store.write("key", bytes);
    bytes[0] = 2;
    store.read("key")?.fill(3);
    expect(store.read("key")).toEqual(Uint8Array.of(1));
  });

  test("forgets what is deleted, and does not mind deleting what is not there", () => {
    store.write("key", Uint8Array.of(1));
    store.delete("key");
    store.delete("key");
    expect(store.read("key")).toBeUndefined();
    expect([...store.keys()]).toEqual([]);
  });

  test("tells any keys apart, those that file systems confuse included", () => {
    for (const [index, key] of AWKWARD_KEYS.entries()) {
      store.write(key, Uint8Array.of(index));
    }
    expect([...store.keys()].toSorted()).toEqual(AWKWARD_KEYS.toSorted());
    for (const [index, key] of AWKWARD_KEYS.entries()) {
      expect(store.read(key), key).toEqual(Uint8Array.of(index));
    }
  });

  test("lets keys be deleted while they are listed", () => {
    store.write("a", Uint8Array.of(1));
    store.write("b", Uint8Array.of(2));
    for (const key of store.keys()) {
      store.delete(key);
    }
    expect([...store.keys()]).toEqual([]);
  });
});

describe("a store in a directory", () => {
  test("is there again after a restart", () => {
    const directory = join(root, "restart", "below");
    new FileStore(directory).write("key", Uint8Array.of(7));
    expect(new FileStore(directory).read("key")).toEqual(Uint8Array.of(7));
  });

  test("keeps every file inside its directory, under a name safe on any file system", () => {
    const directory = join(root, "names");
    const store = new FileStore(directory);
    for (const key of AWKWARD_KEYS) {
      store.write(key, Uint8Array.of(1));
    }
    const names = readdirSync(directory);
    expect(names).toHaveLength(AWKWARD_KEYS.length);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9_%-]*\.bin$/);
    }
  });

  test("is not disturbed by a write that a crash cut short", () => {
    const directory = join(root, "crash");
    const store = new FileStore(directory);
    store.write("key", Uint8Array.of(1, 2, 3));
    writeFileSync(join(directory, "key.tmp"), Uint8Array.of(1));
    writeFileSync(join(directory, "other.tmp"), Uint8Array.of(1));
    expect(new FileStore(directory).read("key")).toEqual(Uint8Array.of(1, 2, 3));
    expect([...new FileStore(directory).keys()]).toEqual(["key"]);
    store.write("key", Uint8Array.of(4));
    expect(readFileSync(join(directory, "key.bin"))).toEqual(Buffer.of(4));
    expect(readdirSync(directory)).not.toContain("key.tmp");
  });

  test("refuses a key that is too long for a file name", () => {
    const store = new FileStore(join(root, "long"));
    expect(() => store.write("k".repeat(251), Uint8Array.of(1))).toThrow(RangeError);
    store.write("k".repeat(250), Uint8Array.of(1));
    expect(store.read("k".repeat(250))).toEqual(Uint8Array.of(1));
  });

  test("passes on what the file system refuses", () => {
    const directory = join(root, "gone");
    const store = new FileStore(directory);
    rmSync(directory, { recursive: true });
    expect(() => store.write("key", Uint8Array.of(1))).toThrow("ENOENT");
  });
});
