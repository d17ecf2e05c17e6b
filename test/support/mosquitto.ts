/** A real mosquitto for a test: on a free port, in a directory of its own, and gone with the test. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFailed, onTestFinished } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { Child, requireProgram } from "./child.js";

export interface MosquittoOptions {
  /** More lines of `mosquitto.conf`, after the listener; `$DIR` stands for the broker's directory. */
  readonly config?: readonly string[];
  /** Keep sessions and retained messages over `stop` and `restart`; over `kill` only what `save` has saved. */
  readonly persistence?: boolean;
  /** Passwords by user name; without them anybody may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** Contents of further files in the broker's directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
}

/**
 * Starts mosquitto and resolves when it accepts connections. Within a test it ends with the test, and its log is shown
 * when the test fails; elsewhere (in `beforeAll`) call `dispose`.
 */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  for (let attempt = 1; ; attempt += 1) {
    const broker = new Mosquitto(options.port ?? (await freePort()), options);
    try {
      await broker.start();
      endWithTest(broker);
      return broker;
    } catch (error) {
      await broker.dispose();
      // Somebody else may have taken the free port meanwhile.
      if (options.port !== undefined || attempt === 5 || !broker.log.includes("Address already in use")) {
        throw error;
      }
    }
  }
}

export class Mosquitto {
  readonly host = "127.0.0.1";
  readonly port: number;
  /** Holds its configuration and, with persistence, its database. */
  readonly directory: string;
  #child: Child | undefined;
  #earlierLog = "";
  readonly #removeAtExit = () => rmSync(this.directory, { recursive: true, force: true });

  /** Writes the configuration; `start` is still to be called. */
  constructor(port: number, options: MosquittoOptions = {}) {
    this.port = port;
    this.directory = mkdtempSync(join(tmpdir(), "mosquitto-test-"));
    process.once("exit", this.#removeAtExit);
    for (const [name, content] of Object.entries(options.files ?? {})) {
      writeFileSync(join(this.directory, name), content);
    }
    const lines = configLines(port, options).map((line) => line.replaceAll("$DIR", this.directory));
    writeFileSync(join(this.directory, "mosquitto.conf"), `${lines.join("\n")}\n`);
    if (options.users !== undefined) {
      const path = join(this.directory, "passwords");
      const users = Object.entries(options.users).map(([user, password]) => `${user}:${password}\n`);
      writeFileSync(path, users.join(""));
      execFileSync(requireProgram("mosquitto_passwd"), ["-U", path]);
    }
  }

  /** Of the process that runs now. Throws when none does. */
  get pid(): number {
    // Never -1, which `process.kill` takes for every process there is.
    if (this.#child?.isRunning !== true) throw new Error(`mosquitto does not run\n${this.log}`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child?.isRunning === true;
  }

  /** Everything it has logged, restarts included. */
  get log(): string {
    return this.#earlierLog + (this.#child?.output ?? "");
  }

  /** Resolves when it accepts connections. */
  async start(): Promise<void> {
    if (this.isRunning) {
      return;
    }
    this.#earlierLog = this.log;
    const child = new Child("mosquitto", ["-c", join(this.directory, "mosquitto.conf")]);
    this.#child = child;
    await child.until(() => / version \S+ running/.test(child.output));
  }

  /** Ends it in an orderly way; with persistence it saves everything first. */
  async stop(): Promise<void> {
    await this.#child?.stop("SIGTERM");
  }

  /** Ends it as a crash does; connections break and nothing is saved. */
  async kill(): Promise<void> {
    await this.#child?.stop("SIGKILL");
  }

  /** Starts it again, on the same port and with the same files; stops it first when it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Has it save everything now, and resolves when that is on the disk; with persistence only. */
  async save(): Promise<void> {
    const child = this.#child;
    const before = this.#databaseIdentity();
    child?.signal("SIGUSR1");
    // It writes a new file and renames it when that is complete.
    await child?.until(() => this.#databaseIdentity() !== before);
  }

  /** Ends it and removes its directory. */
  async dispose(): Promise<void> {
    await this.kill();
    process.off("exit", this.#removeAtExit);
    this.#removeAtExit();
  }

  /** Changes with each file that takes the place of the last, also when two inode numbers alternate. */
  #databaseIdentity(): string | undefined {
    const file = statSync(join(this.directory, "mosquitto.db"), { throwIfNoEntry: false, bigint: true });
    return file && `${file.ino} ${file.ctimeNs}`;
  }
}

function configLines(port: number, options: MosquittoOptions): string[] {
  const given = options.config ?? [];
  const lines = ["log_dest stderr", "log_type all"];
  if (process.getuid?.() === 0) {
    lines.push("user root"); // Else it becomes another user, to whom its directory does not belong.
  }
  if (options.persistence === true) {
    lines.push("persistence true", "persistence_location $DIR/");
  }
  lines.push(`listener ${port} 127.0.0.1`);
  if (options.users !== undefined) {
    lines.push("allow_anonymous false", "password_file $DIR/passwords");
  } else if (!given.some((line) => line.startsWith("allow_anonymous"))) {
    lines.push("allow_anonymous true");
  }
  return [...lines, ...given];
}

function endWithTest(broker: Mosquitto): void {
  try {
    onTestFailed(() => {
      process.stderr.write(`log of mosquitto on port ${broker.port}:\n${broker.log}\n`);
    });
    onTestFinished(() => broker.dispose());
  } catch {
    // Not inside a test.
  }
}
