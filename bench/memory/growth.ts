/** Whether the live heap grows with the messages that a client has sent or received. */

import { heapBytes } from "../../host-sim/xs/heap-snapshot.js";
import type { BenchBundle } from "../xs/program.js";
import type { Work } from "../xs/work.js";
import { PAYLOAD_LENGTH } from "../xs/work.js";

export interface Growth {
  readonly name: string;
  /** Live heap after so many messages, beyond that before the first, in bytes. */
  readonly points: readonly (readonly [messages: number, bytes: number])[];
}

/** Of one command; it counts them in two bytes. */
const MOST_AT_ONCE = 50_000;

const SEND = { type: "send", payloadLength: PAYLOAD_LENGTH, burst: 1 } as const;
const RECEIVE = { type: "receive", payloadLength: PAYLOAD_LENGTH, burst: 1, others: 0 } as const;
/** More than there are packet identifiers, and for QoS 2 as many as that lasts no longer. */
const WORKS: readonly { name: string; work: Work; at: readonly number[] }[] = Object.freeze([
  { name: "sent QoS 1", work: { ...SEND, qos: 1 }, at: [1000, 10_000, 100_000] },
  { name: "received QoS 1", work: { ...RECEIVE, qos: 1 }, at: [1000, 10_000, 100_000] },
  { name: "sent QoS 2", work: { ...SEND, qos: 2 }, at: [1000, 10_000] },
  { name: "received QoS 2", work: { ...RECEIVE, qos: 2 }, at: [1000, 10_000] },
]);

/** @throws Error when a message was not completed */
export async function measureGrowth(bundle: BenchBundle, log: (line: string) => void): Promise<Growth[]> {
  const growths: Growth[] = [];
  for (const { at, name, work } of WORKS) {
    const growth = { name, points: await pointsOf(bundle, work, at) };
    growths.push(growth);
    log(`${name}: ${growth.points.map(([messages, bytes]) => `${messages}: ${bytes} bytes`).join(", ")}`);
  }
  return growths;
}

async function pointsOf(bundle: BenchBundle, work: Work, at: readonly number[]): Promise<Growth["points"]> {
  const program = await bundle.start();
  try {
    await program.setUp(work);
    const before = heapBytes(await program.heap());
    const points: (readonly [number, number])[] = [];
    let messages = 0;
    for (const target of at) {
      while (messages < target) {
        const count = Math.min(MOST_AT_ONCE, target - messages);
        await program.run(count);
        messages += count;
      }
      points.push([messages, heapBytes(await program.heap()) - before]);
      const done = await program.done();
      if (done.messages !== messages) throw new Error(`${done.messages} of ${messages} messages`);
    }
    return points;
  } finally {
    program.end();
  }
}

/** Bytes that it grew by from the first point to the last. */
export function growthOf({ points }: Growth): number {
  return (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0);
}
