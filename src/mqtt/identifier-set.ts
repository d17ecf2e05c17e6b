/** A set of packet identifiers in bounded memory: at most 8 KiB, and 128 bytes while they are near each other. */

import type { PacketIdentifier } from "./packet.js";

/** Identifiers in a segment: 1,024, a bit each. */
const SEGMENT_SHIFT = 10;
const SEGMENT_BYTES = 128;

export class IdentifierSet {
  private readonly segments = new Map<number, Uint8Array>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  has(packetIdentifier: PacketIdentifier): boolean {
    const segment = this.segments.get(packetIdentifier >> SEGMENT_SHIFT);
    return (
      segment !== undefined && ((segment[byteOf(packetIdentifier)] as number) & bitOf(packetIdentifier)) !== 0
    );
  }

  add(packetIdentifier: PacketIdentifier): void {
    const key = packetIdentifier >> SEGMENT_SHIFT;
    let segment = this.segments.get(key);
    if (segment === undefined) {
      segment = new Uint8Array(SEGMENT_BYTES);
      this.segments.set(key, segment);
    }
    const index = byteOf(packetIdentifier);
    const before = segment[index] as number;
    const after = before | bitOf(packetIdentifier);
    if (after === before) return;
    segment[index] = after;
    this.count += 1;
  }

  delete(packetIdentifier: PacketIdentifier): void {
    const segment = this.segments.get(packetIdentifier >> SEGMENT_SHIFT);
    if (segment === undefined) return;
    const index = byteOf(packetIdentifier);
    const before = segment[index] as number;
    const after = before & ~bitOf(packetIdentifier);
    if (after === before) return;
    segment[index] = after;
    this.count -= 1;
    // Empty most of the time: then nothing is held.
    if (this.count === 0 && this.segments.size > 1) this.segments.clear();
  }

  /** Calls back for each, segment by segment. */
  each(visit: (packetIdentifier: PacketIdentifier) => void): void {
    for (const [key, segment] of this.segments) {
      for (let bit = 0; bit < SEGMENT_BYTES * 8; bit += 1) {
        if (((segment[bit >> 3] as number) & (1 << (bit & 7))) !== 0) visit((key << SEGMENT_SHIFT) | bit);
      }
    }
  }

  clear(): void {
    this.segments.clear();
    this.count = 0;
  }
}

function byteOf(packetIdentifier: PacketIdentifier): number {
  return (packetIdentifier >> 3) & (SEGMENT_BYTES - 1);
}

function bitOf(packetIdentifier: PacketIdentifier): number {
  return 1 << (packetIdentifier & 7);
}
