/** What an operation of Reed's costs on XS, at once, for whoever changes it: `node dist/bench/xs/quick.js`. */

import { textTable } from "../report/table.js";
import { meter } from "./meter.js";
import type { Work } from "./work.js";

const WORKS: Work[] = [];
for (const type of ["send", "receive"] as const)
  for (const burst of [1, 10])
    for (const qos of [0, 1, 2] as const)
      WORKS.push({ type, qos, payloadLength: 42, burst, others: 0 } as Work);
for (const others of [1, 10, 100])
  WORKS.push({ type: "receive", qos: 1, payloadLength: 42, burst: 1, others });

const rows: (string | number)[][] = [];
for (const work of WORKS) {
  const reed = await meter(work, "reed");
  const nobody = await meter(work, "nobody");
  const { burst } = work;
  const name = `${work.type} QoS ${work.qos}${burst > 1 ? `, ${burst} at once` : ""}${work.type === "receive" && work.others > 0 ? `, ${work.others} others` : ""}`;
  rows.push([
    name,
    (reed.units - nobody.units) / burst,
    (reed.slots - nobody.slots) / burst,
    nobody.units / burst,
    nobody.slots / burst,
    reed.done.messages / reed.done.operations / burst,
    reed.done.pending,
    reed.done.writes / reed.done.operations,
    reed.done.bytes / reed.done.operations / burst,
  ]);
}
console.log(
  textTable(
    ["per message", "units", "slots", "harness units", "slots", "completed", "pending", "writes/op", "bytes"],
    rows,
  ),
);
