/** A mosquitto for the benchmarks: on a free port, gone with this process, and with its CPU time to be read. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { cpuMicrosecondsOf } from "./child.js";

/** Where servers are installed; often not in the PATH of a user. */
const MORE_DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];

export class Broker {
  readonly port: number;
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #dispose: () => void;

  constructor(child: ChildProcess, port: number, version: string, dispose: () => void) {
    this.#child = child;
    this.port = port;
    this.version = version;
    this.#dispose = dispose;
  }

  /** CPU time it has used so far, in microseconds; undefined where the system does not tell. */
  get cpuMicroseconds(): number | undefined {
    return cpuMicrosecondsOf(this.#child.pid);
  }

  stop(): void {
    this.#dispose();
  }
}

/**
 * Starts mosquitto and resolves when it accepts connections.
 * @param inFlight how many messages it has under way to each client at once
 * @param prefix words before its command, which must not start it as a child of theirs
 * @throws Error when it is not installed
 */
export async function startBroker(inFlight: number, prefix: readonly string[] = []): Promise<Broker> {
  const program = findProgram("mosquitto");
  if (program === undefined)
    throw new Error("mosquitto is not installed (Debian: apt-get install mosquitto)");
  // Where it exists, setpriv has the system end mosquitto even when this process is killed.
  const setpriv = findProgram("setpriv");
  const guard = setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL"];
  const [command = program, ...args] = [...guard, ...prefix, program];
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "reed-bench-"));
  const config = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence false",
    "log_dest stderr",
    "log_type error",
    "log_type information",
    "connection_messages false",
    `max_inflight_messages ${inFlight}`,
    // 0: without a limit, for either client.
    "max_queued_messages 0",
    "max_queued_bytes 0",
    "sys_interval 0",
    "set_tcp_nodelay true",
    ...(process.getuid?.() === 0 ? ["user root"] : []),
  ];
  const path = join(directory, "mosquitto.conf");
  writeFileSync(path, `${config.join("\n")}\n`);
  const child = spawn(command, [...args, "-c", path], { stdio: ["ignore", "ignore", "pipe"] });
  const dispose = () => {
    process.off("exit", dispose);
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", dispose);
  const version = await new Promise<string>((resolve, reject) => {
    let log = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const found = /version (\S+) running/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`mosquitto has ended: ${log}`)));
  });
  return new Broker(child, port, version, dispose);
}

function findProgram(name: string): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), ...MORE_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
