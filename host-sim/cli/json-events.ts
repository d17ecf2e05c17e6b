/**
 * What `reed-sim run --json` prints: one JSON object a line on standard output, each with `time` (ms since the start)
 * and `type`. The types are those of the MQTT client (`ClientEvent` in src/mqtt/event.ts, with errors as text) and
 * those below. Fields are only ever added.
 */

import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Meter } from "../xs/running-device.js";
import type { Action } from "./do-list.js";

/** What the simulator itself has to say. */
export type SimulatorEvent =
  /** The first line. */
  | { readonly type: "started"; readonly app: string; readonly deviceId: string }
  /** A key, the `--do` list or a signal asked for it. */
  | { readonly type: "action"; readonly action: Action }
  /** The alarm switched its siren. */
  | { readonly type: "siren"; readonly sounding: boolean }
  /** With `--engine xs`, before the last line: what the run took of XS (`Meter` in host-sim/xs/running-device.ts). */
  | ({ readonly type: "meter" } & Meter)
  /** The last line: the exit status of the process, and messages that no server has. */
  | { readonly type: "stopped"; readonly status: number; readonly undelivered: number };

/** The line for `event`. */
export function jsonLine(time: number, event: ClientEvent | SimulatorEvent): string {
  const { type, ...rest } = event;
  const plain = Object.entries(rest).map(([key, value]) => [
    key,
    value instanceof Error ? value.message : value,
  ]);
  return `${JSON.stringify({ time: Math.round(time), type, ...Object.fromEntries(plain) })}\n`;
}
