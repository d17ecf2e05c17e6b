/** A process with one client in it, so that its CPU time is that client's; what it is to do it is told by messages. */

import type { QoS } from "../../src/mqtt/packet.js";
import { QOS_0_WINDOW, RECEIVED_TOPIC_NAMES, WINDOW } from "./message.js";
import type { Subject, SubjectMaker, SubjectName } from "./subject.js";
import { subjectMaker } from "./subject.js";

export type Direction = "publish" | "receive";

/** What the process is asked for. */
export type ClientOrder =
  | { readonly type: "connect"; readonly port: number }
  | { readonly type: Direction; readonly qos: QoS; readonly count: number };

/** What one run has cost. */
export interface Cost {
  readonly count: number;
  readonly milliseconds: number;
  /** Of the whole process: user and system, all threads. */
  readonly cpuMicroseconds: number;
}

/** `ready` comes before `done` when the process waits for messages. */
export type ClientAnswer = { readonly type: "ready" } | { readonly type: "done"; readonly cost: Cost };

/** Takes the time, and the CPU time, from its making on. */
class Stopwatch {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();

  cost(count: number): Cost {
    const { user, system } = process.cpuUsage(this.#cpu);
    return { count, milliseconds: performance.now() - this.#start, cpuMicroseconds: user + system };
  }
}

/** Keeps as many messages under way as there may be, until `count` are completed. */
function publishAll(subject: Subject, qos: QoS, count: number): Promise<void> {
  return new Promise((resolve) => {
    const window = qos === 0 ? QOS_0_WINDOW : WINDOW;
    let begun = 0;
    let done = 0;
    let isFilling = false;
    const fill = (): void => {
      isFilling = true;
      while (begun < count && begun - done < window) {
        begun += 1;
        subject.publish(qos, onDone);
      }
      isFilling = false;
    };
    const onDone = (): void => {
      done += 1;
      if (done === count) resolve();
      // A client may call back from inside publish(): then the loop goes on by itself.
      else if (!isFilling) fill();
    };
    fill();
  });
}

async function publish(subject: Subject, qos: QoS, count: number): Promise<Cost> {
  const stopwatch = new Stopwatch();
  await publishAll(subject, qos, count);
  // A server takes a client's packets in order: when it answers this one, it has had them all.
  if (qos === 0) await publishAll(subject, 1, 1);
  return stopwatch.cost(count);
}

/** Counts what arrives. */
class Receiver {
  readonly #onMessage = () => this.#count();
  #stopwatch: Stopwatch | undefined;
  #left = 0;
  #resolve: () => void = () => {};

  /** With the highest QoS: each message comes with the one it was published with. */
  subscribe(subject: Subject, topicName: string): Promise<void> {
    return subject.subscribe([topicName], 2, this.#onMessage);
  }

  /** From the first of `count` messages to the last. */
  async receive(count: number): Promise<Cost> {
    this.#left = count;
    this.#stopwatch = undefined;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
    return (this.#stopwatch as unknown as Stopwatch).cost(count - 1);
  }

  #count(): void {
    this.#stopwatch ??= new Stopwatch();
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }
}

class ClientProcess {
  readonly #name: SubjectName;
  readonly #makeSubject: SubjectMaker;
  readonly #receiver = new Receiver();
  #subject: Subject | undefined;
  #isSubscribed = false;

  constructor(name: SubjectName, makeSubject: SubjectMaker) {
    this.#name = name;
    this.#makeSubject = makeSubject;
  }

  async obey(order: ClientOrder): Promise<void> {
    if (order.type === "connect") {
      this.#subject = this.#makeSubject(order.port, this.#name);
      await this.#subject.connect();
      answer({ type: "ready" });
      return;
    }
    const subject = this.#subject;
    if (subject === undefined) throw new Error("unreachable: not connected");
    if (order.type === "publish") {
      answer({ type: "done", cost: await publish(subject, order.qos, order.count) });
    } else {
      const topicName = RECEIVED_TOPIC_NAMES[this.#name];
      if (!this.#isSubscribed) await this.#receiver.subscribe(subject, topicName);
      this.#isSubscribed = true;
      const cost = this.#receiver.receive(order.count);
      answer({ type: "ready" });
      answer({ type: "done", cost: await cost });
    }
  }
}

function answer(message: ClientAnswer): void {
  process.send?.(message);
}

const name = process.argv[2] as SubjectName;
const clientProcess = new ClientProcess(name, await subjectMaker(name));
process.on("message", (order: ClientOrder) => {
  clientProcess.obey(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// Without its parent it has nothing to do.
process.on("disconnect", () => process.exit());
