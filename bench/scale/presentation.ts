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
/** In virtual time fewer devices are found in the processor's caches, and in the lists of the garbage collector. */
const UNCACHED = 1_000;
const UNKNOWN = "–";
const CACHES_EMPTIED = "caches emptied";
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
    textTable(VIRTUAL_HEADER, virtualRows(result)),
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
    markdownTable(VIRTUAL_HEADER, virtualRows(result)),
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

export function scaleCharts({ sockets, virtual, cold }: ScaleResult): Record<string, string> {
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
      series: [
        ...both(1, ({ messageCpu }) => messageCpu),
        { name: "in virtual time, caches emptied", points: [point(cold, cold.messageCpu)] },
      ],
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

function virtualRows({ cold, virtual }: ScaleResult): readonly Row[] {
  const row = (measured: Measured): Row => [...commonCells(measured), measured.messages];
  const [, ...coldCells] = row(cold);
  return [[`${count(cold.devices)}, ${CACHES_EMPTIED}`, ...coldCells], ...virtual.map(row)];
}

function verdicts({ sockets, virtual, cold }: ScaleResult): string[] {
  const cpu = ({ messageCpu }: Measured): number => messageCpu;
  const memory = ({ memory }: Measured): number => memory.heap + memory.buffers;
  return [
    verdict("CPU per message, on sockets", sockets, MANY, cpu),
    verdict("CPU per message, in virtual time", virtual, UNCACHED, cpu),
    ...fewText(virtual, cold),
    verdict("memory per device, on sockets", sockets, MANY_FOR_MEMORY, memory),
    verdict("memory per device, in virtual time", virtual, MANY_FOR_MEMORY, memory),
  ];
}

/** What a message costs with few devices, and how much of the difference the caches make. */
function fewText(virtual: readonly Measured[], cold: Measured): readonly string[] {
  const few = virtual.find(({ devices }) => devices === cold.devices);
  const many = virtual.find(({ devices }) => devices >= UNCACHED);
  if (few === undefined || many === undefined) return [];
  const share = ({ messageCpu }: Measured): string => (messageCpu / many.messageCpu).toFixed(2);
  return [
    `CPU per message, in virtual time, with ${count(few.devices)} devices: ${share(few)} of that with ${count(many.devices)}, ` +
      `and ${share(cold)} of it with ${CACHES_EMPTIED}.`,
  ];
}

/** How the cost of one grows as they become more: not at all means that all together cost in proportion. */
interface Growth {
  readonly range: string;
  readonly whole: number;
  readonly perTenfold: number;
  /** From each number to the next. */
  readonly steps: readonly number[];
}

function verdict(
  what: string,
  all: readonly Measured[],
  least: number,
  value: (measured: Measured) => number,
): string {
  const many = all.filter(({ devices }) => devices >= least);
  if (many.length < 2) return `${what}: not measured.`;
  const growth = growthOf(many, value);
  return `${growthText(what, growth)}: linear or better is ${growth.perTenfold <= SAME ? "met" : "missed"}.`;
}

function growthOf<Kind extends { readonly devices: number }>(
  all: readonly Kind[],
  value: (one: Kind) => number,
): Growth {
  const values = all.map(value);
  const [fewest = 0, most = 0] = [all[0]?.devices, all.at(-1)?.devices];
  const whole = (values.at(-1) ?? 0) / (values[0] ?? 0);
  return {
    range: `from ${count(fewest)} to ${count(most)} devices`,
    whole,
    perTenfold: whole ** (1 / Math.log10(most / fewest)),
    steps: values.slice(1).map((each, index) => each / (values[index] ?? 0)),
  };
}

function growthText(what: string, { range, whole, perTenfold, steps }: Growth): string {
  const times = (value: number): string => value.toFixed(2);
  const each = steps.length < 2 ? "" : ` (step by step ${steps.map(times).join(", ")})`;
  return `${what}: ${range} ${times(whole)} times${each}, or ${times(perTenfold)} times for ten times the devices`;
}

function point({ devices }: { readonly devices: number }, value: number): readonly [number, number] {
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
