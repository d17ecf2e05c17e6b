/** The files of a board, over stand-ins for its store and for the SDK's resources. */

import { expect, test } from "vitest";
import { DeviceFiles } from "../../firmware/platform/device-files.js";
import { MemoryStore } from "../../host-sim/io/memory-store.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { Storage } from "../../src/mqtt/ports.js";
import { FakeBoard } from "./fake-board.js";

const LONG_NAME = "authorities-of-mine.pem";

class FakeResource {
  readonly #bytes: readonly number[];

  constructor(name: string) {
    if (!FakeResource.exists(name)) throw new Error("Resource not found");
    this.#bytes = name === LONG_NAME ? [3] : [2, 2];
  }

  static exists(name: string): boolean {
    return name === "ca.pem" || name === LONG_NAME;
  }

  slice(begin: number): ArrayBuffer {
    return new Uint8Array(this.#bytes).buffer.slice(begin);
  }
}

function world(store: Storage | undefined) {
  const log = new FakeBoard(new VirtualClock());
  return { files: new DeviceFiles({ store, Resource: FakeResource, log }), log };
}

test("a file is found in the store first, then in the resources, or not at all", () => {
  const store = new MemoryStore();
  const { files, log } = world(store);
  expect(files.read("ca.pem")).toEqual(new Uint8Array([2, 2]));
  store.write("ca.pem", new Uint8Array([1]));
  store.write("key.pem", new Uint8Array([4]));
  expect(files.read("ca.pem")).toEqual(new Uint8Array([1]));
  expect(files.read("key.pem")).toEqual(new Uint8Array([4]));
  expect(files.read("absent.pem")).toBeUndefined();
  expect(log.lines).toEqual([]);
});

test("a name that the store cannot have is looked for in the resources only", () => {
  const asked: string[] = [];
  const { files } = world({
    read(key) {
      asked.push(key);
      return undefined;
    },
    write: () => {},
    delete: () => {},
    keys: () => [],
  });
  expect(files.read(LONG_NAME)).toEqual(new Uint8Array([3]));
  expect(files.read("")).toBeUndefined();
  expect(files.read("schlüssel-a.pem")).toBeUndefined();
  expect(asked).toEqual([]);
  expect(files.read("schluessel.pem1")).toBeUndefined();
  expect(asked).toEqual(["schluessel.pem1"]);
});

test("a store that fails is logged, and the resource taken", () => {
  const { files, log } = world({
    read() {
      throw new Error("ESP_ERR_NVS_INVALID_LENGTH");
    },
    write: () => {},
    delete: () => {},
    keys: () => [],
  });
  expect(files.read("ca.pem")).toEqual(new Uint8Array([2, 2]));
  expect(log.lines).toEqual([
    'warn: the file "ca.pem" cannot be read from the storage: ESP_ERR_NVS_INVALID_LENGTH',
  ]);
});

test("without a store there are resources", () => {
  const { files } = world(undefined);
  expect(files.read("ca.pem")).toEqual(new Uint8Array([2, 2]));
  expect(files.read("key.pem")).toBeUndefined();
});
