/** The results on XS as tables. */

import type { Row } from "../report/table.js";
import type { Figures } from "./meter.js";
import type { Peer, Target, XsResult } from "./result.js";

export type Table = (header: Row, rows: readonly Row[]) => string;

/** A figure without what is beyond what matters. */
function rounded(value: number | undefined): string | number {
  if (value === undefined) return "–";
  return Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value);
}

function cells({ chunkBytes, slots, units, writes }: Figures): Row {
  return [rounded(units), rounded(slots), rounded(chunkBytes), rounded(writes)];
}

const COLUMNS: Row = Object.freeze(["units", "slots", "chunk bytes", "writes"]);

/** Reed beside its peers; how many times as many units they take. */
export function peersTable(table: Table, { moddable, mqttPacket, reed }: XsResult): string {
  const row = (name: string, figures: Figures, against: Figures): Row => {
    const times = figures.units / against.units;
    return [name, ...cells(figures), `${times.toFixed(times < 10 ? 2 : 0)} ×`];
  };
  const rows: Row[] = [];
  for (const way of ["send", "receive"] as const) {
    const ours = reed[`${way} QoS 1`] as Figures;
    rows.push(row(`Reed: ${way} QoS 1`, ours, ours));
    const codec = way === "send" ? "generate" : "parse";
    for (const [name, peer, part] of [
      ["Moddable", moddable, way],
      ["mqtt-packet", mqttPacket, codec],
    ] as const) {
      if ("missing" in peer) rows.push([`${name}: not measured, ${peer.missing}`, "", "", "", "", ""]);
      else {
        for (const [what, figures] of Object.entries(peer.figures)) {
          if (what.startsWith(part)) rows.push(row(`${name} ${peer.version}: ${what}`, figures, ours));
        }
      }
    }
  }
  return table(["per message", ...COLUMNS, "units against Reed"], rows);
}

export function reedTable(table: Table, { reed }: XsResult): string {
  const rows = Object.entries(reed).map(([name, figures]): Row => [name, ...cells(figures)]);
  return table(["Reed, per message", ...COLUMNS], rows);
}

export function copiesTable(table: Table, { copies }: XsResult): string {
  const rows = Object.entries(copies).map(([way, { allocated, copies }]): Row => [way, copies, allocated]);
  return table(["per byte of payload", "copies", "bytes allocated"], rows);
}

export function targetsTable(table: Table, targets: readonly Target[]): string {
  return table(
    ["target", "at most", "measured", ""],
    targets.map(({ isMet, limit, value, what }) => [what, limit, rounded(value), isMet ? "met" : "missed"]),
  );
}

export function isMeasured(peer: Peer): peer is Exclude<Peer, { readonly missing: string }> {
  return !("missing" in peer);
}
