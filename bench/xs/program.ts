/** A program under measurement in a worker of its own, as the host sees it. */

import type { Plugin } from "esbuild";
import { bundle, moduleFile } from "../../host-sim/xs/bundle.js";
import type { HeapFigures } from "../../host-sim/xs/heap-snapshot.js";
import type { Answer } from "../../host-sim/xs/message.js";
import { pack, unpack } from "../../host-sim/xs/message.js";
import type { XsReply } from "../../host-sim/xs/worker.js";
import { XsWorker } from "../../host-sim/xs/worker.js";
import { REPOSITORY } from "./repository.js";
import type { BenchCommand, Done, StubCosts, Work, Worker } from "./work.js";
import { probeCommand, runCommand } from "./work.js";

/** What `prelude.ts` leaves to a program, for those that are to have the engine's own globals too. */
const BARE = `Object.defineProperty(globalThis, "xs", { value: {
  issueCommand, resetMeter, collectGarbage: gc, freezeModule() {} } });`;

export interface ProgramSource {
  /** From the root, as "bench/xs/guest/reed-main.js". */
  readonly files: readonly string[];
  readonly plugins?: readonly Plugin[];
  /** With all globals the engine has, and nothing frozen: for code that is not made for a device. */
  readonly isBare?: boolean;
  /** With marks of lines for a debugger. */
  readonly hasLines?: boolean;
}

export const REED: ProgramSource = Object.freeze({ files: Object.freeze(["bench/xs/guest/reed-main.js"]) });
/** The same with marks of lines for a debugger, each of which the meter counts; a device has none. */
export const REED_WITH_LINES: ProgramSource = Object.freeze({ ...REED, hasLines: true });

/** A program that was bundled, to be started as often as one likes. */
export class BenchBundle {
  readonly #scripts: readonly string[];

  private constructor(scripts: readonly string[]) {
    this.#scripts = scripts;
  }

  /** @throws Error that says which module cannot be had */
  static async make({ files, hasLines, isBare, plugins }: ProgramSource): Promise<BenchBundle> {
    const before = isBare ? BARE : await bundle([moduleFile("host-sim/xs/guest/prelude.js")]);
    // Always of the sources: built code has other lines.
    const paths = files.map((file) => moduleFile(file, REPOSITORY));
    return new BenchBundle([before, await bundle(paths, plugins, REPOSITORY, !hasLines)]);
  }

  /** @throws Error when the engine is missing, or with what loading has thrown */
  async start(): Promise<BenchProgram> {
    const xs = new XsWorker();
    try {
      for (const script of this.#scripts) await xs.evaluate(script);
      return new BenchProgram(xs);
    } catch (error) {
      xs.kill();
      throw error;
    }
  }
}

export class BenchProgram {
  readonly #xs: XsWorker;

  constructor(xs: XsWorker) {
    this.#xs = xs;
  }

  async setUp(work: Work, worker: Worker = "client"): Promise<void> {
    await this.tell({ type: "set-up", work, worker });
  }

  /** Does `operations` of the work. */
  run(operations: number): Promise<XsReply> {
    return this.#xs.command(runCommand(operations));
  }

  /** Takes `count` chunks of `PROBE_LENGTH`, and lets them go. */
  probe(count: number): Promise<XsReply> {
    return this.#xs.command(probeCommand(count));
  }

  async collect(): Promise<void> {
    await this.tell({ type: "collect" });
  }

  async done(): Promise<Done> {
    return (await this.tell({ type: "done" })) as Done;
  }

  async stubCosts(): Promise<StubCosts> {
    return (await this.tell({ type: "stub-costs" })) as StubCosts;
  }

  /** What lives, after a collection. */
  heap(): Promise<HeapFigures> {
    return this.#xs.heap();
  }

  snapshot(): Promise<Uint8Array> {
    return this.#xs.snapshot();
  }

  /** @throws Error with what the program has thrown */
  async tell(command: BenchCommand): Promise<unknown> {
    const { bytes } = await this.#xs.command(pack(command));
    const { failure, value } = unpack<Answer>(bytes).message;
    if (failure !== undefined) throw new Error(failure);
    return value;
  }

  end(): void {
    this.#xs.kill();
  }
}
