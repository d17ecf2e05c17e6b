/** What a soak found, as figures and as text. */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { FlowCount } from "./ledger.js";
import { isKept } from "./ledger.js";

export interface SoakReport {
  /** What it was, for the first line. */
  readonly title: string;
  readonly duration: Milliseconds;
  readonly flows: readonly FlowCount[];
  /** By name: how often each fault was inflicted. */
  readonly faults: ReadonlyMap<string, number>;
  /** Connections accepted beyond the first of each device and life. */
  readonly reconnects: number;
  /** The most messages that the door's client held at once. */
  readonly peakPending: number;
  /** Bytes: the heap in virtual time, the whole process in real time. */
  readonly peakMemory: number;
  /** Same for the same seed; absent in real time. */
  readonly digest?: string;
}

/** Whether every promise was kept. */
export function isPassed({ flows }: SoakReport): boolean {
  return flows.every(isKept);
}

export function reportText(report: SoakReport): string {
  const { title, flows, faults, reconnects, peakPending, peakMemory, digest } = report;
  const rows = flows.map((flow) => [
    flow.name,
    `${flow.qos}`,
    ...[flow.sent, flow.received, flow.duplicates, flow.lost].map(String),
    isKept(flow) ? "kept" : "BROKEN",
  ]);
  const table = [["flow", "QoS", "sent", "received", "duplicates", "lost", "promise"], ...rows];
  const faultTexts = [...faults].map(([name, count]) => `${name} ${count}`);
  return [
    title,
    "",
    ...table.map((row) =>
      row
        .map((cell, column) => cell.padEnd(column === 0 ? 28 : 12))
        .join("")
        .trimEnd(),
    ),
    "",
    `faults: ${faultTexts.join(", ") || "none"}`,
    `reconnects: ${reconnects}`,
    `most messages held by the door sensor at once: ${peakPending}`,
    `peak memory: ${(peakMemory / 1_048_576).toFixed(1)} MiB`,
    ...(digest === undefined ? [] : [`digest: ${digest}`]),
    isPassed(report) ? "nothing lost, nothing twice at QoS 2" : "A PROMISE WAS BROKEN",
    "",
  ].join("\n");
}
