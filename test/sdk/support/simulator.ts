/** The firmware in Moddable's Linux simulator, without a screen: its log, and its pins as files. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findProgram } from "../../../host-sim/process/find-program.js";
import { Child } from "../../support/child.js";
import { DebugLog } from "./debug-log.js";
import { MODDABLE } from "./sdk.js";

export class Simulator {
  readonly #log: DebugLog;
  readonly #child: Child;
  readonly #folder: string;

  constructor(log: DebugLog, child: Child, folder: string) {
    this.#log = log;
    this.#child = child;
    this.#folder = folder;
  }

  /** The log without its times. */
  get log(): readonly string[] {
    return this.#log.lines.map((line) => line.replace(/^[0-9.]+ /, ""));
  }

  /** Writes a file that stands for hardware, such as `pin-4`. */
  set(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), `${text}\n`);
  }

  /** As a power cut. */
  async kill(): Promise<void> {
    await this.#child.stop("SIGKILL");
  }
}

/** @param folder where the files are that stand for hardware */
export async function startSimulator(app: string, folder: string): Promise<Simulator> {
  const log = new DebugLog();
  const port = await log.listen();
  const display = await startDisplay();
  const sdk = MODDABLE ?? "";
  const child = new Child("env", [
    `DISPLAY=:${display}`,
    "XSBUG_HOST=127.0.0.1",
    `XSBUG_PORT=${port}`,
    join(sdk, "build/bin/lin/release/mcsim"),
    join(sdk, "build/simulators"),
    app,
  ]);
  onTestFinished(() => child.stop("SIGKILL"));
  return new Simulator(log, child, folder);
}

/** The number of a display on which nobody looks. */
async function startDisplay(): Promise<number> {
  if (findProgram("Xvfb") === undefined) {
    throw new Error("the simulator needs Xvfb (Debian: apt-get install xvfb)");
  }
  // It chooses a free number, and writes it when it is ready.
  const child = new Child("Xvfb", ["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
  onTestFinished(() => child.stop());
  await child.until(() => /^\d+\n/m.test(child.output));
  return Number(/^(\d+)\n/m.exec(child.output)?.[1]);
}
