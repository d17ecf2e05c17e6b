/**
 * Who holds the slots of a connected client, of a subscription or of a message that waits, for whoever changes it:
 * `node dist/bench/memory/breakdown.js client`, `subscription` or `message`.
 */

import { textTable } from "../report/table.js";
import { BenchBundle, REED } from "../xs/program.js";
import type { Work, Worker } from "../xs/work.js";
import { PAYLOAD_LENGTH } from "../xs/work.js";
import { census, censusDifference } from "./census.js";

interface Step {
  readonly work: Work;
  readonly worker: Worker;
}

const COUNT = 10;

/** A client that is about to connect. */
function waiting(subscriptions: number, messages: number): Step {
  const work = { type: "connect", payloadLength: PAYLOAD_LENGTH, subscriptions, messages } as const;
  return { work, worker: "client" };
}

const CONNECTED = { type: "send", qos: 1, payloadLength: PAYLOAD_LENGTH, burst: 1 } as const;
/** Of each, what the second holds more than the first, so many times. */
const STEPS: Readonly<Record<string, readonly [first: Step, second: Step, count: number]>> = Object.freeze({
  client: [{ work: CONNECTED, worker: "nobody" }, { work: CONNECTED, worker: "client" }, 1],
  subscription: [waiting(1, 0), waiting(1 + COUNT, 0), COUNT],
  message: [waiting(0, 1), waiting(0, 1 + COUNT), COUNT],
});

async function breakDown([first, second, count]: readonly [Step, Step, number]): Promise<void> {
  const program = await (await BenchBundle.make(REED)).start();
  try {
    // What is made with the first one is not for each.
    for (const step of [first, second]) await program.tell({ type: "hold", ...step });
    const counts = [census(await program.snapshot())];
    for (const step of [first, second]) {
      await program.tell({ type: "hold", ...step });
      counts.push(census(await program.snapshot()));
    }
    const [start = new Map(), one = new Map(), two = new Map()] = counts;
    const rows = censusDifference(start, one, two).map(
      ({ name, objects, slots }) => [name, objects / count, slots / count] as const,
    );
    rows.push([
      "all",
      rows.reduce((sum, [, objects]) => sum + objects, 0),
      rows.reduce((sum, [, , slots]) => sum + slots, 0),
    ]);
    console.log(textTable(["each", "objects", "slots"], rows));
  } finally {
    program.end();
  }
}

const [what = "client"] = process.argv.slice(2);
const steps = STEPS[what];
if (steps === undefined) {
  console.error(`no "${what}": there are ${Object.keys(STEPS).join(", ")}`);
  process.exitCode = 1;
} else {
  await breakDown(steps);
}
