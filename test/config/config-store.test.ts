/** The config store: the last good config survives bad texts, failed writes and damage anywhere. */

import { describe, expect, test } from "vitest";
import { ConfigStore } from "../../src/config/config-store.js";
import { loadConfig, parseConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Storage } from "../../src/mqtt/ports.js";
import { decodeUtf8, encodeUtf8 } from "../../src/mqtt/utf8.js";

const OLD = '{"device": {"id": "old"}} // ä';
const NEW = '{"device": {"id": "new"}}';
const NEWER = '{"device": {"id": "newer"}}';
const BAD = '{"device": {"id": 5}}';

class MemoryStorage implements Storage {
  readonly values = new Map<string, Uint8Array>();
  writes = 0;

  read(key: string): Uint8Array | undefined {
    return this.values.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): void {
    this.writes += 1;
    this.values.set(key, value.slice());
  }

  delete(key: string): void {
    this.values.delete(key);
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }

  /** The slot that holds `text`. */
  slotOf(text: string): string {
    const found = [...this.values].find(([, value]) => decodeUtf8(value, 12) === text);
    if (found === undefined) throw new Error(`no slot holds ${text}`);
    return found[0];
  }
}

function storeWith(...texts: readonly string[]) {
  const storage = new MemoryStorage();
  const store = new ConfigStore(storage);
  for (const text of texts) store.replace(text);
  return { storage, store };
}

function idOf(store: ConfigStore): string {
  return store.load().config.device.id;
}

describe("in the ordinary case", () => {
  test("a new device has the defaults", () => {
    expect(storeWith().store.load()).toEqual({ config: parseConfig("{}"), origin: "defaults", rejected: [] });
  });

  test("what was stored is loaded, comments and all, also by another store on the same storage", () => {
    const { storage } = storeWith(OLD);
    expect(new ConfigStore(storage).load()).toEqual({
      config: parseConfig(OLD),
      origin: "stored",
      text: OLD,
      rejected: [],
    });
  });

  test("replace returns the config", () => {
    expect(storeWith().store.replace(NEW)).toEqual(parseConfig(NEW));
  });

  test("the last of many is loaded, and two are kept", () => {
    const { storage, store } = storeWith(OLD, NEW, NEWER, OLD, NEWER);
    expect(store.load()).toMatchObject({ origin: "stored", text: NEWER, rejected: [] });
    expect([...storage.keys()].sort()).toEqual(["config.0", "config.1"]);
    expect(storage.slotOf(OLD)).not.toBe(storage.slotOf(NEWER));
  });

  test("the same text again writes nothing, which spares the flash and the previous config", () => {
    const { storage, store } = storeWith(OLD, NEW);
    store.replace(NEW);
    expect(storage.writes).toBe(2);
    expect(storage.slotOf(OLD)).toBeDefined();
  });

  test("other things in the storage are left alone", () => {
    const storage = new MemoryStorage();
    storage.write("session", new Uint8Array([1]));
    const store = new ConfigStore(storage);
    store.replace(NEW);
    store.replace(NEWER);
    expect(storage.read("session")).toEqual(new Uint8Array([1]));
  });
});

describe("layers below the stored text", () => {
  const base = [{ name: "build", values: { mqtt: { enable: true, server: "built-in" } } }];

  test("are the defaults of the store", () => {
    const store = new ConfigStore(new MemoryStorage(), base);
    expect(store.load()).toEqual({ config: loadConfig(base), origin: "defaults", rejected: [] });
  });

  test("are under the stored text, and judged with it", () => {
    const store = new ConfigStore(new MemoryStorage(), base);
    expect(store.replace('{"mqtt": {"keep_alive": 5}}').mqtt).toMatchObject({
      server: "built-in",
      keep_alive: 5,
    });
    expect(() => store.replace('{"mqtt": {"pass": "x"}}')).toThrow(ConfigError);
  });

  test("that are bad by themselves are the firmware's fault, and thrown", () => {
    const store = new ConfigStore(new MemoryStorage(), [{ values: { nope: 1 } }]);
    expect(() => store.load()).toThrow(ConfigError);
  });
});

describe("a bad text", () => {
  test.each([BAD, "", "{", '{"mqtt": {"enable": true}}', "{} // \ud800", "\0"])(
    "%j changes nothing",
    (text) => {
      const { storage, store } = storeWith(OLD, NEW);
      const before = new Map(storage.values);
      expect(() => store.replace(text)).toThrow(ConfigError);
      expect(storage.values).toEqual(before);
      expect(idOf(store)).toBe("new");
    },
  );

  test("its problems name the stored config", () => {
    expect(() => storeWith().store.replace(BAD)).toThrow("stored config:1:13: device.id");
  });
});

describe("damage", () => {
  test("in any byte of the newest slot leads to the previous config, and is reported", () => {
    const { storage, store } = storeWith(OLD, NEW);
    const slot = storage.slotOf(NEW);
    const whole = storage.read(slot) ?? new Uint8Array();
    for (let index = 0; index < whole.length; index += 1) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const damaged = whole.slice();
        damaged[index] = (damaged[index] ?? 0) ^ mask;
        storage.values.set(slot, damaged);
        expect(store.load()).toEqual({
          config: parseConfig(OLD),
          origin: "previous",
          text: OLD,
          rejected: [{ slot, reason: "damaged" }],
        });
      }
    }
  });

  test("by cutting the newest slot anywhere leads to the previous config", () => {
    const { storage, store } = storeWith(OLD, NEW);
    const slot = storage.slotOf(NEW);
    const whole = storage.read(slot) ?? new Uint8Array();
    for (let length = 0; length < whole.length; length += 1) {
      storage.values.set(slot, whole.slice(0, length));
      expect(store.load()).toMatchObject({
        origin: "previous",
        text: OLD,
        rejected: [{ slot, reason: "damaged" }],
      });
    }
  });

  test("by a write that stops anywhere, over what the slot held before, leaves old or new", () => {
    const { storage } = storeWith(OLD, NEW, NEWER);
    const slot = storage.slotOf(NEWER);
    const after = storage.read(slot) ?? new Uint8Array();
    const { storage: before } = storeWith(OLD, NEW);
    const target = before.slotOf(OLD);
    expect(target).toBe(slot);
    const untouched = before.read(target) ?? new Uint8Array();
    for (let length = 0; length <= after.length; length += 1) {
      const torn = new Uint8Array(Math.max(length, untouched.length));
      torn.set(untouched);
      torn.set(after.subarray(0, length));
      before.values.set(target, torn);
      const isUntouched = torn.every((byte, index) => byte === untouched[index]);
      const isComplete = torn.length === after.length && torn.every((byte, index) => byte === after[index]);
      const { config, rejected } = new ConfigStore(before).load();
      expect(config.device.id).toBe(isComplete ? "newer" : "new");
      expect(rejected).toEqual(isComplete || isUntouched ? [] : [{ slot, reason: "damaged" }]);
    }
    before.values.set(target, after);
    expect(idOf(new ConfigStore(before))).toBe("newer");
  });

  test("of the older slot is reported, though the newest is used", () => {
    const { storage, store } = storeWith(OLD, NEW);
    storage.values.set(storage.slotOf(OLD), new Uint8Array(3));
    expect(store.load()).toMatchObject({ text: NEW, rejected: [{ reason: "damaged" }] });
  });

  test("of both slots leads to the defaults, with both reported", () => {
    const { storage, store } = storeWith(OLD, NEW);
    for (const slot of storage.keys()) storage.values.set(slot, new Uint8Array(100));
    expect(store.load()).toEqual({
      config: parseConfig("{}"),
      origin: "defaults",
      rejected: [
        { slot: "config.0", reason: "damaged" },
        { slot: "config.1", reason: "damaged" },
      ],
    });
  });

  test("is healed by the next replace, which spares the good slot", () => {
    for (const damagedText of [OLD, NEW]) {
      const { storage, store } = storeWith(OLD, NEW);
      const goodText = damagedText === OLD ? NEW : OLD;
      storage.values.set(storage.slotOf(damagedText), new Uint8Array(20));
      store.replace(NEWER);
      expect(store.load()).toMatchObject({ origin: "stored", text: NEWER, rejected: [] });
      expect(storage.slotOf(goodText)).toBeDefined();
    }
  });

  test("is healed by storing the same text again", () => {
    const { storage, store } = storeWith(OLD, NEW);
    storage.values.set(storage.slotOf(OLD), new Uint8Array(20));
    store.replace(NEW);
    expect(store.load()).toMatchObject({ text: NEW, rejected: [] });
  });
});

describe("a stored text that this firmware finds bad", () => {
  /** Puts `text` in the place of `stored` as a firmware with other keys would have: whole, but bad for this one. */
  function spoil(storage: MemoryStorage, stored: string, text: string): string {
    const slot = storage.slotOf(stored);
    const encoded = encodeUtf8(text);
    const record = new Uint8Array(12 + encoded.length);
    record.set(storage.read(slot)?.subarray(0, 12) ?? []);
    record.set(encoded, 12);
    new DataView(record.buffer).setUint32(4, referenceCrc32(record.subarray(8)));
    storage.values.set(slot, record);
    return slot;
  }

  function referenceCrc32(bytes: Uint8Array): number {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (crc ^ 0xffffffff) >>> 0;
  }

  test("is passed over for the previous one, with its problems", () => {
    const { storage, store } = storeWith(OLD, NEW);
    const slot = spoil(storage, NEW, BAD);
    const loaded = store.load();
    expect(loaded).toMatchObject({
      origin: "previous",
      text: OLD,
      rejected: [{ slot, reason: "invalid", sequence: 2 }],
    });
    expect(loaded.rejected[0]?.cause).toBeInstanceOf(ConfigError);
    expect(String(loaded.rejected[0]?.cause)).toContain("device.id");
  });

  test("and older than a good one is reported, but nothing is passed over", () => {
    const { storage, store } = storeWith(OLD, NEW);
    const slot = spoil(storage, OLD, BAD);
    expect(store.load()).toMatchObject({
      origin: "stored",
      text: NEW,
      rejected: [{ slot, reason: "invalid", sequence: 1 }],
    });
  });

  test("gives way to the next replace, though its number is higher", () => {
    const { storage, store } = storeWith(OLD, NEW);
    spoil(storage, NEW, BAD);
    store.replace(NEWER);
    expect(store.load()).toMatchObject({ origin: "stored", text: NEWER, rejected: [] });
    expect(storage.slotOf(OLD)).toBeDefined();
  });

  test("alone leads to the defaults", () => {
    const { storage, store } = storeWith(OLD);
    spoil(storage, OLD, BAD);
    expect(store.load()).toMatchObject({ origin: "defaults", rejected: [{ reason: "invalid" }] });
    store.replace(NEW);
    expect(store.load()).toMatchObject({ origin: "stored", text: NEW });
  });
});

describe("a storage that fails", () => {
  test("to write: replace says so, and the config from before is still there", () => {
    const { storage, store } = storeWith(OLD, NEW);
    storage.write = () => {
      throw new Error("flash is full");
    };
    expect(() => store.replace(NEWER)).toThrow("flash is full");
    expect(idOf(store)).toBe("new");
  });

  test("to keep what was written: replace says so", () => {
    const { storage, store } = storeWith(OLD, NEW);
    storage.write = (key, value) => {
      storage.values.set(key, value.slice(1));
    };
    expect(() => store.replace(NEWER)).toThrow("did not keep the config");
    expect(store.load()).toMatchObject({ text: NEW, rejected: [{ reason: "damaged" }] });
  });

  test("to read one slot: the other is used", () => {
    const { storage, store } = storeWith(OLD, NEW);
    const slot = storage.slotOf(NEW);
    const failure = new Error("bad block");
    const read = storage.read.bind(storage);
    storage.read = (key) => {
      if (key === slot) throw failure;
      return read(key);
    };
    expect(store.load()).toEqual({
      config: parseConfig(OLD),
      origin: "previous",
      text: OLD,
      rejected: [{ slot, reason: "unreadable", cause: failure }],
    });
  });

  test("to read anything: the defaults are used", () => {
    const { storage, store } = storeWith(OLD, NEW);
    storage.read = () => {
      throw new Error("no flash");
    };
    expect(store.load()).toMatchObject({ origin: "defaults", rejected: [{}, {}] });
  });
});
