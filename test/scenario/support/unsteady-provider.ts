/** A device's network as Wi-Fi and DNS make it: it can be away, and names can come to stand for other addresses. */

import type { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../../src/mqtt/ports.js";

export class UnsteadyProvider implements TransportProvider {
  /** False: there is no Wi-Fi, and every attempt fails at once. */
  isUp = true;
  /** Host names and what they stand for; a name that is not here stands for itself. */
  readonly addresses = new Map<string, string>();
  /** Attempts that found no Wi-Fi. */
  refusals = 0;
  readonly #below: TransportProvider;
  readonly #clock: VirtualClock;

  constructor(below: TransportProvider, clock: VirtualClock) {
    this.#below = below;
    this.#clock = clock;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    if (this.isUp) {
      const host = this.addresses.get(endpoint.host) ?? endpoint.host;
      return this.#below.open({ ...endpoint, host }, handler);
    }
    this.refusals += 1;
    let isClosed = false;
    this.#clock.defer(() => {
      if (!isClosed) handler.onError(new Error("no Wi-Fi"));
    });
    return {
      read: () => {},
      write: () => 0,
      close: () => {
        isClosed = true;
      },
    };
  }
}
