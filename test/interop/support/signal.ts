/** Signals to a broker of a test. */

import type { Mosquitto } from "../../support/mosquitto.js";

/** Sends the signal and returns at once. Throws when the broker does not run. */
export function signal(broker: Mosquitto, name: NodeJS.Signals): void {
  process.kill(broker.pid, name);
}
