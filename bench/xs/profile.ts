/** Where the units of a work go, function by function: `node dist/bench/xs/profile.js send 1`. */

import { CODE_ROOT, moduleFile } from "../../host-sim/xs/bundle.js";
import { startXs } from "../../host-sim/xs/engine.js";
import { textTable } from "../report/table.js";
import { instrumenting } from "./instrumenting.js";
import { meter, tell } from "./meter.js";
import type { Profile, Work } from "./work.js";
import { runCommand } from "./work.js";

const OPERATIONS = 100;

const [type = "send", qos = "1", burst = "1", others = "0", payloadLength = "42"] = process.argv.slice(2);
const work = {
  type,
  qos: Number(qos),
  burst: Number(burst),
  others: Number(others),
  payloadLength: Number(payloadLength),
} as Work;
const names: string[] = [];
const files = ["bench/xs/guest/profiler.js", "bench/xs/guest/bench-main.js"].map((file) => moduleFile(file));
const xs = await startXs({ files, plugins: [instrumenting(CODE_ROOT, names)] });
await tell(xs, { type: "set-up", work, worker: "reed" });
await xs.command(runCommand(OPERATIONS));
await xs.command(runCommand(OPERATIONS));
const { calls, units } = (await tell(xs, { type: "profile" })) as Profile;

/** Slots by the number of the function, found by stopping at one place after the other. */
async function slotsOf(): Promise<Map<number, number>> {
  const slots = new Map<number, number>();
  let before = 0;
  for (let place = 1; ; place += 1) {
    await tell(xs, { type: "stop-at", place: 0 });
    await tell(xs, { type: "set-up", work, worker: "reed" });
    await xs.command(runCommand(2));
    await tell(xs, { type: "collect" });
    await tell(xs, { type: "stop-at", place });
    const first = await xs.command(runCommand(0));
    const start = await xs.command(runCommand(0));
    const end = await xs.command(runCommand(1));
    const stoppedIn = (await tell(xs, { type: "stopped-in" })) as number | undefined;
    const now = end.heapCount - start.heapCount - (start.heapCount - first.heapCount);
    const id = stoppedIn ?? 0;
    slots.set(id, (slots.get(id) ?? 0) + now - before);
    before = now;
    if (stoppedIn === undefined) return slots;
  }
}

const slots = await slotsOf();
xs.kill();
const real = await meter(work, "reed");
const rows = names
  .map((name, id) => ({
    name,
    calls: (calls[id] ?? 0) / OPERATIONS,
    units: (units[id] ?? 0) / OPERATIONS,
    slots: slots.get(id) ?? 0,
  }))
  .filter((row) => row.calls > 0 || row.units > 0)
  .sort((a, b) => b.units - a.units);
const sum = rows.reduce((total, row) => total + row.units, 0);
const slotSum = rows.reduce((total, row) => total + row.slots, 0);
console.log(
  textTable(
    ["function", "units itself", "slots itself", "calls"],
    rows.map((row) => [row.name, row.units, row.slots, row.calls]),
  ),
);
console.log(
  `an operation: ${sum.toFixed(0)} units, without the profiler ${real.units.toFixed(0)}; ` +
    `${slotSum} slots, without it ${real.slots.toFixed(0)}`,
);
