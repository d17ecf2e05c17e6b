/** Axes of charts: which range they span, where on them a value lies, and which round values are marked. */

import type { Scale } from "./chart.js";

export interface Axis {
  readonly ticks: readonly number[];
  /** From 0, its beginning, to 1, its end; undefined where it has no place for `value`, as a logarithmic one for 0. */
  place(value: number): number | undefined;
}

export interface AxisOptions {
  readonly scale: Scale;
  /** Bars begin at zero; on a logarithmic axis, below the shortest of them. */
  readonly isForBars?: boolean;
}

/** How many intervals a linear axis is divided into, about. */
const INTERVALS = 5;
/** A logarithmic axis over no more than this is marked at 1, 2 and 5, a longer one at powers of ten. */
const FINE_DECADES = 2.5;
/** The most powers of ten that are marked. */
const MAXIMUM_POWERS = 8;

/** An axis for `values`, which may be none. Throws a `RangeError` when one is not finite. */
export function axisFor(values: readonly number[], options: AxisOptions): Axis {
  const strange = values.find((value) => !Number.isFinite(value));
  if (strange !== undefined) throw new RangeError(`a chart cannot show ${strange}`);
  return options.scale === "linear"
    ? linearAxis(values)
    : logarithmicAxis(
        values.filter((value) => value > 0),
        options.isForBars === true,
      );
}

/** Zero is always on it, so that lengths and heights can be compared. */
function linearAxis(values: readonly number[]): Axis {
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values);
  const step = roundStep((most - least) / INTERVALS);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { ticks, place: (value) => (value / step - first) / (last - first) };
}

/** The round number from `step` on up: 1, 2, 2.5 or 5 times a power of ten. */
function roundStep(step: number): number {
  if (step === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function logarithmicAxis(values: readonly number[], isForBars: boolean): Axis {
  const least = values.length === 0 ? 1 : Math.min(...values);
  const most = values.length === 0 ? 10 : Math.max(...values);
  const isFine = Math.log10(most / least) <= FINE_DECADES;
  const marks = isFine ? [1, 2, 5] : [1];
  const lowest = Math.floor(Math.log10(least)) - 1;
  const highest = Math.ceil(Math.log10(most)) + 1;
  const candidates: number[] = [];
  for (let power = lowest; power <= highest; power += 1) {
    for (const mark of marks) candidates.push(Number(`${mark}e${power}`));
  }
  // From the last mark that is not above all values to the first that is not below them.
  const below = candidates.findLastIndex((mark) => (isForBars ? isPowerBelow(mark, least) : mark <= least));
  const above = candidates.findIndex((mark) => mark >= most);
  const end = above > below ? above : below + 1;
  const range = candidates.slice(below, end + 1);
  const stride = isFine ? 1 : Math.ceil(range.length / MAXIMUM_POWERS);
  const start = Math.log10(range[0] ?? 1);
  const length = Math.log10(range.at(-1) ?? 10) - start;
  return {
    ticks: range.filter((_, index) => index % stride === 0),
    place: (value) => (value > 0 ? (Math.log10(value) - start) / length : undefined),
  };
}

/** Where bars may begin: the shortest is seen too. */
function isPowerBelow(mark: number, least: number): boolean {
  return mark < least && Number.isInteger(Math.log10(mark));
}
