/** Views of buffers, the last of which is given out again. */

import { expect, test } from "vitest";
import { LastView } from "../../src/mqtt/last-view.js";
import { hexFromBytes, numbered } from "./support/hex.js";

test("the same bytes of the same buffer are the same view, which shows what stands there now", () => {
  const views = new LastView();
  const buffer = numbered(8);
  const view = views.of(buffer, 2, 5);
  expect(hexFromBytes(view)).toBe("02 03 04");
  buffer[3] = 0xff;
  expect([views.of(buffer, 2, 5) === view, hexFromBytes(view)]).toEqual([true, "02 ff 04"]);
});

test("other bytes, or another buffer, are another view", () => {
  const views = new LastView();
  const buffer = numbered(8);
  const other = new Uint8Array(8);
  for (const [of, start, end, hex] of [
    [buffer, 2, 5, "02 03 04"],
    [buffer, 2, 4, "02 03"],
    [buffer, 1, 4, "01 02 03"],
    [other, 1, 4, "00 00 00"],
    [buffer, 1, 4, "01 02 03"],
    [buffer, 0, 0, ""],
    [buffer, 0, 8, "00 01 02 03 04 05 06 07"],
  ] as const) {
    expect(hexFromBytes(views.of(of, start, end))).toBe(hex);
  }
});

test("a view of a view is one of its buffer at the right place", () => {
  const part = numbered(8).subarray(2, 7);
  expect(hexFromBytes(new LastView().of(part, 1, 3))).toBe("03 04");
});

test("a buffer of more than 512 bytes is not held on to, and the view before is still right", () => {
  const views = new LastView();
  for (const [byteLength, expected] of [
    [512, true],
    [513, false],
  ] as const) {
    const buffer = numbered(byteLength);
    const before = views.of(buffer, 0, 3);
    expect(views.of(buffer, 0, 3) === before).toBe(expected);
  }
  const short = numbered(4);
  const view = views.of(short, 0, 3);
  const long = new Uint8Array(600);
  expect([...views.of(long, 0, 3)]).toEqual([0, 0, 0]);
  expect(views.of(short, 0, 3) === view).toBe(true);
});
