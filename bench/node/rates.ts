/** Lets clients publish and receive in turns, round after round. */

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { QoS } from "../../src/mqtt/packet.js";
import { nextMessage, startChild } from "./child.js";
import type { ClientAnswer, ClientOrder, Cost, Direction } from "./client-process.js";
import type { SubjectName } from "./subject.js";

/** What one client did in one direction with one QoS. */
export interface Rate {
  readonly direction: Direction;
  readonly qos: QoS;
  readonly subject: SubjectName;
  /** In its best round: other load on the machine can only make them fewer. */
  readonly messagesPerSecond: number;
  /** Of the client's process, a message: the median of the rounds. */
  readonly cpuMicroseconds: number;
  /** CPU time of the server, a message, the median too; undefined where the system does not tell. */
  readonly serverMicroseconds: number | undefined;
  /** How much of a core the server used, as the median; at 1 it is the limit, and not the client. */
  readonly serverLoad: number | undefined;
}

/** A run, with the CPU time of the server. */
interface Run extends Cost {
  readonly serverMicroseconds: number | undefined;
}

/** What the clients talk to. */
export interface Server {
  readonly port: number;
  /** CPU time it has used so far, in microseconds. */
  readonly cpuMicroseconds: number | undefined;
  /** Has messages sent to a client. */
  send(subject: SubjectName, qos: QoS, count: number): void;
}

/** Messages in a run. */
export type Counts = Readonly<Record<Direction, Readonly<Record<QoS, number>>>>;

export interface Plan {
  readonly subjects: readonly SubjectName[];
  readonly counts: Counts;
  readonly rounds: number;
  /** Rounds before those, in which the engine compiles what is used much; not counted. */
  readonly warmUpRounds: number;
  /** Words before the clients' command. */
  readonly prefix: readonly string[];
}

const QOS: readonly QoS[] = [0, 1, 2];

/** One client in a process of its own. */
class Runner {
  readonly subject: SubjectName;
  readonly #child: ChildProcess;
  readonly #server: Server;

  constructor(subject: SubjectName, server: Server, prefix: readonly string[]) {
    this.subject = subject;
    this.#server = server;
    this.#child = startChild("client-process.js", [subject], { prefix });
  }

  async connect(): Promise<void> {
    await this.#ask({ type: "connect", port: this.#server.port });
  }

  async run(direction: Direction, qos: QoS, count: number): Promise<Run> {
    let answer: Promise<ClientAnswer>;
    const order: ClientOrder = { type: direction, qos, count };
    if (direction === "receive") {
      await this.#ask(order);
      answer = nextMessage<ClientAnswer>(this.#child);
    } else {
      answer = this.#ask(order);
    }
    const before = this.#server.cpuMicroseconds;
    if (direction === "receive") this.#server.send(this.subject, qos, count);
    const done = await answer;
    if (done.type !== "done") throw new Error("unreachable: a client is not done");
    const after = this.#server.cpuMicroseconds;
    const serverMicroseconds = before === undefined || after === undefined ? undefined : after - before;
    return { ...done.cost, serverMicroseconds };
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.disconnect();
    await exited;
  }

  #ask(order: ClientOrder): Promise<ClientAnswer> {
    const answer = nextMessage<ClientAnswer>(this.#child);
    this.#child.send(order);
    return answer;
  }
}

/** Measures in each direction, with each QoS, one client after the other, round after round. */
export async function measureRates(server: Server, plan: Plan): Promise<readonly Rate[]> {
  const rates: Rate[] = [];
  for (const direction of ["publish", "receive"] as const) {
    const runners: Runner[] = [];
    for (const subject of plan.subjects) {
      const runner = new Runner(subject, server, plan.prefix);
      await runner.connect();
      for (const qos of QOS) {
        for (let round = 0; round < plan.warmUpRounds; round += 1) {
          await runner.run(direction, qos, plan.counts[direction][qos]);
        }
      }
      runners.push(runner);
    }
    for (const qos of QOS) rates.push(...(await measureInTurns(runners, direction, qos, plan)));
    for (const runner of runners) await runner.stop();
  }
  return rates;
}

async function measureInTurns(
  runners: readonly Runner[],
  direction: Direction,
  qos: QoS,
  { counts, rounds }: Plan,
): Promise<readonly Rate[]> {
  const runs = runners.map((): Run[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, runner] of runners.entries()) {
      runs[index]?.push(await runner.run(direction, qos, counts[direction][qos]));
      // Lets the last acknowledgements, and the end of the load, pass.
      await sleep(20);
    }
  }
  return runners.map(({ subject }, index) => {
    const all = runs[index] ?? [];
    const ofServer = (value: (microseconds: number, run: Run) => number): number | undefined => {
      const values = all.flatMap((run) =>
        run.serverMicroseconds === undefined ? [] : [value(run.serverMicroseconds, run)],
      );
      return values.length === 0 ? undefined : median(values);
    };
    return {
      direction,
      qos,
      subject,
      messagesPerSecond: Math.max(...all.map(({ count, milliseconds }) => (count / milliseconds) * 1_000)),
      cpuMicroseconds: median(all.map(({ count, cpuMicroseconds }) => cpuMicroseconds / count)),
      serverMicroseconds: ofServer((microseconds, { count }) => microseconds / count),
      serverLoad: ofServer((microseconds, { milliseconds }) => microseconds / (milliseconds * 1_000)),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
