/** A process with many clients in it, connected and with nothing to do: what each of them holds in memory. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Subject, SubjectMaker, SubjectName } from "./subject.js";
import { subjectMaker } from "./subject.js";

/** Bytes a client, on average. */
export interface Footprint {
  /** JavaScript objects. */
  readonly heap: number;
  /** Buffers, and what Node holds for its sockets outside of the heap. */
  readonly external: number;
  /** What the process took more of the system's memory, all told; rises in steps and falls late. */
  readonly resident: number;
}

/** Opened at once; more would overrun the queue of connections that wait to be accepted. */
const BATCH = 50;

async function connectAll(
  makeSubject: SubjectMaker,
  port: number,
  first: number,
  count: number,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let done = 0; done < count; done += BATCH) {
    const names = Array.from(
      { length: Math.min(BATCH, count - done) },
      (_, index) => `crowd-${first + done + index}`,
    );
    const batch = await Promise.all(
      names.map(async (name) => {
        const subject = makeSubject(port, name);
        await subject.connect();
        await subject.subscribe([`${name}/command`], 1, () => {});
        await new Promise<void>((resolve) => subject.publish(1, resolve));
        return subject;
      }),
    );
    subjects.push(...batch);
  }
  return subjects;
}

async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await sleep(100);
  }
  return process.memoryUsage();
}

async function measure(makeSubject: SubjectMaker, port: number, count: number): Promise<Footprint> {
  // What is made once, and the code, is there before it is measured.
  const all = await connectAll(makeSubject, port, 0, BATCH);
  const before = await settledMemory();
  all.push(...(await connectAll(makeSubject, port, BATCH, count)));
  const after = await settledMemory();
  if (all.length !== count + BATCH) throw new Error("unreachable: clients were lost");
  return {
    heap: (after.heapUsed - before.heapUsed) / count,
    external: (after.external - before.external) / count,
    resident: (after.rss - before.rss) / count,
  };
}

const [, , kind, port, count] = process.argv;
const makeSubject = await subjectMaker(kind as SubjectName);
process.send?.(await measure(makeSubject, Number(port), Number(count)), () => process.exit());
