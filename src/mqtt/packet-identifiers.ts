/**
 * Hands out packet identifiers: from 1 upwards, never 0, never one that is in use (section 2.3.1).
 *
 * Servers answer in order, so those in use nearly always stand in a row that ends with the one given out last. Only when
 * they do not is there a set of them, until none is in use any more.
 */

import { LimitError } from "./errors.js";
import { IdentifierSet } from "./identifier-set.js";
import type { PacketIdentifier } from "./packet.js";

/** How many identifiers there are. */
export const MAXIMUM_PACKET_IDENTIFIER = 65_535;

export class PacketIdentifiers {
  /** How many are in use. Changed here, by the session and by the fast path, as what follows. */
  inUse = 0;
  /** The one that was given out last; 0 before the first. */
  last: PacketIdentifier | 0 = 0;
  /** The first of the row, when any is in use; 0 when they do not stand in a row. */
  first: PacketIdentifier | 0 = 0;
  /** Those in use, when they do not stand in a row; absent before that was so for the first time. */
  declare private scattered?: IdentifierSet | undefined;

  get exhausted(): boolean {
    return this.inUse === MAXIMUM_PACKET_IDENTIFIER;
  }

  /**
   * Takes the next one that is free [MQTT-2.3.1-2].
   * @throws LimitError `identifiers-exhausted` when all 65,535 are in use
   */
  take(): PacketIdentifier {
    let next = this.last === MAXIMUM_PACKET_IDENTIFIER ? 1 : this.last + 1;
    if (this.inUse === 0) this.first = next;
    else if (this.scattered !== undefined || this.inUse === MAXIMUM_PACKET_IDENTIFIER)
      next = this.takeAmong(next);
    this.last = next;
    this.inUse += 1;
    return next;
  }

  /** Takes a certain one, which is still known of from before. */
  claim(packetIdentifier: PacketIdentifier): void {
    if (this.scatter().add(packetIdentifier)) this.inUse += 1;
  }

  /** The next one is to come after this one, which was given out last before a restart; 0: none was. */
  continueAfter(packetIdentifier: PacketIdentifier | 0): void {
    if (this.inUse > 0) this.scatter();
    this.last = packetIdentifier;
  }

  /** The exchange it stood for is over [MQTT-2.3.1-3]. */
  release(packetIdentifier: PacketIdentifier): void {
    if (this.inUse === 0) return;
    if (packetIdentifier === this.first) {
      this.first = packetIdentifier === MAXIMUM_PACKET_IDENTIFIER ? 1 : packetIdentifier + 1;
      this.inUse -= 1;
    } else {
      this.releaseAmong(packetIdentifier);
    }
  }

  /** The server knows of none any more. The count goes on, so that a late acknowledgement meets no new packet. */
  releaseAll(): void {
    this.inUse = 0;
    if (this.scattered !== undefined) this.scattered = undefined;
  }

  /** Takes the first that is free from `next` on. */
  private takeAmong(next: PacketIdentifier): PacketIdentifier {
    if (this.inUse === MAXIMUM_PACKET_IDENTIFIER) {
      throw new LimitError("identifiers-exhausted", "all 65,535 packet identifiers are in use");
    }
    const scattered = this.scatter();
    let free = next;
    while (!scattered.add(free)) free = successor(free);
    return free;
  }

  private releaseAmong(packetIdentifier: PacketIdentifier): void {
    const scattered = this.scatter();
    scattered.delete(packetIdentifier);
    this.inUse = scattered.size;
    if (this.inUse === 0) this.scattered = undefined;
  }

  /** They do not stand in a row any more. */
  private scatter(): IdentifierSet {
    let scattered = this.scattered;
    if (scattered === undefined) {
      scattered = new IdentifierSet();
      let at = this.first;
      for (let left = this.inUse; left > 0; left -= 1) {
        scattered.add(at);
        at = successor(at);
      }
      this.scattered = scattered;
      this.first = 0;
    }
    return scattered;
  }
}

function successor(packetIdentifier: PacketIdentifier): PacketIdentifier {
  return packetIdentifier === MAXIMUM_PACKET_IDENTIFIER ? 1 : packetIdentifier + 1;
}
