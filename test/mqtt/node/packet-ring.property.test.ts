/** The ring of packets in random use, against what each packet is known to say, and how much memory it takes. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomSource } from "../support/random.js";
import { isPacketLength, RingWorld } from "../support/ring-world.js";

const CASES = 1500;

/** Mostly short, and on both sides of where the remaining length takes another byte. */
const byteLength = fc
  .oneof(
    { weight: 8, arbitrary: fc.integer({ min: 2, max: 40 }) },
    { weight: 2, arbitrary: fc.integer({ min: 120, max: 140 }) },
    { weight: 1, arbitrary: fc.integer({ min: 16_380, max: 16_390 }) },
  )
  .filter(isPacketLength);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add"), byteLength, at: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("release"), byteLength, at: fc.nat() }) },
  // The first, as most are.
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("release"), byteLength, at: fc.constant(0) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cut"),
      byteLength: fc.oneof(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 129 })),
      at: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("shuffle"), byteLength, at: fc.nat() }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(world: RingWorld, { kind, byteLength, at }: Step): void {
  const { held, ring } = world;
  const index = at % Math.max(1, held.length);
  const one = held[index];
  if (kind === "add") {
    const { bytes } = ring;
    world.add(byteLength);
    if (ring.bytes !== bytes) {
      const capacity = (ring.bytes as Uint8Array).length;
      const share = ring.byteLength < 512 ? 2 : 1.25;
      expect(capacity).toBeLessThanOrEqual(Math.max(128, share * ring.byteLength));
    }
  } else if (one === undefined) {
    return;
  } else if (kind === "release") {
    world.release(index);
  } else if (kind === "cut") {
    const left = one.expected.length - byteLength;
    if (left >= 2 && isPacketLength(left)) world.cut(index, byteLength);
  } else {
    world.order = (all) => [...all.slice(index), ...all.slice(0, index)].reverse();
  }
}

describe("the ring of packets", () => {
  test(`keeps every packet whole in ${CASES} random sequences of use, and grows no more than it must`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const world = new RingWorld();
        for (const one of steps) {
          take(world, one);
          expect(world.fault).toBe(undefined);
        }
        while (world.held.length > 0) world.release(0);
        expect([world.ring.byteLength, (world.ring.bytes?.length ?? 0) <= 512]).toEqual([0, true]);
      }),
      { numRuns: CASES },
    );
  });

  test("with as many packets as before moves only now and then, though one of them stays for ever", () => {
    for (const [count, renewalsPerPacket] of [
      [1, 0.9],
      [4, 0.65],
      [30, 0.2],
      [300, 0.04],
    ] as const) {
      const random = new RandomSource(count);
      const world = new RingWorld();
      world.add(30);
      for (let i = 0; i < count; i += 1) world.add(10 + random.below(50));
      const rounds = 2000;
      for (let i = 0; i < rounds; i += 1) {
        world.release(1 + random.below(Math.min(3, count)));
        world.add(10 + random.below(50));
      }
      expect(world.fault).toBe(undefined);
      expect(world.renewals).toBeLessThan(renewalsPerPacket * rounds);
      expect((world.ring.bytes as Uint8Array).length).toBeLessThanOrEqual(
        Math.max(128, 1.25 * 60 * (count + 2)),
      );
    }
  });
});
