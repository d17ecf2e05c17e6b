/**
 * Notices two devices with one client identifier. A server ends the older connection when a newer one has the same
 * identifier [MQTT-3.1.4-2]; each device then reconnects and throws the other out, for ever, and neither sees more
 * than a connection that ends for no reason. Several short ones in a row are that pattern.
 */

import type { ClosedEvent } from "./connection-event.js";
import type { Milliseconds } from "./ports.js";

/** This many in a row are no accident. */
const SUSPICIOUS = 3;

export class TakeoverWatch {
  private inARow = 0;

  /**
   * A connection ended.
   * @param lasted from CONNACK to its end
   * @param short what counts as a short connection: twice the longest wait, since the other device waits that long
   * @returns whether it is time to say so; once in every series of `SUSPICIOUS`
   */
  ended(event: ClosedEvent, lasted: Milliseconds, short: Milliseconds): boolean {
    const { stage, reason } = event;
    if (stage !== "connected") return false;
    if (lasted > short || reason === "requested") {
      this.inARow = 0;
      return false;
    }
    // A device that is thrown out while it sends sees a broken link: no sign of anything, and no sign against it.
    if (reason !== "closed-by-server") return false;
    this.inARow += 1;
    return this.inARow % SUSPICIOUS === 0;
  }
}
