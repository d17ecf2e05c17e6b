/** How records are taken from the stream, and what memory that takes. */

import { describe, expect, test } from "vitest";
import { RecordReader } from "../../../src/transport/tls/record-reader.js";
import { joined, numbered } from "../../mqtt/support/hex.js";

function record(byteLength: number): Uint8Array {
  return joined([Uint8Array.of(23, 3, 3, byteLength >> 8, byteLength & 0xff), numbered(byteLength)]);
}

/** Gives it all of `bytes`; returns the plaintext of each record. */
function fed(reader: RecordReader, bytes: Uint8Array, chunk = 100_000): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const space = reader.space(Math.min(chunk, bytes.length - start));
    expect(space.length).toBeGreaterThan(0);
    space.set(bytes.subarray(start, start + space.length));
    start += space.length;
    if (reader.received(space.length)) records.push(reader.plaintext.slice());
  }
  return records;
}

describe("records", () => {
  test("come one by one, in whatever pieces the stream does", () => {
    const lengths = [1, 0, 300, 16_384, 2];
    const stream = joined(lengths.map(record));
    for (const chunk of [1, 3, 5, 100, 100_000]) {
      const records = fed(new RecordReader(), stream, chunk);
      expect(records.map(({ length }) => length)).toEqual(lengths);
      expect(records[2]).toEqual(numbered(300));
    }
  });

  test("are never taken beyond their end", () => {
    const reader = new RecordReader();
    expect(reader.space(1_000).length).toBe(5);
    fed(reader, record(10).subarray(0, 5));
    expect([reader.isInside, reader.space(1_000).length]).toEqual([true, 10]);
    fed(reader, record(10).subarray(5, 12));
    expect(reader.space(1_000).length).toBe(3);
    fed(reader, record(10).subarray(12));
    expect([reader.isInside, reader.space(1_000).length]).toEqual([false, 5]);
  });

  test("take memory for what they are, and long ones only while they last", () => {
    const reader = new RecordReader();
    const memoryFor = (byteLength: number): number => {
      const bytes = record(byteLength);
      fed(reader, bytes.subarray(0, 5));
      const memory = reader.space(1).buffer.byteLength;
      fed(reader, bytes.subarray(5));
      return memory;
    };
    expect([100, 50, 2_000, 50, 16_384, 50].map(memoryFor)).toEqual([100, 100, 2_000, 2_000, 16_384, 50]);
  });
});
