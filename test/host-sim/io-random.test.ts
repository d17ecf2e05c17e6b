/** Random numbers that can be had again. */

import { describe, expect, test } from "vitest";
import { freshSeed, seededRandom } from "../../host-sim/io/random.js";

describe("seeded random numbers", () => {
  test("are the same for the same seed, and others for another", () => {
    const take = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random());
    };
    expect(take(42)).toEqual(take(42));
    expect(take(42)).not.toEqual(take(43));
  });

  test("are those of mulberry32", () => {
    const random = seededRandom(0);
    expect([random(), random(), random()].map((value) => value * 2 ** 32)).toEqual([
      1_144_304_738, 1_416_247, 958_946_056,
    ]);
  });

  test("are spread evenly over 0 to 1, without 1", () => {
    const random = seededRandom(freshSeed());
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const value = random();
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      const tenth = Math.floor(value * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    for (const count of counts) {
      expect(count).toBeGreaterThan(800);
      expect(count).toBeLessThan(1_200);
    }
  });
});
