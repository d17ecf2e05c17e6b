/** Hands out packet identifiers: from 1 upwards, never 0, never one that is in use (section 2.3.1). */

import { LimitError } from "./errors.js";
import { IdentifierSet } from "./identifier-set.js";
import type { PacketIdentifier } from "./packet.js";

/** How many identifiers there are. */
export const MAXIMUM_PACKET_IDENTIFIER = 65_535;

/** The set of those in use. */
export class PacketIdentifiers extends IdentifierSet {
  private latest = 0;

  /** How many are in use. */
  get inUse(): number {
    return this.size;
  }

  get exhausted(): boolean {
    return this.size === MAXIMUM_PACKET_IDENTIFIER;
  }

  /** The next one that is free [MQTT-2.3.1-2]; only when not `exhausted`. */
  get next(): PacketIdentifier {
    let next = this.latest;
    do {
      next = next === MAXIMUM_PACKET_IDENTIFIER ? 1 : next + 1;
    } while (this.has(next));
    return next;
  }

  /** Takes what `next` has said. */
  takeNext(next: PacketIdentifier): void {
    this.add(next);
    this.latest = next;
  }

  /**
   * Takes the next one that is free.
   * @throws LimitError `identifiers-exhausted` when all 65,535 are in use
   */
  take(): PacketIdentifier {
    if (this.exhausted) {
      throw new LimitError("identifiers-exhausted", "all 65,535 packet identifiers are in use");
    }
    const next = this.next;
    this.takeNext(next);
    return next;
  }

  /** Takes a certain one, which is still known of from before. */
  claim(packetIdentifier: PacketIdentifier): void {
    this.add(packetIdentifier);
  }

  /** The next one is to come after this one, which was given out last before a restart; 0: none was. */
  continueAfter(packetIdentifier: PacketIdentifier | 0): void {
    this.latest = packetIdentifier;
  }

  /** The one that was given out last; 0 before the first. */
  get last(): PacketIdentifier | 0 {
    return this.latest;
  }

  /** The exchange it stood for is over [MQTT-2.3.1-3]. */
  release(packetIdentifier: PacketIdentifier): void {
    this.delete(packetIdentifier);
  }

  /** The server knows of none any more. The count goes on, so that a late acknowledgement meets no new packet. */
  releaseAll(): void {
    this.clear();
  }
}
