/** A real `openssl s_server` for a test: on a free port, and gone with the test. */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFailed, onTestFinished } from "vitest";
import { requireProgram } from "./child.js";

/**
 * Starts it with `args` after those for the port, and resolves when it accepts connections. Within a test it ends with
 * the test, and what it said is shown when the test fails; elsewhere call `stop`.
 */
export async function startOpensslServer(...args: readonly string[]): Promise<OpensslServer> {
  const server = new OpensslServer(args);
  try {
    onTestFailed(() => {
      process.stderr.write(`openssl s_server ${args.join(" ")}\n${server.output}\n`);
    });
    onTestFinished(() => server.stop());
  } catch {
    // Not inside a test.
  }
  await server.says(/^ACCEPT .*:\d+$/m);
  return server;
}

export class OpensslServer {
  /** Standard output and standard error together. */
  output = "";
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  readonly #killAtExit = () => this.#process.kill("SIGKILL");

  constructor(args: readonly string[]) {
    this.#process = spawn(requireProgram("openssl"), ["s_server", "-accept", "127.0.0.1:0", ...args]);
    process.once("exit", this.#killAtExit);
    this.#ended = new Promise((resolve) => {
      this.#process.once("close", () => {
        process.off("exit", this.#killAtExit);
        resolve();
      });
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.output += text;
      });
    }
    this.#process.stdin.on("error", () => {});
  }

  get port(): number {
    return Number(/^ACCEPT .*:(\d+)$/m.exec(this.output)?.[1]);
  }

  /** Sends text to the client; a line of one letter such as "R" is a command instead. */
  type(text: string): void {
    this.#process.stdin.write(text);
  }

  /** Resolves when its output matches; rejects when it ends first, or after 10 s. */
  async says(pattern: RegExp): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!pattern.test(this.output)) {
      if (this.#process.exitCode !== null) {
        await this.#ended;
        if (pattern.test(this.output)) return;
        throw new Error(`s_server has ended\n${this.output}`);
      }
      if (performance.now() > deadline) throw new Error(`s_server does not say ${pattern}\n${this.output}`);
      await sleep(5);
    }
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
