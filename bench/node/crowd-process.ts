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

/** Counts completed messages; one for a batch, so that it weighs nothing in what is measured. */
class Latch {
  readonly onDone = () => this.#count();
  readonly done: Promise<void>;
  #resolve: () => void = ignore;
  #left: number;

  constructor(count: number) {
    this.#left = count;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #count(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }
}

async function connectAll(
  makeSubject: SubjectMaker,
  port: number,
  first: number,
  count: number,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let done = 0; done < count; done += BATCH) {
    const length = Math.min(BATCH, count - done);
    const names = Array.from({ length }, (_, index) => `crowd-${first + done + index}`);
    const batch = names.map((name) => makeSubject(port, name));
    await Promise.all(batch.map((subject) => subject.connect()));
    await Promise.all(
      batch.map((subject, index) => subject.subscribe([`${names[index]}/command`], 1, ignore)),
    );
    const latch = new Latch(length);
    for (const subject of batch) subject.publish(1, latch.onDone);
    await latch.done;
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

function ignore(): void {
  // A message that nobody expects, or a batch that nobody waits for.
}

const [, , kind, port, count] = process.argv;
const makeSubject = await subjectMaker(kind as SubjectName);
process.send?.(await measure(makeSubject, Number(port), Number(count)));
// Without its parent it has nothing to do.
process.on("disconnect", () => process.exit());
