/** What all charts have in common: title, legend, the vertical axis with its grid, and the room left for the data. */

import type { Axis } from "./axis.js";
import { element, SERIES_COLOURS, svgDocument, TEXT_SIZE, text, textWidth } from "./svg.js";

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The height of `value` as a coordinate; undefined where the axis has no place for it. */
  y(value: number): number | undefined;
  /** The whole chart, with what was drawn into the frame and `below` px under it. */
  document(below: number, data: readonly string[]): string;
}

export interface FrameOptions {
  readonly title: string;
  readonly yLabel: string;
  readonly y: Axis;
  /** Width of the part for the data, at least. */
  readonly width: number;
  /** What the legend names; there is none for less than two. */
  readonly series: readonly string[];
  /** A sample of a series for the legend, centred on the given place. */
  readonly sample: (index: number, x: number, y: number) => string;
}

const MARGIN = 16;
/** Half of the text under the last mark of a horizontal axis. */
const RIGHT_MARGIN = 36;
const PLOT_HEIGHT = 250;
const LINE_HEIGHT = 20;
/** From the end of a name in the legend to the next sample. */
const LEGEND_GAP = 22;
const SAMPLE_WIDTH = 24;

const label = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const fine = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** The text of a mark of an axis. */
export function tickText(value: number): string {
  return label.format(value);
}

/** The text of a value: three digits, or all before the decimal point when those are more. */
export function valueText(value: number): string {
  return Math.abs(value) >= 100 ? whole.format(value) : fine.format(value);
}

/** Fill and stroke of a series. */
export function seriesClass(kind: "f" | "s", index: number): string {
  return `${kind}${index % SERIES_COLOURS}`;
}

export function frameOf(options: FrameOptions): Frame {
  const { title, yLabel, y, width: plotWidth } = options;
  const left = MARGIN + 8 + Math.max(...y.ticks.map((tick) => textWidth(tickText(tick))));
  const right = left + plotWidth;
  const width = Math.ceil(right + RIGHT_MARGIN);
  const { lines, parts } = legend(options, width);
  const top = 66 + (lines === 0 ? 0 : lines * LINE_HEIGHT + 6);
  const bottom = top + PLOT_HEIGHT;
  const place = (value: number): number | undefined => {
    const height = y.place(value);
    return height === undefined ? undefined : bottom - height * PLOT_HEIGHT;
  };
  const marks = y.ticks.flatMap((tick, index) => {
    const at = place(tick) ?? bottom;
    const isBase = index === 0 || tick === 0;
    return [
      element("line", { class: isBase ? "axis" : "grid", x1: left, x2: right, y1: at, y2: at }),
      text(tickText(tick), { class: "muted", x: left - 8, y: at + 4, "text-anchor": "end" }),
    ];
  });
  return {
    left,
    right,
    top,
    bottom,
    y: place,
    document: (below, data) =>
      svgDocument(title, width, Math.ceil(bottom + below + MARGIN), [
        text(title, { class: "title", x: MARGIN, y: 28 }),
        ...parts,
        text(yLabel, { class: "muted", x: MARGIN, y: top - 14 }),
        ...marks,
        ...data,
      ]),
  };
}

function legend({ series, sample }: FrameOptions, width: number): { lines: number; parts: string[] } {
  if (series.length < 2) return { lines: 0, parts: [] };
  const parts: string[] = [];
  let line = 0;
  let x = MARGIN;
  series.forEach((name, index) => {
    const needed = SAMPLE_WIDTH + 6 + textWidth(name);
    if (x > MARGIN && x + needed > width - MARGIN) {
      line += 1;
      x = MARGIN;
    }
    const y = 52 + line * LINE_HEIGHT;
    parts.push(sample(index, x + SAMPLE_WIDTH / 2, y - TEXT_SIZE / 3));
    parts.push(text(name, { x: x + SAMPLE_WIDTH + 6, y }));
    x += needed + LEGEND_GAP;
  });
  return { lines: line + 1, parts };
}
