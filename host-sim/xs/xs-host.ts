/** Runs a program in XS: gives it its turns one after another, and answers what it asks in between. */

import { moduleFile } from "./bundle.js";
import { startXs } from "./engine.js";
import type { HeapFigures } from "./heap-snapshot.js";
import type { Answer, WorldCommand } from "./message.js";
import { pack, unpack } from "./message.js";
import type { RelayPorts } from "./relay.js";
import { Relay } from "./relay.js";
import type { XsWorker } from "./worker.js";

/** A worker that has loaded a program, which waits for its world. */
export class LoadedProgram {
  readonly worker: XsWorker;
  /** With nothing but the loaded code and the relayed ports. */
  readonly heap: HeapFigures;
  /** Answers what the program asks. */
  answer: (question: Uint8Array) => Uint8Array = () => pack({});

  private constructor(worker: XsWorker, heap: HeapFigures) {
    this.worker = worker;
    this.heap = heap;
  }

  /**
   * @param file its main module, by its path; default: the simulated device
   * @throws Error that says what is missing when XS is not available
   */
  static async load(file: string = moduleFile("host-sim/xs/guest/device-main.js")): Promise<LoadedProgram> {
    let program: LoadedProgram | undefined;
    const worker = await startXs({
      files: [file],
      onQuery: (question) => program?.answer(question) ?? pack({}),
    });
    program = new LoadedProgram(worker, await worker.heap());
    return program;
  }
}

/** `C`: the commands that the program understands besides those of the world. */
export class XsHost<C extends object> {
  readonly #program: LoadedProgram;
  readonly #onFailed: (error: Error) => void;
  #tasks: (() => Promise<void>)[] = [];
  #busy = false;
  #isOver = false;
  #compute = 0;

  /** @param onFailed the worker broke down, or the program threw where nothing catches; it is over */
  constructor(program: LoadedProgram, ports: RelayPorts, onFailed: (error: Error) => void) {
    this.#program = program;
    this.#onFailed = onFailed;
    const relay = new Relay(ports, (command) => this.#postLater(command));
    program.answer = (question) => (this.#isOver ? pack({}) : relay.answer(question));
  }

  /** Units of XS's own meter that all turns so far have taken. */
  get compute(): number {
    return this.#compute;
  }

  /** Gives the program a turn; `onAnswer` is told what it answers. */
  post(command: C, onAnswer?: (value: unknown) => void): void {
    this.#push(async () => {
      if (this.#isOver) return;
      const value = await this.#send(command);
      onAnswer?.(value);
    });
  }

  /** Counts the live heap, in its turn. */
  weigh(onHeap: (heap: HeapFigures) => void): void {
    this.#push(async () => onHeap(await this.#program.worker.heap()));
  }

  /** From now on the world stands still: no event reaches the program any more, and what it asks has no effect. */
  cutOff(): void {
    this.#isOver = true;
    this.#tasks = [];
  }

  /** As `post`, but also when the world stands still. */
  inquire(command: C, onAnswer: (value: unknown) => void): void {
    this.#push(async () => onAnswer(await this.#send(command)));
  }

  /** Ends the worker. */
  end(): void {
    this.cutOff();
    this.#program.worker.kill();
  }

  /** What to say is decided when it is its turn. */
  #postLater(command: () => WorldCommand | undefined): void {
    this.#push(async () => {
      const made = this.#isOver ? undefined : command();
      if (made !== undefined) await this.#send(made);
    });
  }

  /** Tasks are done one after another, each when the worker is idle. */
  #push(task: () => Promise<void>): void {
    this.#tasks.push(task);
    if (this.#busy) return;
    this.#busy = true;
    this.#work().catch((error: Error) => {
      this.end();
      this.#onFailed(error);
    });
  }

  async #work(): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) await task();
    this.#busy = false;
  }

  async #send(command: C | WorldCommand): Promise<unknown> {
    const { bytes, compute } = await this.#program.worker.command(pack(command));
    this.#compute += compute;
    const { failure, value } = unpack<Answer>(bytes).message;
    if (failure !== undefined) throw new Error(`the firmware failed on XS: ${failure}`);
    return value;
  }
}
