/** The clock port on Node: monotonic, unmoved by corrections of the time of day. */

import type { Clock, Milliseconds } from "../../src/mqtt/ports.js";

export class NodeClock implements Clock {
  /** Fractional ms since the process started. */
  now(): Milliseconds {
    return performance.now();
  }
}
