/** The section `memory`: what Reed holds on the engine of the devices, in bytes of a 32-bit device. */

import { lineChart } from "../report/chart.js";
import type { Row } from "../report/table.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Section } from "../section.js";
import type { Table } from "../xs/report.js";
import { targetsTable } from "../xs/report.js";
import type { MemoryResult } from "./measure.js";
import { measureMemory } from "./measure.js";

const GROWTH_CHART = "memory-growth.svg";

function heldTable(table: Table, result: MemoryResult): string {
  const rows: Row[] = [
    ["a client, connected and idle", result.client],
    ["the same on the ports of the section xs", result.clientAlone],
    ["a subscription", result.subscription],
    [
      `a queued message of ${result.payloadLength} bytes, topic name of ${result.topicLength}`,
      result.queuedMessage,
    ],
  ];
  return table(["held", "bytes"], rows);
}

function growthTable(table: Table, { growth }: MemoryResult): string {
  const counts = [...new Set(growth.flatMap(({ points }) => points.map(([messages]) => messages)))];
  const rows = growth.map(({ name, points }): Row => {
    const bytes = new Map(points);
    return [name, ...counts.map((messages) => bytes.get(messages) ?? "–")];
  });
  return table(["bytes held more, after so many messages", ...counts.map((count) => String(count))], rows);
}

function tables(table: Table, result: MemoryResult): string[] {
  return [heldTable(table, result), growthTable(table, result), targetsTable(table, result.targets)];
}

function markdown(result: MemoryResult): string {
  const [held = "", growth = "", targets = ""] = tables(markdownTable, result);
  return `Counted in snapshots of the heap that ${result.engine} writes after a collection, and converted to a device with 32 bits;
[footprint.md](footprint.md) says how, and has whole devices. The client is an \`MqttClient\` with its options; what the
ports keep for it (stream and timer) is in the first figure.

${held}

A client that sends or receives one message after another holds this much more than before the first one:

${growth}

![Live heap against messages](performance/${GROWTH_CHART})

${targets}`;
}

export const memorySection: Section<MemoryResult> = {
  name: "memory",
  title: "what a client, a subscription and a message hold on XS, and whether it grows",
  run: measureMemory,
  text: (result) => tables(textTable, result).join("\n\n"),
  markdown,
  charts: ({ growth }) => ({
    [GROWTH_CHART]: lineChart({
      title: "Live heap on XS, above a client that has not sent or received yet",
      xLabel: "messages",
      yLabel: "bytes",
      xScale: "logarithmic",
      series: growth,
    }),
  }),
};
