/** The debounced input: which levels count, and since when. */

import { describe, expect, test } from "vitest";
import { Debouncer } from "../../firmware/apps/debounce.js";
import type { Level } from "../../firmware/apps/io.js";

/** The changes that samples make, as "time of the sample: level since time". */
function changes(duration: number, first: Level, samples: readonly (readonly [number, Level])[]): string[] {
  const debouncer = new Debouncer(first, duration, 0);
  const found: string[] = [];
  for (const [time, level] of samples) {
    if (debouncer.sampled(level, time)) found.push(`${time}: ${debouncer.level} since ${debouncer.since}`);
  }
  return found;
}

describe("a debounced input", () => {
  test("has the level it starts with, without a change", () => {
    const debouncer = new Debouncer(1, 50, 7);
    expect(debouncer.level).toBe(1);
    expect(debouncer.since).toBe(7);
    expect(debouncer.deadline).toBe(undefined);
    expect(debouncer.sampled(1, 100)).toBe(false);
  });

  test("takes a level that has lasted for the debounce time, and knows since when", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [1050, 1],
      ]),
    ).toEqual(["1050: 1 since 1000"]);
  });

  test("wants to be sampled again when the debounce time is over, and only then", () => {
    const debouncer = new Debouncer(0, 50, 0);
    debouncer.sampled(1, 1000);
    expect(debouncer.deadline).toBe(1050);
    debouncer.sampled(1, 1020);
    expect(debouncer.deadline).toBe(1050);
    debouncer.sampled(1, 1050);
    expect(debouncer.deadline).toBe(undefined);
  });

  test("does not mind being sampled too early", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [1000, 1],
        [1049, 1],
      ]),
    ).toEqual([]);
  });

  test("takes no notice of a glitch that is shorter than the debounce time", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [1049, 0],
        [1050, 0],
        [5000, 0],
      ]),
    ).toEqual([]);
  });

  test("takes no notice of a glitch back either", () => {
    expect(
      changes(50, 0, [
        [0, 1],
        [50, 1],
        [1000, 0],
        [1010, 1],
        [1060, 1],
      ]),
    ).toEqual(["50: 1 since 0"]);
  });

  test("starts anew with each bounce, so that the level counts since it stopped bouncing", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [1004, 0],
        [1006, 1],
        [1009, 0],
        [1012, 1],
        [1050, 1],
        [1061, 1],
        [1062, 1],
      ]),
    ).toEqual(["1062: 1 since 1012"]);
  });

  test("does not take a level that it has not seen at the end, however late it looks", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [9000, 0],
      ]),
    ).toEqual([]);
  });

  test("takes a level late when it is sampled late", () => {
    expect(
      changes(50, 0, [
        [1000, 1],
        [9000, 1],
      ]),
    ).toEqual(["9000: 1 since 1000"]);
  });

  test("takes every change when the debounce time is 0", () => {
    expect(
      changes(0, 0, [
        [1, 1],
        [1, 0],
        [2, 1],
      ]),
    ).toEqual(["1: 1 since 1", "1: 0 since 1", "2: 1 since 2"]);
  });

  test("never takes a level that did not last, whatever the input does", () => {
    // A small generator of its own, so that the same samples are tried on every engine.
    let seed = 12_345;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const debouncer = new Debouncer(0, 50, 0);
    let level: Level = 0;
    let levelSince = 0;
    let count = 0;
    for (let now = 0; now < 100_000; now += 1) {
      if (random() < 0.02) {
        level = level === 0 ? 1 : 0;
        levelSince = now;
      }
      if (debouncer.sampled(level, now)) {
        count += 1;
        expect(debouncer.since).toBe(levelSince);
        expect(now - levelSince).toBe(50);
        expect(debouncer.level).toBe(level);
      }
    }
    expect(count > 100).toBe(true);
  });

  test("takes the level at its deadline, however fractions of a millisecond are rounded", () => {
    const debouncer = new Debouncer(0, 50, 0);
    // The difference of the two is less than 50: one lies beyond 2^14, where doubles are coarser.
    debouncer.sampled(1, 16334.0015);
    expect(debouncer.sampled(1, debouncer.deadline ?? 0)).toBe(true);
  });
});
