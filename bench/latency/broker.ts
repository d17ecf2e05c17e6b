/** The broker behind the link: mosquitto where it is installed, or else aedes inside this process. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedBroker } from "../../host-sim/broker/embedded-broker.js";

export interface Broker {
  /** With its version, if it tells one. */
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Where servers are installed; often not in the PATH of a user. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin`;

/** Resolves when it accepts connections. */
export async function startBroker(): Promise<Broker> {
  const env = { ...process.env, PATH };
  // `-h` prints the version and the usage, whatever its exit status.
  const usage = spawnSync("mosquitto", ["-h"], { env, encoding: "utf8" });
  if (usage.error === undefined) {
    return await startMosquitto(env, /version \S+/.exec(usage.stdout)?.[0] ?? "");
  }
  const broker = await EmbeddedBroker.start();
  return { name: "aedes, as mosquitto is not installed", port: broker.port, stop: () => broker.stop() };
}

async function startMosquitto(env: NodeJS.ProcessEnv, version: string): Promise<Broker> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "reed-bench-"));
  const path = join(directory, "mosquitto.conf");
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    "log_dest stderr",
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  const child = spawn("mosquitto", ["-c", path], { env, stdio: ["ignore", "ignore", "pipe"] });
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
    ended.then(() => reject(new Error(`mosquitto has ended: ${log}`)), reject);
  });
  return {
    name: `mosquitto ${version}`.trim(),
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
