/** A mosquitto with room for ten thousand connections: on a free port, and gone with this process. */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where servers are installed; often not in the PATH of a user. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin`;
/** As many file descriptors as the system allows. */
const WITH_FILES = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';

export interface Broker {
  readonly port: number;
  stop(): Promise<void>;
}

/** How many files a process may open here, sockets among them. */
export function fileLimit(): number {
  const text = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}

/**
 * Resolves when it accepts connections.
 * @throws Error when it is not installed
 */
export async function startBroker(): Promise<Broker> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "reed-bench-"));
  const path = join(directory, "mosquitto.conf");
  const config = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "log_dest stderr",
    "log_type error",
    "log_type information",
    "connection_messages false",
    ...(process.getuid?.() === 0 ? ["user root"] : []),
  ];
  writeFileSync(path, `${config.join("\n")}\n`);
  const child = spawn("sh", ["-c", WITH_FILES, "mosquitto", "-c", path], {
    env: { ...process.env, PATH },
    stdio: ["ignore", "ignore", "pipe"],
  });
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
  await new Promise<void>((resolve, reject) => {
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (/ version \S+ running/.test(log)) resolve();
    });
    ended.then(() => reject(new Error(`mosquitto does not run: ${log}`)), reject);
  });
  return {
    port,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
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
