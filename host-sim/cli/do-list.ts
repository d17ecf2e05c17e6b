/** The `--do` list of `reed-sim run`: what happens to the device, and when, such as "1s open, 2s close, 4s exit". */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import { BAD_USAGE, CommandError } from "./exit.js";

/** What can happen to a simulated device. */
export const ACTIONS = Object.freeze(["open", "close", "toggle", "arm", "disarm", "exit", "crash"] as const);
export type Action = (typeof ACTIONS)[number];

/** One entry: at `time` after the start, `action` happens. */
export interface Step {
  readonly time: Milliseconds;
  readonly action: Action;
}

const ENTRY = /^(?:(\d+(?:\.\d+)?)(ms|s|m)\s+)?([a-z]+)$/;
const UNITS: Readonly<Record<string, Milliseconds>> = Object.freeze({ ms: 1, s: 1000, m: 60_000 });

/**
 * The steps of `text`, in the order of their times. An entry without a time happens with the one before it.
 * @throws CommandError for an entry that is none
 */
export function parseDoList(text: string): Step[] {
  const steps: Step[] = [];
  let time: Milliseconds = 0;
  for (const entry of text.split(",")) {
    const trimmed = entry.trim();
    if (trimmed === "") continue;
    const match = ENTRY.exec(trimmed);
    const action = ACTIONS.find((known) => known === match?.[3]);
    if (match === null || action === undefined) {
      throw new CommandError(
        `--do: "${trimmed}" is not a time and an action, such as "1.5s open"; actions are ${ACTIONS.join(", ")}`,
        BAD_USAGE,
      );
    }
    if (match[1] !== undefined) time = Number(match[1]) * (UNITS[match[2] ?? "s"] as number);
    steps.push({ time, action });
  }
  return steps.sort((a, b) => a.time - b.time);
}
