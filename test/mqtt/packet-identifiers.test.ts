/** Packet identifiers: never 0, never one in use, for ever. */

import { describe, expect, test } from "vitest";
import { MAXIMUM_PACKET_IDENTIFIER, PacketIdentifiers } from "../../src/mqtt/packet-identifiers.js";
import { refusalOf } from "./support/thrown.js";

describe("packet identifiers", () => {
  test("start at 1 and go upwards", () => {
    const identifiers = new PacketIdentifiers();
    expect([identifiers.take(), identifiers.take(), identifiers.take()]).toEqual([1, 2, 3]);
    expect(identifiers.inUse).toBe(3);
  });

  test("go on upwards though earlier ones are free again", () => {
    const identifiers = new PacketIdentifiers();
    identifiers.release(identifiers.take());
    expect(identifiers.take()).toBe(2);
    expect(identifiers.inUse).toBe(1);
  });

  test("wrap from 65,535 to 1, and are never 0 [MQTT-2.3.1-1]", () => {
    const identifiers = new PacketIdentifiers();
    for (let expected = 1; expected <= MAXIMUM_PACKET_IDENTIFIER; expected += 1) {
      const identifier = identifiers.take();
      if (identifier !== expected) expect(identifier).toBe(expected);
      identifiers.release(identifier);
    }
    expect([identifiers.take(), identifiers.take()]).toEqual([1, 2]);
  });

  test("in use are not given again in 70,000 times [MQTT-2.3.1-2]", () => {
    const identifiers = new PacketIdentifiers();
    const held = new Set<number>();
    // As a PUBLISH, a SUBSCRIBE and a QoS 2 exchange that stay open, and others all over the range.
    for (let i = 1; i <= 70_000; i += 1) {
      const identifier = identifiers.take();
      if (identifier < 1 || identifier > 65_535 || held.has(identifier)) {
        throw new Error(`identifier ${identifier} was given, number ${i}`);
      }
      if (i <= 3 || i === 1024 || i === 40_000 || i === 65_535) held.add(identifier);
      else identifiers.release(identifier);
    }
    expect([...held]).toEqual([1, 2, 3, 1024, 40_000, 65_535]);
    expect(identifiers.inUse).toBe(6);
    // 65,535 numbers the first time round, then 4,465 more, four of which had to be passed over.
    expect(identifiers.take()).toBe(4470);
  });

  test("are given until all 65,535 are in use, and then refused", () => {
    const identifiers = new PacketIdentifiers();
    const given = new Set<number>();
    for (let i = 0; i < 65_535; i += 1) given.add(identifiers.take());
    expect([given.size, given.has(0), identifiers.inUse]).toEqual([65_535, false, 65_535]);
    expect(refusalOf(() => identifiers.take())).toBe("identifiers-exhausted");
    expect(refusalOf(() => identifiers.take())).toBe("identifiers-exhausted");
    identifiers.release(777);
    expect(identifiers.take()).toBe(777);
    expect(refusalOf(() => identifiers.take())).toBe("identifiers-exhausted");
  });

  test("may be released twice, or without having been taken", () => {
    const identifiers = new PacketIdentifiers();
    identifiers.release(1);
    identifiers.release(identifiers.take());
    identifiers.release(1);
    expect(identifiers.inUse).toBe(0);
    expect(identifiers.take()).toBe(2);
  });

  test("that are claimed are passed over until they are released", () => {
    const identifiers = new PacketIdentifiers();
    for (const claimed of [1, 2, 4, 4]) identifiers.claim(claimed);
    expect([identifiers.inUse, identifiers.take(), identifiers.take()]).toEqual([3, 3, 5]);
    identifiers.release(4);
    expect(identifiers.inUse).toBe(4);
  });

  test("go on where they were when all are released, so that a late acknowledgement meets no new packet", () => {
    const identifiers = new PacketIdentifiers();
    for (let i = 0; i < 10; i += 1) identifiers.take();
    identifiers.releaseAll();
    expect(identifiers.inUse).toBe(0);
    expect(identifiers.take()).toBe(11);
  });

  test("are free when all were released, in whatever order, also around the end of the range", () => {
    for (const last of [0, 7, 65_532, 65_533, 65_534, 65_535]) {
      for (const order of [
        [0, 1, 2, 3],
        [1, 0, 2, 3],
        [2, 3, 0, 1],
        [3, 2, 1, 0],
      ]) {
        const identifiers = new PacketIdentifiers();
        identifiers.continueAfter(last);
        const given = [0, 1, 2, 3].map((i) => {
          const identifier = identifiers.take();
          expect(identifier).toBe(last + i < 65_535 ? last + i + 1 : last + i - 65_534);
          return identifier;
        });
        const left = order.map((i) => {
          identifiers.release(given[i] as number);
          return identifiers.inUse;
        });
        expect(left).toEqual([3, 2, 1, 0]);
        // The next one, which is not in use either.
        identifiers.release(((given[3] as number) % 65_535) + 1);
        expect(identifiers.inUse).toBe(0);
      }
    }
  });

  test("that were claimed and released with all others are given again", () => {
    const identifiers = new PacketIdentifiers();
    identifiers.claim(3);
    identifiers.releaseAll();
    expect([1, 2, 3, 4].map(() => identifiers.take())).toEqual([1, 2, 3, 4]);
  });

  test("go on after another one though some are in use", () => {
    const identifiers = new PacketIdentifiers();
    identifiers.take();
    identifiers.continueAfter(10);
    expect(identifiers.take()).toBe(11);
    identifiers.release(1);
    identifiers.release(11);
    expect(identifiers.inUse).toBe(0);
  });

  test("do not stand in a row, and one that is not in use is released: nothing changes", () => {
    const identifiers = new PacketIdentifiers();
    for (const claimed of [65_535, 1]) identifiers.claim(claimed);
    identifiers.release(7);
    identifiers.continueAfter(65_534);
    expect([identifiers.inUse, identifiers.take(), identifiers.inUse]).toEqual([2, 2, 3]);
  });
});
