/** The section `scale`: what a simulated device costs as there are more of them in one process. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startMosquitto } from "../mosquitto.js";
import type { Section } from "../section.js";
import type { Measured, MeasuredOnSockets } from "./measured.js";
import { fileLimit, WITH_MOST_FILES } from "./open-files.js";
import { scaleCharts, scaleMarkdown, scaleText } from "./presentation.js";

export interface ScaleResult {
  /** Against mosquitto, in real time. */
  readonly sockets: readonly MeasuredOnSockets[];
  readonly virtual: readonly Measured[];
  /** The fewest of them, with the processor's caches emptied whenever each door has moved. */
  readonly cold: Measured;
  /** What could not be measured, and why. */
  readonly leftOut: readonly string[];
}

const ON_SOCKETS = [1, 10, 100, 1_000, 10_000];
const FEW = 100;
const IN_VIRTUAL_TIME = [FEW, 1_000, 10_000, 100_000];
/** Files a process has open besides the sockets, at most. */
const OTHER_FILES = 100;
/** Of a fleet, in ms. */
const TIMEOUT = 180_000;

const CHILD = fileURLToPath(new URL("child.js", import.meta.url));
/** The heap of a hundred thousand devices, in MB, with room for garbage. */
const HEAP = 4_096;

export const scaleSection: Section<ScaleResult> = {
  name: "scale",
  title: "Many devices in one process, on sockets and in virtual time",

  async run(log) {
    const sockets: MeasuredOnSockets[] = [];
    const virtual: Measured[] = [];
    const leftOut: string[] = [];
    const limit = fileLimit() - OTHER_FILES;
    for (const devices of ON_SOCKETS) {
      log(`${devices} devices on sockets`);
      if (devices > limit) {
        leftOut.push(
          `${devices} devices on sockets: the system allows only ${limit + OTHER_FILES} open files`,
        );
        continue;
      }
      // A new one each time, which remembers nothing of other fleets.
      const broker = await startMosquitto({ prefix: WITH_MOST_FILES });
      try {
        sockets.push(await inChild<MeasuredOnSockets>("sockets", devices, `127.0.0.1:${broker.port}`));
      } finally {
        await broker.stop();
      }
    }
    for (const devices of IN_VIRTUAL_TIME) {
      log(`${devices} devices in virtual time`);
      virtual.push(await inChild<Measured>("virtual", devices));
    }
    log(`${FEW} devices in virtual time, caches emptied`);
    const cold = await inChild<Measured>("cold", FEW);
    return { sockets, virtual, cold, leftOut };
  },

  text: scaleText,
  markdown: scaleMarkdown,
  charts: scaleCharts,
};

/** @throws Error with what the child says when it fails */
async function inChild<Result>(
  kind: "sockets" | "virtual" | "cold",
  devices: number,
  ...details: string[]
): Promise<Result> {
  const flags = ["--expose-gc", `--max-old-space-size=${HEAP}`];
  const args = [...flags, CHILD, kind, `${devices}`, ...details];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT });
    return JSON.parse(stdout) as Result;
  } catch (error) {
    const { killed, stderr } = error as { readonly killed?: boolean; readonly stderr?: string };
    const reason = killed === true ? `not done within ${TIMEOUT / 1_000} s` : (stderr ?? error);
    throw new Error(`${devices} devices, ${kind}: ${reason}`);
  }
}
