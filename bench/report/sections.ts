/** The sections there are, in the order in which they run and stand in docs/performance.md: a line each. */

import { scaleSection } from "../scale/section.js";
import type { Section } from "../section.js";

export const SECTIONS: readonly Section<unknown>[] = [scaleSection];

/** What `--record` does with the result of a section, by its name. */
export const RECORDERS: Readonly<Record<string, Recorder>> = {};

export interface Recorder {
  record(result: unknown): void;
}
