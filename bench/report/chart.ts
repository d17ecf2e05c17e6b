/** Charts as SVG, to be seen in docs/performance.md on a light and on a dark page. */

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

export function lineChart(chart: LineChart): string {
  throw new Error(`not drawn yet: ${chart.title}`);
}

export function barChart(chart: BarChart): string {
  throw new Error(`not drawn yet: ${chart.title}`);
}
