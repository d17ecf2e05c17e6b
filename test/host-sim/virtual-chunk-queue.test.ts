/** The chunk queue keeps the order and the bytes, in whatever portions they come and go. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkQueue } from "../../host-sim/virtual/chunk-queue.js";

test("gives back what was appended, in any portions", () => {
  const queue = new ChunkQueue();
  queue.append(Uint8Array.of(1, 2, 3));
  queue.append(Uint8Array.of(4, 5));
  expect([...queue.take(2)]).toEqual([1, 2]);
  expect([...queue.take(9)]).toEqual([3, 4, 5]);
  expect(queue.byteLength).toBe(0);
  expect([...queue.take(9)]).toEqual([]);
});

test("copies no chunk that is taken whole", () => {
  const queue = new ChunkQueue();
  const chunk = Uint8Array.of(1, 2, 3);
  queue.append(chunk);
  expect(queue.take(3)).toBe(chunk);
});

test("refuses to fill more than it holds, and keeps everything then", () => {
  const queue = new ChunkQueue();
  queue.append(Uint8Array.of(1, 2));
  expect(() => queue.read(new Uint8Array(3))).toThrow(new RangeError("3 bytes asked for, 2 there"));
  expect(queue.byteLength).toBe(2);
});

test("behaves like a list of bytes, whatever is done in whatever order", () => {
  const operation = fc.record({
    kind: fc.constantFrom("append", "read", "take"),
    byteLength: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const queue = new ChunkQueue();
      const model: number[] = [];
      let next = 0;
      for (const { kind, byteLength } of operations) {
        if (kind === "append") {
          const chunk = Uint8Array.from({ length: byteLength }, (_, index) => (next + index) & 255);
          next += byteLength;
          queue.append(chunk);
          model.push(...chunk);
        } else if (kind === "take") {
          expect([...queue.take(byteLength)]).toEqual(model.splice(0, byteLength));
        } else if (byteLength <= model.length) {
          const target = new Uint8Array(byteLength);
          queue.read(target);
          expect([...target]).toEqual(model.splice(0, byteLength));
        }
        expect(queue.byteLength).toBe(model.length);
      }
    }),
  );
});
