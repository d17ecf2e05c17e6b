/** A set of packet identifiers. */

import { describe, expect, test } from "vitest";
import { IdentifierSet } from "../../src/mqtt/identifier-set.js";

/** Around the borders of bytes and segments. */
const BORDERS: readonly number[] = [
  1, 2, 7, 8, 9, 15, 16, 255, 256, 1022, 1023, 1024, 1025, 2047, 2048, 32_767, 32_768, 64_511, 64_512, 65_534,
  65_535,
];

describe("a set of packet identifiers", () => {
  test("is empty at first", () => {
    const set = new IdentifierSet();
    expect(set.size).toBe(0);
    expect(BORDERS.filter((identifier) => set.has(identifier))).toEqual([]);
  });

  for (const identifier of BORDERS) {
    test(`has ${identifier} after it was added, and none of its neighbours`, () => {
      const set = new IdentifierSet();
      set.add(identifier);
      const around = [-1024, -256, -8, -1, 1, 8, 256, 1024].map((distance) => set.has(identifier + distance));
      expect(around).toEqual(around.map(() => false));
      expect([set.has(identifier), set.size]).toEqual([true, 1]);
      set.delete(identifier);
      expect([set.has(identifier), set.size]).toEqual([false, 0]);
    });
  }

  test("counts each one once, however often it is added or deleted", () => {
    const set = new IdentifierSet();
    set.add(5);
    set.add(5);
    set.add(6);
    expect(set.size).toBe(2);
    set.delete(5);
    set.delete(5);
    set.delete(4000);
    set.delete(7);
    expect([set.size, set.has(5), set.has(6)]).toEqual([1, false, true]);
  });

  test("forgets all when cleared, and can be used again", () => {
    const set = new IdentifierSet();
    for (const identifier of BORDERS) set.add(identifier);
    expect(set.size).toBe(BORDERS.length);
    set.clear();
    expect([set.size, ...BORDERS.filter((identifier) => set.has(identifier))]).toEqual([0]);
    set.add(65_535);
    expect([set.size, set.has(65_535), set.has(64_512)]).toEqual([1, true, false]);
  });

  test("can hold all 65,535", () => {
    const set = new IdentifierSet();
    for (let identifier = 1; identifier <= 65_535; identifier += 1) set.add(identifier);
    expect([set.size, set.has(0)]).toEqual([65_535, false]);
    for (let identifier = 1; identifier <= 65_535; identifier += 2) set.delete(identifier);
    expect([set.size, set.has(1), set.has(2), set.has(65_534), set.has(65_535)]).toEqual([
      32_767,
      false,
      true,
      true,
      false,
    ]);
  });

  test("emptied by deleting keeps nothing of what it held in other segments", () => {
    const set = new IdentifierSet();
    for (const identifier of BORDERS) set.add(identifier);
    for (const identifier of BORDERS) set.delete(identifier);
    expect(set.size).toBe(0);
    for (const identifier of BORDERS) set.add(identifier);
    expect(BORDERS.filter((identifier) => !set.has(identifier))).toEqual([]);
  });
});
