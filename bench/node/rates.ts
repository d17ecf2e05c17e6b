/** Lets clients publish and receive in turns, round after round. */

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { QoS } from "../../src/mqtt/packet.js";
import { endChild, nextMessage, startChild } from "./child.js";
import type { ClientAnswer, ClientOrder, Cost, Direction } from "./client-process.js";
import type { SubjectName } from "./subject.js";

/** What one client did in one direction with one QoS. */
export interface Rate {
  readonly direction: Direction;
  readonly qos: QoS;
  readonly subject: SubjectName;
  readonly messagesPerSecond: number;
  /** Of the client's process, a message. */
  readonly cpuMicroseconds: number;
  /** CPU time of the server, a message; undefined where the system does not tell. */
  readonly serverMicroseconds: number | undefined;
  /** How much of a core the server used; at 1 it is the limit, and not the client. */
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
  /**
   * Which of the rounds counts: the best, where other load on the machine is all that makes one worse; or the middle
   * one, where it is also a matter of luck whom the system runs when.
   */
  readonly counted: "best" | "middle";
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

  stop(): Promise<void> {
    return endChild(this.#child);
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
    const runners = plan.subjects.map((subject) => new Runner(subject, server, plan.prefix));
    try {
      for (const runner of runners) await warmUp(runner, direction, plan);
      for (const qos of QOS) rates.push(...(await measureInTurns(runners, direction, qos, plan)));
    } finally {
      for (const runner of runners) await runner.stop();
    }
  }
  return rates;
}

async function warmUp(runner: Runner, direction: Direction, { counts, warmUpRounds }: Plan): Promise<void> {
  await runner.connect();
  for (const qos of QOS) {
    for (let round = 0; round < warmUpRounds; round += 1) {
      await runner.run(direction, qos, counts[direction][qos]);
    }
  }
}

async function measureInTurns(
  runners: readonly Runner[],
  direction: Direction,
  qos: QoS,
  { counts, rounds, counted }: Plan,
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
    const ofServer = (value: (microseconds: number, run: Run) => number): number[] =>
      all.flatMap((run) =>
        run.serverMicroseconds === undefined ? [] : [value(run.serverMicroseconds, run)],
      );
    const most = counted === "best" ? highest : median;
    const least = counted === "best" ? lowest : median;
    return {
      direction,
      qos,
      subject,
      messagesPerSecond: most(all.map(({ count, milliseconds }) => (count / milliseconds) * 1_000)) ?? 0,
      cpuMicroseconds: least(all.map(({ count, cpuMicroseconds }) => cpuMicroseconds / count)) ?? 0,
      serverMicroseconds: least(ofServer((microseconds, { count }) => microseconds / count)),
      serverLoad: most(ofServer((microseconds, { milliseconds }) => microseconds / (milliseconds * 1_000))),
    };
  });
}

function highest(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => b - a)[0];
}

function lowest(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[0];
}

/** Of an odd number of values. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
