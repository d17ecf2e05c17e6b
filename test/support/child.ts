/** A program run by a test: its output kept, and the program gone when the test is over, whatever happens. */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../host-sim/process/find-program.js";

/** The path of an installed program; throws when there is none of that name. */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new Error(`${name} is not installed (Debian: apt-get install mosquitto mosquitto-clients)`);
  }
  return path;
}

export class Child {
  /** Standard output and standard error together. */
  output = "";
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<void>;
  readonly #killAtExit = () => this.#process.kill("SIGKILL");

  constructor(name: string, args: readonly string[]) {
    const path = requireProgram(name);
    // Where it exists, setpriv has the system end the program even when this process is killed.
    const setpriv = findProgram("setpriv");
    this.#process =
      setpriv === undefined ? spawn(path, args) : spawn(setpriv, ["--pdeathsig", "KILL", path, ...args]);
    process.once("exit", this.#killAtExit);
    this.#exited = new Promise((resolve) => {
      this.#process.once("close", () => {
        process.off("exit", this.#killAtExit);
        resolve();
      });
      this.#process.once("error", (error) => {
        this.output += `${name}: ${error.message}\n`;
        if (this.#process.pid === undefined) {
          resolve();
        }
      });
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.output += text;
      });
    }
    // A program that ends before it has read everything is reported by its exit code.
    this.#process.stdin.on("error", () => {});
  }

  /** -1 when it could not be started. */
  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.pid > 0;
  }

  /** `undefined` while it runs, and when a signal ended it. */
  get exitCode(): number | undefined {
    return this.#process.exitCode ?? undefined;
  }

  /** Gives it all of its standard input. */
  end(input: Uint8Array | string = ""): void {
    this.#process.stdin.end(input);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves when it has ended and all its output is there. */
  async exited(): Promise<void> {
    await this.#exited;
  }

  /** Ends it by `signal`, and by force when that takes more than 5 s. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const force = setTimeout(() => this.signal("SIGKILL"), 5_000);
    this.signal(signal);
    await this.#exited;
    clearTimeout(force);
  }

  /** Resolves when `isDone()`; rejects with the output when the program ends first, or after `limit` ms. */
  async until(isDone: () => boolean, limit = 10_000): Promise<void> {
    const deadline = performance.now() + limit;
    while (!isDone()) {
      if (!this.isRunning) {
        await this.#exited;
        if (isDone()) {
          return;
        }
        throw new Error(`the program has ended\n${this.output}`);
      }
      if (performance.now() > deadline) {
        throw new Error(`not done within ${limit} ms\n${this.output}`);
      }
      await sleep(2);
    }
  }
}
