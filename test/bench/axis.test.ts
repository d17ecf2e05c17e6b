/** Axes of charts: sensible marks, and values where they belong. */

import { describe, expect, it } from "vitest";
import { axisFor } from "../../bench/report/axis.js";
import { tickText, valueText } from "../../bench/report/frame.js";

const linear = { scale: "linear" } as const;
const logarithmic = { scale: "logarithmic" } as const;

describe("a linear axis", () => {
  it("goes from zero to the first mark that is not below all values", () => {
    const axis = axisFor([3, 41], linear);
    expect(axis.ticks).toEqual([0, 10, 20, 30, 40, 50]);
    expect(axis.place(0)).toBe(0);
    expect(axis.place(25)).toBe(0.5);
    expect(axis.place(50)).toBe(1);
  });

  it("has marks at 1, 2, 2.5 or 5 times a power of ten", () => {
    expect(axisFor([0.9], linear).ticks.map(tickText)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    expect(axisFor([12], linear).ticks).toEqual([0, 2.5, 5, 7.5, 10, 12.5]);
    expect(axisFor([1_700_000], linear).ticks).toEqual([0, 500_000, 1_000_000, 1_500_000, 2_000_000]);
  });

  it("reaches below zero when a value does", () => {
    const axis = axisFor([-4, 6], linear);
    expect(axis.ticks).toEqual([-4, -2, 0, 2, 4, 6]);
    expect(axis.place(0)).toBeCloseTo(0.4);
  });

  it("has a length for no values, and for zeros only", () => {
    expect(axisFor([], linear).ticks).toEqual([0, 1]);
    expect(axisFor([0, 0], linear).place(0)).toBe(0);
  });

  it("refuses what is not finite", () => {
    expect(() => axisFor([1, Number.NaN], linear)).toThrow("a chart cannot show NaN");
    expect(() => axisFor([Number.POSITIVE_INFINITY], logarithmic)).toThrow("a chart cannot show Infinity");
  });
});

describe("a logarithmic axis", () => {
  it("is marked at powers of ten when it is long", () => {
    const axis = axisFor([1, 100_000], logarithmic);
    expect(axis.ticks).toEqual([1, 10, 100, 1000, 10_000, 100_000]);
    expect(axis.place(10)).toBeCloseTo(0.2);
  });

  it("is marked at 1, 2 and 5 when it is short", () => {
    expect(axisFor([24, 130], logarithmic).ticks).toEqual([20, 50, 100, 200]);
  });

  it("leaves marks out when there would be too many", () => {
    expect(axisFor([1e-6, 1e6], logarithmic).ticks).toEqual([1e-6, 1e-4, 1e-2, 1, 100, 10_000, 1_000_000]);
  });

  it("has no place for zero and below", () => {
    const axis = axisFor([0, -3, 20, 50], logarithmic);
    expect(axis.ticks).toEqual([20, 50]);
    expect(axis.place(0)).toBeUndefined();
    expect(axis.place(-3)).toBeUndefined();
  });

  it("begins at a power of ten below the shortest bar", () => {
    expect(axisFor([222, 800], { scale: "logarithmic", isForBars: true }).ticks[0]).toBe(100);
    expect(axisFor([100, 800], { scale: "logarithmic", isForBars: true }).ticks[0]).toBe(10);
  });

  it("has a length for no values, for one, and for one that is a mark", () => {
    expect(axisFor([], logarithmic).ticks).toEqual([1, 2, 5, 10]);
    expect(axisFor([7], logarithmic).ticks).toEqual([5, 10]);
    expect(axisFor([10], logarithmic).ticks).toEqual([10, 20]);
    expect(axisFor([10], logarithmic).place(10)).toBe(0);
  });
});

describe("texts of values", () => {
  it("have three digits, or all before the point when those are more", () => {
    expect([0, 0.001234, 2.34567, 42.42, 761, 15_467.4].map(valueText)).toEqual([
      "0",
      "0.00123",
      "2.35",
      "42.4",
      "761",
      "15,467",
    ]);
  });

  it("hide what floating point adds", () => {
    expect(tickText(0.1 + 0.2)).toBe("0.3");
  });
});
