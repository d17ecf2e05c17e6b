/** The figures of the section `scale` as tables, sentences and charts. */

import { lineChart } from "../report/chart.js";
import type { Row } from "../report/table.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Measured, MeasuredOnSockets } from "./measured.js";
import type { ScaleResult } from "./section.js";

/** From here on the process itself is no great part of the cost any more; the memory of fewer cannot be told from it, */
const MANY = 100;
/** and of fewer than this not well enough to say whether it grows. */
const MANY_FOR_MEMORY = 1_000;
const UNKNOWN = "–";
/** How much the cost of a device may grow with ten times the devices, and still count as the same. */
const SAME = 1.05;

const COMMON_HEADER = [
  "devices",
  "CPU per message, µs",
  "CPU to connect, µs",
  "heap per device, KB",
  "buffers per device, KB",
  "process, MB",
];
const SOCKET_HEADER = [
  ...COMMON_HEADER,
  "all connected after, s",
  "messages/s",
  "event loop late by, ms",
  "at worst, ms",
];
const VIRTUAL_HEADER = [...COMMON_HEADER, "messages measured"];

export function scaleText(result: ScaleResult): string {
  return [
    "On sockets, against mosquitto:",
    textTable(SOCKET_HEADER, result.sockets.map(socketRow)),
    "",
    "In virtual time:",
    textTable(VIRTUAL_HEADER, result.virtual.map(virtualRow)),
    "",
    ...verdicts(result),
    ...result.leftOut.map((line) => `Left out: ${line}.`),
  ].join("\n");
}

export function scaleMarkdown(result: ScaleResult): string {
  return [
    "### On sockets, against mosquitto",
    "",
    markdownTable(SOCKET_HEADER, result.sockets.map(socketRow)),
    "",
    "### In virtual time",
    "",
    markdownTable(VIRTUAL_HEADER, result.virtual.map(virtualRow)),
    "",
    "![CPU time per message](performance/scale-cpu.svg)",
    "",
    "![Memory per device](performance/scale-memory.svg)",
    "",
    "![Lag of the event loop](performance/scale-lag.svg)",
    "",
    "### Linear or better?",
    "",
    ...verdicts(result).map((line) => `- ${line}`),
    ...result.leftOut.map((line) => `- Left out: ${line}.`),
  ].join("\n");
}

export function scaleCharts({ sockets, virtual }: ScaleResult): Record<string, string> {
  const axes = { xLabel: "devices in one process", xScale: "logarithmic", yScale: "logarithmic" } as const;
  const both = (least: number, value: (measured: Measured) => number) =>
    [["on sockets", sockets] as const, ["in virtual time", virtual] as const].map(([name, all]) => ({
      name,
      points: all
        .filter(({ devices }) => devices >= least)
        .map((measured) => point(measured, value(measured))),
    }));
  return {
    "scale-cpu.svg": lineChart({
      ...axes,
      title: "CPU time per acknowledged message",
      yLabel: "µs",
      series: both(1, ({ messageCpu }) => messageCpu),
    }),
    "scale-memory.svg": lineChart({
      ...axes,
      title: "Memory per connected device",
      yLabel: "KB",
      series: both(MANY, ({ memory }) => kilobytes(memory.heap + memory.buffers)),
    }),
    "scale-lag.svg": lineChart({
      ...axes,
      title: "How late the event loop comes round, on sockets",
      yLabel: "ms",
      series: [
        {
          name: "99 of 100 times less than",
          points: sockets.map((measured) => point(measured, measured.lag)),
        },
        { name: "at worst", points: sockets.map((measured) => point(measured, measured.worstLag)) },
      ],
    }),
  };
}

function commonCells({ devices, connectCpu, memory, messageCpu }: Measured): Row {
  return [
    devices,
    digits(messageCpu),
    digits(connectCpu),
    devices < MANY ? UNKNOWN : digits(kilobytes(memory.heap)),
    devices < MANY ? UNKNOWN : digits(kilobytes(memory.buffers)),
    digits(memory.resident / 2 ** 20),
  ];
}

function socketRow(measured: MeasuredOnSockets): Row {
  const { connectTime, lag, rate, worstLag } = measured;
  return [...commonCells(measured), digits(connectTime), Math.round(rate), digits(lag), digits(worstLag)];
}

function virtualRow(measured: Measured): Row {
  return [...commonCells(measured), measured.messages];
}

function verdicts({ sockets, virtual }: ScaleResult): string[] {
  const values = [
    ["CPU per message", MANY, ({ messageCpu }: Measured) => messageCpu],
    ["memory per device", MANY_FOR_MEMORY, ({ memory }: Measured) => memory.heap + memory.buffers],
  ] as const;
  return values.flatMap(([what, least, value]) => [
    verdict(`${what}, on sockets`, sockets, least, value),
    verdict(`${what}, in virtual time`, virtual, least, value),
  ]);
}

/** The growth of the cost of one as they become more: none means that all together cost in proportion. */
function verdict(
  what: string,
  all: readonly Measured[],
  least: number,
  value: (measured: Measured) => number,
): string {
  const many = all.filter(({ devices }) => devices >= least);
  const [first, last] = [many[0], many.at(-1)];
  if (first === undefined || last === undefined || first === last) return `${what}: not measured.`;
  const growth = value(last) / value(first);
  const perTenfold = growth ** (1 / Math.log10(last.devices / first.devices));
  const range = `from ${count(first.devices)} to ${count(last.devices)} devices`;
  const factor = `${growth.toFixed(2)} times, or ${perTenfold.toFixed(2)} times for ten times the devices`;
  return `${what}: ${range} ${factor}: linear or better is ${perTenfold <= SAME ? "met" : "missed"}.`;
}

function point({ devices }: Measured, value: number): readonly [number, number] {
  return [devices, value];
}

function kilobytes(bytes: number): number {
  return bytes / 1024;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

/** Three digits: more would say more than was measured. */
function digits(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
