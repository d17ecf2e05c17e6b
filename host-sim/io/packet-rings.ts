/** Rings that all clients of the process lend one another: one with nothing to send holds no memory for packets. */

import type { RingHolder, RingLender } from "../../src/mqtt/packet-ring.js";
import { PacketRing } from "../../src/mqtt/packet-ring.js";

/** So many are kept for the next client; more are needed only while many have something to send. */
const KEPT = 64;

export class PacketRings implements RingLender {
  readonly #free: PacketRing[] = [];

  lend(holder: RingHolder): PacketRing {
    const ring = this.#free.pop();
    if (ring === undefined) return new PacketRing(holder, this);
    ring.holder = holder;
    return ring;
  }

  takeBack(ring: PacketRing): void {
    if (this.#free.length < KEPT) this.#free.push(ring);
  }
}
