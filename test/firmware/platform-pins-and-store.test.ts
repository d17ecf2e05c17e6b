/** Pins, store and random numbers of a board, over stand-ins for the SDK's modules. */

import { expect, test } from "vitest";
import type { DigitalOptions } from "../../firmware/platform/digital-pins.js";
import { DigitalPins } from "../../firmware/platform/digital-pins.js";
import { KeyValueStore } from "../../firmware/platform/key-value-store.js";
import { shiftedRandom } from "../../firmware/platform/shifted-random.js";

class FakeDigital {
  static readonly InputPullUp = 1;
  static readonly InputPullDown = 2;
  static readonly Output = 8;
  static readonly Rising = 1;
  static readonly Falling = 2;
  static readonly opened: FakeDigital[] = [];
  readonly levels: number[] = [];
  readonly options: DigitalOptions;
  constructor(options: DigitalOptions) {
    this.options = options;
    FakeDigital.opened.push(this);
  }
  read() {
    return 1 as const;
  }
  write(level: number) {
    this.levels.push(level);
  }
  close() {}
}

test("an input of a board has its pull resistor, and tells of both edges", () => {
  const pins = new DigitalPins(FakeDigital);
  const onReadable = () => {};
  pins.openInput(4, "up", onReadable);
  pins.openInput(5, "down", onReadable);
  const [up, down] = FakeDigital.opened.slice(-2);
  expect(up?.options).toEqual({ pin: 4, mode: 1, edge: 3, onReadable });
  expect(down?.options).toMatchObject({ pin: 5, mode: 2 });
});

test("an output of a board drives its level from the first moment on", () => {
  new DigitalPins(FakeDigital).openOutput(18, 1);
  const output = FakeDigital.opened.at(-1);
  expect(output?.options).toEqual({ pin: 18, mode: 8, initialValue: 1 });
  expect(output?.levels).toEqual([1]);
});

test("the store of a board gives back what was written, and nothing for what is not there", () => {
  const entries = new Map<string, ArrayBuffer>();
  const store = new KeyValueStore({
    read: (key) => entries.get(key),
    write: (key, value) => entries.set(key, new Uint8Array(value).buffer as ArrayBuffer),
    delete: (key) => entries.delete(key),
    [Symbol.iterator]: () => entries.keys(),
  });
  expect(store.read("a")).toBeUndefined();
  store.write("a", new Uint8Array([1, 2]));
  store.write("b", new Uint8Array());
  expect([...(store.read("a") ?? [])]).toEqual([1, 2]);
  expect(store.read("b")).toHaveLength(0);
  expect([...store.keys()]).toEqual(["a", "b"]);
  store.delete("a");
  expect([...store.keys()]).toEqual(["b"]);
});

test("the random numbers of a board are in [0, 1), and others at each start", () => {
  const starts = [0, 1, 2, Date.parse("2026-11-21T12:00:00Z")];
  const firsts = starts.map((start) => shiftedRandom(() => 0.999_999_999, start)());
  expect(new Set(firsts).size).toBe(starts.length);
  for (const first of firsts) expect(first >= 0 && first < 1).toBe(true);
});
