/** The one buffer in which packets stand: where they come to stand, what becomes of gaps, and when it is exchanged. */

import { describe, expect, test } from "vitest";
import { isPacketLength, RingWorld } from "./support/ring-world.js";

/** A ring of 128 bytes with packets of these lengths. */
function ringOf(...lengths: readonly number[]): RingWorld {
  const world = new RingWorld();
  for (const length of lengths) world.add(length);
  expect([world.ring.bytes?.length, world.fault]).toEqual([128, undefined]);
  return world;
}

/** Adds packets; returns where they stand, and whether that is in the buffer that was there before. */
function added(world: RingWorld, ...lengths: readonly number[]): readonly (number | boolean)[] {
  const before = world.ring.bytes;
  const starts = lengths.map((length) => world.add(length));
  expect(world.fault).toBe(undefined);
  return [...starts, world.ring.bytes === before];
}

describe("packets stand", () => {
  test("nowhere before there is one", () => {
    const { ring } = new RingWorld();
    expect([ring.bytes, ring.byteLength]).toEqual([undefined, 0]);
  });

  test("one behind the other", () => {
    const world = ringOf(20, 7, 2);
    expect(world.held.map(({ start }) => start)).toEqual([0, 20, 27]);
    expect(world.ring.byteLength).toBe(29);
  });

  test("up to the last byte of the buffer, and then from its beginning", () => {
    const world = ringOf(20, 100, 8);
    world.release(0);
    expect(added(world, 12, 8)).toEqual([0, 12, true]);
    expect([world.ring.byteLength, world.renewals]).toEqual([128, 0]);
  });

  test("at the beginning when there is not enough room left at the end, as long as they fit before the first", () => {
    const world = ringOf(20, 20, 20, 20, 20, 20);
    world.release(0);
    expect(added(world, 9)).toEqual([0, true]);
    expect(added(world, 11)).toEqual([9, true]);
    expect(added(world, 2)).toEqual([120, false]);
    // Room for a quarter more, as ever.
    expect(added(world, 30)).toEqual([122, true]);
  });

  test("at the end again when the first have been passed over to where the buffer began anew", () => {
    const world = ringOf(60, 60);
    world.release(0);
    world.add(50);
    world.release(0);
    // All that is left begins at 0.
    expect(added(world, 70)).toEqual([50, true]);
    world.release(0);
    expect(added(world, 50)).toEqual([0, true]);
  });

  test("from the beginning of the same buffer once there was none", () => {
    const world = ringOf(20, 20);
    world.release(1);
    world.release(0);
    expect(world.ring.byteLength).toBe(0);
    expect(added(world, 128)).toEqual([0, true]);
  });
});

describe("what is let go", () => {
  test("out of turn leaves a gap, which is free once those in front of it are gone", () => {
    const world = ringOf(20, 20, 20, 20, 20, 20);
    for (const index of [1, 1, 2]) world.release(index);
    expect([world.ring.byteLength, world.fault]).toEqual([60, undefined]);
    // The front: over three to the one that is held.
    world.release(0);
    expect(added(world, 60)).toEqual([0, true]);
    expect(added(world, 2)).toEqual([100, false]);
  });

  test("at the end of the buffer is passed over to its beginning, and on from there", () => {
    const world = ringOf(60, 30, 30);
    world.release(0);
    for (const length of [20, 20, 10]) world.add(length);
    // Of 30, 30, 20, 20, 10 the second one of each half, then the first ones.
    world.release(1);
    world.release(2);
    world.release(0);
    expect(added(world, 78)).toEqual([50, true]);
    world.release(0);
    expect([world.ring.byteLength, world.fault]).toEqual([88, undefined]);
    expect(added(world, 40)).toEqual([0, true]);
  });

  test("stays readable but for its first byte until the next one is added", () => {
    const world = ringOf(4, 4, 4);
    const { bytes } = world.ring;
    world.release(0);
    world.release(0);
    world.release(0);
    expect([...(bytes as Uint8Array).subarray(1, 4)]).toEqual([2, 1, 1]);
    expect([...(bytes as Uint8Array).subarray(5, 8)]).toEqual([2, 2, 2]);
  });

  for (const [remaining, what] of [
    [0, "of nothing but a header"],
    [127, "with one byte of remaining length"],
    [128, "with two bytes"],
    [16_383, "with two bytes, as long as can be"],
    [16_384, "with three bytes"],
    [2_097_151, "with three bytes, as long as can be"],
    [2_097_152, "with four bytes"],
  ] as const) {
    test(`is passed over whatever its length: ${what}`, () => {
      const world = new RingWorld();
      const size = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
      const length = 1 + size + remaining;
      world.add(2);
      world.add(length);
      world.add(length);
      expect(world.fault).toBe(undefined);
      const { bytes, byteLength } = world.ring;
      expect(byteLength).toBe(2 + 2 * length);
      // Fills the buffer, so that the next one goes to the beginning.
      let rest = (bytes as Uint8Array).length - byteLength;
      while (rest > 0) {
        const next = Math.min(rest, 129);
        const fits = isPacketLength(next) && rest - next !== 1 ? next : next - 2;
        world.add(fits);
        rest -= fits;
      }
      expect(world.ring.bytes === bytes).toBe(true);
      world.release(1);
      world.release(0);
      expect(added(world, 2, length)).toEqual([0, 2, true]);
    });
  }
});

describe("what is cut off a packet", () => {
  test("at the front is free at once", () => {
    const world = ringOf(60, 60);
    world.cut(0, 3);
    expect([world.ring.byteLength, world.fault]).toEqual([117, undefined]);
    world.cut(0, 2);
    world.add(8);
    expect(added(world, 5)).toEqual([0, true]);
  });

  for (const byteLength of [2, 3, 17]) {
    test(`behind others is passed over with them: ${byteLength} bytes`, () => {
      const world = ringOf(40, 40, 48);
      world.cut(1, byteLength);
      expect([world.ring.byteLength, world.fault]).toEqual([128 - byteLength, undefined]);
      world.release(0);
      expect(added(world, 40 + byteLength)).toEqual([0, true]);
      world.release(0);
      world.release(0);
      expect(added(world, 40)).toEqual([40 + byteLength, true]);
    });
  }

  test("does not move with the rest of it", () => {
    const world = ringOf(40, 40, 40);
    world.cut(2, 5);
    world.cut(0, 7);
    expect(added(world, 40)).toEqual([108, false]);
    expect(world.held.map(({ start }) => start)).toEqual([0, 33, 73, 108]);
  });
});

describe("another buffer", () => {
  test("takes everything without its gaps, with room for as much more as long as it is short", () => {
    const world = ringOf(20, 20, 20, 20, 20, 28);
    for (const index of [1, 2]) world.release(index);
    expect(added(world, 200)).toEqual([88, false]);
    expect(world.held.map(({ start }) => start)).toEqual([0, 20, 40, 60, 88]);
    expect(world.ring.bytes?.length).toBe(288 + 288);
    expect(added(world, 288)).toEqual([288, true]);
    expect(added(world, 2)).toEqual([576, false]);
  });

  test("has room for a quarter more when it is long", () => {
    const world = new RingWorld();
    world.add(100);
    world.add(412);
    expect(world.ring.bytes?.length).toBe(512 + 128);
  });

  test("is as short as what is left, but not shorter than 128 bytes", () => {
    const world = new RingWorld();
    world.add(400);
    world.add(2);
    world.release(0);
    // 400 bytes are free in front, and 100 behind.
    expect(added(world, 402)).toEqual([2, false]);
    world.release(1);
    expect(added(world, 600)).toEqual([2, false]);
    world.release(0);
    world.release(0);
    expect(added(world, 2)).toEqual([0, false]);
    expect(world.ring.bytes?.length).toBe(128);
  });

  test("has them where they were among each other when there is no gap, whatever their order", () => {
    const world = ringOf(20, 30, 40);
    world.order = (held) => [...held].reverse();
    expect(added(world, 50)).toEqual([90, false]);
    expect(world.held.map(({ start }) => start)).toEqual([0, 20, 50, 90]);
    world.release(0);
    expect(added(world, 300)).toEqual([120, false]);
    expect([world.held.map(({ start }) => start), world.fault]).toEqual([[0, 30, 70, 120], undefined]);
  });

  test("has them in the order in which its owner tells them when there is one, whatever that is", () => {
    const world = ringOf(20, 30, 10, 40);
    world.release(2);
    world.order = (held) => [...held].reverse();
    expect(added(world, 50)).toEqual([90, false]);
    expect(world.held.map(({ start }) => start)).toEqual([70, 40, 0, 90]);
    world.release(0);
    world.release(1);
    expect([world.ring.byteLength, world.fault]).toEqual([80, undefined]);
  });

  test("leaves the one before as it was, for whoever still writes from it", () => {
    const world = ringOf(50, 50);
    const before = world.ring.bytes as Uint8Array;
    const copy = before.slice();
    world.add(100);
    world.release(0);
    expect(before).toEqual(copy);
  });

  test("is all that is kept: no view of the one before", () => {
    const world = ringOf(60);
    world.add(400);
    expect(world.ring.view).toBe(undefined);
    world.release(0);
    world.release(0);
    world.add(100);
    expect(world.ring.view?.buffer === world.ring.bytes?.buffer).toBe(true);
    expect([world.ring.view?.length, world.ring.viewLength]).toEqual([100, 100]);
  });

  test("is let go when it is empty and longer than 512 bytes", () => {
    for (const [length, left] of [
      [511, 511],
      [512, 512],
      [513, undefined],
    ] as const) {
      const world = new RingWorld();
      world.add(length);
      world.release(0);
      expect([world.ring.bytes?.length, world.ring.byteLength]).toEqual([left, 0]);
      expect(world.ring.view?.buffer === world.ring.bytes?.buffer).toBe(true);
      expect(world.add(5)).toBe(0);
      expect(world.fault).toBe(undefined);
    }
  });

  test("for a shorter one after a burst, though it was never quite empty", () => {
    const world = new RingWorld();
    for (let i = 0; i < 400; i += 1) world.add(40);
    const longest = world.ring.bytes?.length ?? 0;
    expect(longest >= 16_000).toBe(true);
    while (world.held.length > 1) world.release(0);
    // From now on there are never more than two.
    for (let i = 0; i < 1000; i += 1) {
      world.add(40);
      world.release(0);
      expect((world.ring.bytes?.length ?? 0) <= 512).toBe(true);
    }
    expect([world.fault, world.held.length]).toEqual([undefined, 1]);
  });
});
