/**
 * Where the units and slots of an operation go, function by function, for whoever changes it:
 * `node dist/bench/xs/profile.js "send QoS 1"`, with the name of a work as `quick.js` prints it.
 */

import { textTable } from "../report/table.js";
import { instrumenting } from "./instrumenting.js";
import type { BenchProgram } from "./program.js";
import { BenchBundle, REED } from "./program.js";
import { REPOSITORY } from "./repository.js";
import { SUITE } from "./suite.js";
import type { Profile, Work } from "./work.js";

const OPERATIONS = 20;

/** Slots by the number of the function, found by stopping an operation at one place after the other. */
async function slotsOf(program: BenchProgram, work: Work): Promise<Map<number, number>> {
  const slots = new Map<number, number>();
  let before = 0;
  for (let place = 1; ; place += 1) {
    await program.tell({ type: "stop-at", place: 0 });
    await program.setUp(work);
    await program.run(2);
    await program.collect();
    await program.tell({ type: "stop-at", place });
    const idle = await program.run(0);
    const start = await program.run(0);
    const end = await program.run(1);
    const stoppedIn = (await program.tell({ type: "stopped-in" })) as number | undefined;
    const now = end.heapCount - start.heapCount - (start.heapCount - idle.heapCount);
    const id = stoppedIn ?? 0;
    slots.set(id, (slots.get(id) ?? 0) + now - before);
    before = now;
    if (stoppedIn === undefined) return slots;
  }
}

async function profile(work: Work): Promise<void> {
  const names: string[] = [];
  const files = ["bench/xs/guest/profiler.js", ...REED.files];
  const bundle = await BenchBundle.make({ files, plugins: [instrumenting(REPOSITORY, names)] });
  const program = await bundle.start();
  try {
    await program.setUp(work);
    await program.run(OPERATIONS);
    await program.run(OPERATIONS);
    const { calls, units } = (await program.tell({ type: "profile" })) as Profile;
    const slots = await slotsOf(program, work);
    const rows = names
      .map((name, id) => ({
        name,
        calls: (calls[id] ?? 0) / OPERATIONS,
        units: (units[id] ?? 0) / OPERATIONS,
        slots: slots.get(id) ?? 0,
      }))
      .filter((row) => row.calls > 0 || row.units > 0)
      .sort((a, b) => b.units - a.units);
    const sum = (key: "units" | "slots"): number => rows.reduce((total, row) => total + row[key], 0);
    rows.push({ name: "all, driver and stubs included", calls: 1, units: sum("units"), slots: sum("slots") });
    const cells = rows.map((row) => [row.name, row.units, row.slots, row.calls]);
    console.log(textTable(["function", "units itself", "slots itself", "calls"], cells));
  } finally {
    program.end();
  }
}

const [wanted = "send QoS 1"] = process.argv.slice(2);
const entry = SUITE.find(({ name }) => name === wanted);
if (entry === undefined || entry.work.type === "connect") {
  console.error(`no work "${wanted}"; there are: ${SUITE.map(({ name }) => name).join("; ")}`);
  process.exitCode = 1;
} else {
  await profile(entry.work);
}
