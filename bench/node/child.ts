/** Starts the processes that are measured, where they are to run, and talks to them. */

import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Words before a command that put it on one core with all others that have them, where none interrupts another
 * (SCHED_BATCH); undefined where the system has no such means.
 */
export function oneCorePrefix(): readonly string[] | undefined {
  try {
    const allowed = /Cpus_allowed_list:\s*([\d,-]+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    const core = allowed?.match(/\d+$/)?.[0];
    if (core === undefined) return undefined;
    const prefix = ["taskset", "-c", core, "chrt", "-b", "0"];
    return spawnSync("taskset", [...prefix.slice(1), "true"]).status === 0 ? prefix : undefined;
  } catch {
    return undefined;
  }
}

/**
 * CPU time that the first thread of a process has used so far, in microseconds: all there is of mosquitto, and most of a
 * small program on Node. Undefined where the system does not tell.
 */
export function cpuMicrosecondsOf(pid: number | undefined): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000;
  } catch {
    return undefined;
  }
}

export interface ChildOptions {
  /** Words before its command. */
  readonly prefix?: readonly string[];
  readonly nodeOptions?: readonly string[];
}

/** Runs a file, beside this one or anywhere, as a process that talks by messages, and ends when its parent hangs up. */
export function startChild(
  file: string | URL,
  args: readonly string[],
  { prefix = [], nodeOptions = [] }: ChildOptions = {},
): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, ...nodeOptions, path, ...args];
  return spawn(command, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** The next message of a child; rejects when it ends first. */
export function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () =>
      reject(new Error(`a process of the benchmark has ended: ${child.spawnargs.join(" ")}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as Message);
    });
  });
}

/** Runs a file as a process that has one message to send. */
export async function resultOf<Result>(
  file: string | URL,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Result> {
  const child = startChild(file, args, options);
  const result = await nextMessage<Result>(child);
  // It does not end by itself: its end could overtake its message.
  await endChild(child);
  return result;
}

/** Hangs up, and resolves when the process has ended: what it is connected to may then go too. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.disconnect();
  await exited;
}
