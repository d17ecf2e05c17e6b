/** The clock port on Node: monotonic, unmoved by corrections of the time of day. */

import type { Clock, Milliseconds } from "../../src/mqtt/ports.js";

export class NodeClock implements Clock {
  /**
   * Whole ms since the process started: V8 keeps such a number where it stands, and makes an object of 16 bytes of one
   * with a fraction. A client remembers half a dozen times.
   */
  now(): Milliseconds {
    return Math.floor(performance.now());
  }
}
