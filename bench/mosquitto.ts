/** Starts mosquitto for a section: on a free port, for this machine only, and gone with this process. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../host-sim/process/find-program.js";
import { freePort } from "../host-sim/process/free-port.js";

export interface Mosquitto {
  readonly port: number;
  readonly version: string;
  readonly pid: number | undefined;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface MosquittoOptions {
  /** More lines of its configuration. */
  readonly config?: readonly string[];
  /** Words before its command, which must not start it as a child of theirs. */
  readonly prefix?: readonly string[];
}

export function isMosquittoInstalled(): boolean {
  return findProgram("mosquitto") !== undefined;
}

/**
 * Resolves when it accepts connections.
 * @throws Error when it is not installed, or does not start
 */
export async function startMosquitto({
  config = [],
  prefix = [],
}: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = findProgram("mosquitto");
  if (program === undefined) {
    throw new Error("mosquitto is not installed (Debian: apt-get install mosquitto)");
  }
  // Where it exists, setpriv has the system end mosquitto even when this process is killed.
  const setpriv = findProgram("setpriv");
  const guard = setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL"];
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "reed-bench-"));
  const path = join(directory, "mosquitto.conf");
  writeFileSync(path, `${[...commonConfig(port), ...config].join("\n")}\n`);
  const [command = program, ...args] = [...guard, ...prefix, program, "-c", path];
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const killAtExit = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", killAtExit);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      process.off("exit", killAtExit);
      rmSync(directory, { recursive: true, force: true });
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { port, version: await versionAtStart(child, ended), pid: child.pid, stop };
}

function commonConfig(port: number): readonly string[] {
  return [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence false",
    "log_dest stderr",
    "log_type error",
    "log_type information",
    "connection_messages false",
    ...(process.getuid?.() === 0 ? ["user root"] : []),
  ];
}

/** What it says when it accepts connections; rejects with its log when it ends instead. */
function versionAtStart({ stderr }: ChildProcess, ended: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const version = /version (\S+) running/.exec(log)?.[1];
      if (version !== undefined) resolve(version);
    });
    ended.then(() => reject(new Error(`mosquitto has ended: ${log}`)), reject);
  });
}
