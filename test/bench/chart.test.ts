/** Charts: well-formed documents in which the data stands where the axes say. */

import { describe, expect, it } from "vitest";
import type { LineChart } from "../../bench/report/chart.js";
import { barChart, lineChart } from "../../bench/report/chart.js";
import { checkWellFormed } from "./support/well-formed.js";

const LINE: LineChart = {
  title: "CPU time",
  xLabel: "devices",
  yLabel: "µs",
  xScale: "logarithmic",
  yScale: "logarithmic",
  series: [
    {
      name: "real",
      points: [
        [1, 800],
        [10, 90],
        [100, 95],
      ],
    },
    { name: "virtual", points: [[100, 31]] },
  ],
};

const BARS = {
  title: "Messages",
  yLabel: "messages/s",
  groups: ["QoS 0", "QoS 1"].map((name, index) => ({
    name,
    bars: [
      { name: "Reed", value: 4000 / (index + 1) },
      { name: "MQTT.js", value: 1000 },
    ],
  })),
};

const NASTY = `<b> & "it's" </svg>\u0000`;

function count(document: string, part: string): number {
  return document.split(part).length - 1;
}

describe("every chart", () => {
  const charts = {
    "of lines": lineChart(LINE),
    "of lines, with linear axes": lineChart({ ...LINE, xScale: "linear", yScale: "linear" }),
    "of no line": lineChart({ ...LINE, series: [] }),
    "of an empty line": lineChart({ ...LINE, series: [{ name: "none", points: [] }] }),
    "of one point": lineChart({ ...LINE, series: [{ name: "one", points: [[5, 7]] }] }),
    "of a zero on logarithmic axes": lineChart({ ...LINE, series: [{ name: "zero", points: [[0, 0]] }] }),
    "of bars": barChart(BARS),
    "of bars on a logarithmic axis": barChart({ ...BARS, yScale: "logarithmic" }),
    "of no bars": barChart({ ...BARS, groups: [] }),
    "of a group without bars": barChart({ ...BARS, groups: [{ name: "QoS 0", bars: [] }] }),
    "of bars with nasty names": barChart({
      title: NASTY,
      yLabel: NASTY,
      groups: [
        {
          name: NASTY,
          bars: [
            { name: NASTY, value: 0 },
            { name: "b", value: -1 },
          ],
        },
      ],
    }),
    "of lines with nasty names": lineChart({
      title: NASTY,
      xLabel: NASTY,
      yLabel: NASTY,
      series: [
        { name: NASTY, points: [] },
        { name: "b", points: [] },
      ],
    }),
  };

  it.each(Object.entries(charts))("%s is well-formed, and without holes in its figures", (_, chart) => {
    checkWellFormed(chart);
    expect(chart).not.toMatch(/NaN|undefined|Infinity|-0[ ",]/);
  });

  it("says what it is to those who do not see it, and fits dark pages", () => {
    const chart = lineChart(LINE);
    expect(chart).toContain('role="img" aria-labelledby="title"');
    expect(chart).toContain('<title id="title">CPU time</title>');
    expect(chart).toContain("@media (prefers-color-scheme:dark)");
  });

  it("is the same for the same figures, and refuses what is none", () => {
    expect(lineChart(LINE)).toBe(lineChart(LINE));
    const broken = [{ name: "a", points: [[1, Number.NaN] as const] }];
    expect(() => lineChart({ ...LINE, series: broken })).toThrow("a chart cannot show NaN");
    expect(() =>
      barChart({ ...BARS, groups: [{ name: "a", bars: [{ name: "b", value: Infinity }] }] }),
    ).toThrow("a chart cannot show Infinity");
  });
});

describe("a line chart", () => {
  it("has a mark for each point, and a line where there are two", () => {
    const chart = lineChart(LINE);
    // One more of each in the legend.
    expect(count(chart, "<circle")).toBe(3 + 1);
    expect(count(chart, '<rect class="point')).toBe(1 + 1);
    expect(count(chart, "<polyline")).toBe(1);
  });

  it("leaves out what a logarithmic axis has no place for", () => {
    const points = [[0, 5] as const, [1, 0] as const, [2, 5] as const, [3, 6] as const];
    const chart = lineChart({ ...LINE, series: [{ name: "a", points }] });
    expect(count(chart, "<circle")).toBe(2);
  });

  it("places higher values higher, and later ones further right", () => {
    const line = lineChart({
      ...LINE,
      series: [
        {
          name: "a",
          points: [
            [1, 10],
            [10, 100],
          ],
        },
      ],
    });
    const [, points = ""] = /points="([^"]+)"/.exec(line) ?? [];
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.split(/[ ,]/).map(Number);
    expect(x2 - x1).toBe(600);
    expect(y1 - y2).toBe(250);
  });

  it("has no legend for one line", () => {
    const chart = lineChart({ ...LINE, series: LINE.series.slice(0, 1) });
    expect(chart).not.toContain(">real<");
    expect(lineChart(LINE)).toContain(">real<");
  });
});

describe("a bar chart", () => {
  function heights(chart: string): number[] {
    return [
      ...chart.matchAll(/<rect class="f\d" x="[^"]+" y="[^"]+" width="[^"]+" height="([^"]+)"\/>/g),
    ].map((match) => Number(match[1]));
  }

  it("has bars in proportion to their values, with their values above", () => {
    const [reed0 = 0, peer0 = 0, reed1 = 0, peer1 = 0] = heights(barChart(BARS));
    expect(reed0).toBeCloseTo(4 * peer0);
    expect(reed1).toBeCloseTo(2 * peer1);
    expect(barChart(BARS)).toContain(">4,000</text>");
  });

  it("gives bars of one name one colour and one place in the legend", () => {
    const chart = barChart(BARS);
    expect(count(chart, ">Reed<")).toBe(1);
    expect(count(chart, '<rect class="f0"')).toBe(2 + 1);
  });

  it("shows a zero as no bar, on a logarithmic axis too", () => {
    const groups = [
      {
        name: "a",
        bars: [
          { name: "b", value: 0 },
          { name: "c", value: 20 },
        ],
      },
    ];
    expect(heights(barChart({ ...BARS, groups }))[0]).toBe(0);
    expect(heights(barChart({ ...BARS, groups, yScale: "logarithmic" }))[0]).toBe(0);
  });

  it("grows wider with more bars than fit", () => {
    const width = (bars: number): number => {
      const group = {
        name: "a",
        bars: Array.from({ length: bars }, (_, i) => ({ name: `${i}`, value: 1000 })),
      };
      return Number(/ width="(\d+)"/.exec(barChart({ ...BARS, groups: [group] }))?.[1]);
    };
    expect(width(8)).toBe(width(2));
    expect(width(60)).toBeGreaterThan(width(8));
  });
});
