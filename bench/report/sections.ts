/** The sections there are, in the order in which they run and stand in docs/performance.md: a line each. */

import { latencySection } from "../latency/section.js";
import { memorySection } from "../memory/section.js";
import { nodeSection } from "../node/section.js";
import { scaleSection } from "../scale/section.js";
import type { Section } from "../section.js";
import { wireSection } from "../wire/section.js";
import { recordBaseline } from "../xs/baseline.js";
import { xsSection } from "../xs/section.js";

export const SECTIONS: readonly Section<unknown>[] = [
  xsSection,
  memorySection,
  nodeSection,
  wireSection,
  latencySection,
  scaleSection,
] as readonly Section<unknown>[];

/** What `--record` does with the result of a section, by its name. */
export const RECORDERS: Readonly<Record<string, Recorder>> = {
  xs: { record: recordBaseline as Recorder["record"] },
};

export interface Recorder {
  record(result: unknown): void;
}
