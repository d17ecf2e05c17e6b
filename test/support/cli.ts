/** The command line `reed-sim` as a child process: what it prints on each stream, and how it ends. */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { overheard } from "./no-secrets.js";

const MAIN = resolve(import.meta.dirname, "../../dist/host-sim/main.js");

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of `reed-sim`; it is killed when the test is over, whatever happens. Built code: `npm test` builds it. */
export class Cli {
  stdout = "";
  stderr = "";
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], input?: string) {
    this.#process = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: "1" } });
    this.#closed = once(this.#process, "close");
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#process.stdin.end(input ?? "");
    onTestFinished(() => {
      this.#process.kill("SIGKILL");
    });
    // Whole, so that a secret that came in two pieces is heard too.
    this.#process.once("close", () => overheard(`${this.stdout}\n${this.stderr}`));
  }

  /** The lines of `--json` so far. */
  get events(): Record<string, unknown>[] {
    return this.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves once standard output contains `text`; rejects when the program ends without it. */
  async prints(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      const ended = await Promise.race([
        once(this.#process.stdout, "data").then(() => false),
        this.#closed.then(() => true),
      ]);
      if (ended && !this.stdout.includes(text)) {
        throw new Error(`ended without "${text}":\n${this.stdout}${this.stderr}`);
      }
    }
  }

  /** How it ended, once it has. */
  async result(): Promise<Result> {
    await this.#closed;
    return { status: this.#process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs `reed-sim` to its end. */
export async function reedSim(args: readonly string[], input?: string): Promise<Result> {
  return await new Cli(args, input).result();
}
