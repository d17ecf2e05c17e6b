/** Memory that the clients of a process share. */

import { describe, expect, test } from "vitest";
import { NameSlabs } from "../../host-sim/io/name-slabs.js";
import { sharedMemory } from "../../host-sim/io/shared-memory.js";
import { TopicNames } from "../../src/mqtt/topic-names.js";

describe("slabs", () => {
  test("give each array memory of its own, of 8 KB that many share", () => {
    const slabs = new NameSlabs();
    const lengths = Array.from({ length: 300 }, (_, index) => 1 + (index % 60));
    const arrays = lengths.map((byteLength, index) => slabs.allocate(byteLength).fill(index & 0xff));
    arrays.forEach((bytes, index) => {
      expect([bytes.length, bytes.every((byte) => byte === (index & 0xff))]).toEqual([lengths[index], true]);
    });
    const buffers = new Set(arrays.map(({ buffer }) => buffer));
    // 300 arrays of 30.5 bytes on average.
    expect([buffers.size, ...[...buffers].map(({ byteLength }) => byteLength)]).toEqual([2, 8192, 8192]);
  });

  test("are used to their last byte", () => {
    const slabs = new NameSlabs();
    const arrays = Array.from({ length: 16 }, () => slabs.allocate(512));
    expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(1);
    expect(slabs.allocate(1).buffer).not.toBe(arrays[0]?.buffer);
  });

  test("are not for what is long", () => {
    const bytes = new NameSlabs().allocate(513);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([513, 513]);
  });
});

test("encoded topic names stand in slabs, if there are any, but for those that are not remembered", () => {
  const names = ["a", "b/c"].map((topicName) =>
    new TopicNames().encoded(topicName, undefined, sharedMemory.slabs),
  );
  expect(names.map((bytes) => [...bytes])).toEqual([
    [0, 1, 0x61],
    [0, 3, 0x62, 0x2f, 0x63],
  ]);
  expect(names[0]?.buffer).toBe(names[1]?.buffer);
  const [last, long] = [128, 129].map((length) =>
    new TopicNames().encoded("x".repeat(length), undefined, sharedMemory.slabs),
  );
  expect([last?.buffer.byteLength, long?.buffer.byteLength]).toEqual([8192, 131]);
});
