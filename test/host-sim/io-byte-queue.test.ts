/** The byte queue keeps the order and the bytes, in whatever portions they come and go. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../host-sim/io/byte-queue.js";

describe("the byte queue", () => {
  test("gives back what was appended, in any portions", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(1, 2, 3));
    queue.append(Uint8Array.of(4, 5));
    expect([...queue.take(2)]).toEqual([1, 2]);
    expect([...queue.take(9)]).toEqual([3, 4, 5]);
    expect(queue.byteLength).toBe(0);
  });

  test("copies what is appended", () => {
    const queue = new ByteQueue();
    const bytes = Uint8Array.of(1);
    queue.append(bytes);
    bytes[0] = 9;
    expect([...queue.take(1)]).toEqual([1]);
  });

  test("refuses to fill more than it holds, and keeps everything then", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(1, 2));
    expect(() => queue.read(new Uint8Array(3))).toThrow(new RangeError("3 bytes asked for, 2 there"));
    expect(queue.byteLength).toBe(2);
  });

  test("is empty after clear", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(1, 2));
    queue.clear();
    expect(queue.byteLength).toBe(0);
  });

  test("behaves like a list of bytes, whatever is done in whatever order", () => {
    const operation = fc.record({ isAppend: fc.boolean(), byteLength: fc.nat({ max: 3_000 }) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const queue = new ByteQueue();
        const model: number[] = [];
        let next = 0;
        for (const { isAppend, byteLength } of operations) {
          if (isAppend) {
            const bytes = Uint8Array.from({ length: byteLength }, () => next++ & 0xff);
            queue.append(bytes);
            model.push(...bytes);
          } else {
            expect([...queue.take(byteLength)]).toEqual(model.splice(0, byteLength));
          }
          expect(queue.byteLength).toBe(model.length);
        }
      }),
    );
  });
});
