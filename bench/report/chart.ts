/** Charts as SVG, to be seen in docs/performance.md on a light and on a dark page. */

import { axisFor } from "./axis.js";
import { frameOf, seriesClass, tickText, valueText } from "./frame.js";
import { element, text, textWidth } from "./svg.js";

export type Scale = "linear" | "logarithmic";

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: Scale;
  readonly yScale?: Scale;
  readonly series: readonly Series[];
}

/** Bars side by side, a group each for what is compared, such as a QoS. */
export interface BarChart {
  readonly title: string;
  readonly yLabel: string;
  readonly yScale?: Scale;
  readonly groups: readonly {
    readonly name: string;
    readonly bars: readonly { readonly name: string; readonly value: number }[];
  }[];
}

const PLOT_WIDTH = 600;
/** Between bars, and between groups of them. */
const BAR_GAP = 4;
const GROUP_GAP = 28;
const MAXIMUM_BAR_WIDTH = 64;

/**
 * Lines with a mark at each point, in the order of the points. A point at zero or below is left out where its scale is
 * logarithmic. Throws a `RangeError` when a coordinate is not finite.
 */
export function lineChart(chart: LineChart): string {
  const { title, xLabel, yLabel, xScale = "linear", yScale = "linear", series } = chart;
  const points = series.flatMap((line) => line.points);
  const x = axisFor(
    points.map((point) => point[0]),
    { scale: xScale },
  );
  const y = axisFor(
    points.map((point) => point[1]),
    { scale: yScale },
  );
  const frame = frameOf({
    title,
    yLabel,
    y,
    width: PLOT_WIDTH,
    series: series.map(({ name }) => name),
    sample: (index, sampleX, sampleY) =>
      element("line", {
        class: `line ${seriesClass("s", index)}`,
        x1: sampleX - 12,
        x2: sampleX + 12,
        y1: sampleY,
        y2: sampleY,
      }) + marker(index, sampleX, sampleY),
  });
  const { left, right, bottom } = frame;
  const place = (value: number): number | undefined => {
    const share = x.place(value);
    return share === undefined ? undefined : left + share * (right - left);
  };
  const marks = x.ticks.flatMap((tick) => {
    const at = place(tick) ?? left;
    return [
      element("line", { class: "axis", x1: at, x2: at, y1: bottom, y2: bottom + 5 }),
      text(tickText(tick), { class: "muted", x: at, y: bottom + 19, "text-anchor": "middle" }),
    ];
  });
  const lines = series.map(({ points: line }, index) => {
    const places = line.flatMap(([pointX, pointY]) => {
      const [atX, atY] = [place(pointX), frame.y(pointY)];
      return atX === undefined || atY === undefined ? [] : [[atX, atY] as const];
    });
    const path = places.map(([atX, atY]) => `${atX.toFixed(1)},${atY.toFixed(1)}`).join(" ");
    const stroke = element("polyline", { class: `line ${seriesClass("s", index)}`, points: path });
    return (places.length > 1 ? stroke : "") + places.map(([atX, atY]) => marker(index, atX, atY)).join("");
  });
  return frame.document(44, [
    ...marks,
    text(xLabel, { class: "muted", x: (left + right) / 2, y: bottom + 42, "text-anchor": "middle" }),
    ...lines.filter((line) => line !== ""),
  ]);
}

/** Bars with their values above them. Throws a `RangeError` when a value is not finite. */
export function barChart(chart: BarChart): string {
  const { title, yLabel, yScale = "linear", groups } = chart;
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const y = axisFor(values, { scale: yScale, isForBars: true });
  const count = groups.reduce((sum, { bars }) => sum + bars.length, 0);
  const widestValue = Math.max(0, ...values.map((value) => textWidth(valueText(value))));
  const gaps = groups.length * GROUP_GAP + (count - groups.length) * BAR_GAP;
  const barWidth = Math.max(
    widestValue,
    ...groups.map(({ name, bars }) => textWidth(name) / Math.max(1, bars.length) - BAR_GAP),
    Math.min(MAXIMUM_BAR_WIDTH, (PLOT_WIDTH - gaps) / Math.max(1, count)),
  );
  const used = gaps + count * barWidth;
  const frame = frameOf({
    title,
    yLabel,
    y,
    width: Math.max(PLOT_WIDTH, used),
    series: names,
    sample: (index, x, sampleY) =>
      element("rect", {
        class: seriesClass("f", index),
        x: x - 8,
        y: sampleY - 6,
        width: 16,
        height: 12,
        rx: 2,
      }),
  });
  const { left, right, bottom } = frame;
  const base = frame.y(0) ?? bottom;
  const space = groups.length === 0 ? 0 : (right - left - used) / groups.length;
  const parts: string[] = [];
  let x = left;
  for (const { name, bars } of groups) {
    x += (GROUP_GAP + space) / 2;
    const start = x;
    for (const bar of bars) {
      const end = frame.y(bar.value) ?? base;
      parts.push(barPart(names.indexOf(bar.name), x, base, end, barWidth));
      const above = Math.min(base, end) - 5;
      parts.push(
        text(valueText(bar.value), {
          class: "value",
          x: x + barWidth / 2,
          y: above,
          "text-anchor": "middle",
        }),
      );
      x += barWidth + BAR_GAP;
    }
    x -= BAR_GAP;
    parts.push(text(name, { x: (start + x) / 2, y: bottom + 19, "text-anchor": "middle" }));
    x += (GROUP_GAP + space) / 2;
  }
  return frame.document(20, parts);
}

function barPart(index: number, x: number, base: number, end: number, width: number): string {
  const height = Math.abs(base - end);
  return element("rect", { class: seriesClass("f", index), x, y: Math.min(base, end), width, height });
}

/** A shape for each series, so that lines can be told apart without colours. */
function marker(index: number, x: number, y: number): string {
  const style = `point ${seriesClass("f", index)}`;
  const place = { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` };
  switch (index % 4) {
    case 0:
      return element("circle", { class: style, ...place, r: 4 });
    case 1:
      return element("rect", { class: style, ...place, x: -3.8, y: -3.8, width: 7.6, height: 7.6 });
    case 2:
      return element("path", { class: style, ...place, d: "M0-5 4.6 3.6H-4.6Z" });
    default:
      return element("path", { class: style, ...place, d: "M0-5.2 5.2 0 0 5.2-5.2 0Z" });
  }
}
