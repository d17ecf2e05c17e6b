/**
 * A set of packet identifiers in bounded memory: at most 8 KiB and a bit, and 128 bytes while they are near each other.
 * They nearly always are, so the segment that was used last is at hand.
 */

import type { PacketIdentifier } from "./packet.js";

/** Identifiers in a segment: 1,024, a bit each. */
const SEGMENT_SHIFT = 10;
const SEGMENT_BYTES = 128;

export class IdentifierSet {
  /** How many there are. Changed here only. */
  size = 0;
  /** The segment at hand, and which one it is. */
  private bits: Uint8Array | undefined = undefined;
  private key = -1;
  /** Segments by their key, as soon as there is a second one. */
  private segments: Map<number, Uint8Array> | undefined = undefined;

  has(packetIdentifier: PacketIdentifier): boolean {
    if (this.size === 0) return false;
    const bits = packetIdentifier >> SEGMENT_SHIFT === this.key ? this.bits : this.find(packetIdentifier);
    return (
      bits !== undefined &&
      ((bits[(packetIdentifier >> 3) & 127] as number) & (1 << (packetIdentifier & 7))) !== 0
    );
  }

  /** Adds it; returns false when it was there before. */
  add(packetIdentifier: PacketIdentifier): boolean {
    const key = packetIdentifier >> SEGMENT_SHIFT;
    const bits = (
      key === this.key ? this.bits : (this.find(packetIdentifier) ?? this.make(key))
    ) as Uint8Array;
    const index = (packetIdentifier >> 3) & 127;
    const bit = 1 << (packetIdentifier & 7);
    const before = bits[index] as number;
    if ((before & bit) !== 0) return false;
    bits[index] = before | bit;
    this.size += 1;
    return true;
  }

  delete(packetIdentifier: PacketIdentifier): void {
    const bits = packetIdentifier >> SEGMENT_SHIFT === this.key ? this.bits : this.find(packetIdentifier);
    if (bits === undefined) return;
    const index = (packetIdentifier >> 3) & 127;
    const bit = 1 << (packetIdentifier & 7);
    const before = bits[index] as number;
    if ((before & bit) === 0) return;
    bits[index] = before & ~bit;
    this.size -= 1;
    // Empty most of the time: then no more than the segment at hand is kept.
    if (this.size === 0) this.segments = undefined;
  }

  /** Calls back for each, segment by segment. */
  each(visit: (packetIdentifier: PacketIdentifier) => void): void {
    if (this.size === 0) return;
    const segments = this.segments ?? [[this.key, this.bits as Uint8Array] as const];
    for (const [key, bits] of segments) {
      for (let bit = 0; bit < SEGMENT_BYTES * 8; bit += 1) {
        if (((bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0) visit((key << SEGMENT_SHIFT) | bit);
      }
    }
  }

  clear(): void {
    this.size = 0;
    this.bits = undefined;
    this.key = -1;
    this.segments = undefined;
  }

  /** The segment of `packetIdentifier`, which is at hand from now on; undefined when there is none. */
  private find(packetIdentifier: PacketIdentifier): Uint8Array | undefined {
    const key = packetIdentifier >> SEGMENT_SHIFT;
    const bits = this.segments?.get(key);
    if (bits !== undefined) {
      this.bits = bits;
      this.key = key;
    }
    return bits;
  }

  private make(key: number): Uint8Array {
    // Nothing is in the one at hand: it is used again.
    const isFree = this.size === 0 && this.bits !== undefined;
    const bits = isFree ? (this.bits as Uint8Array) : new Uint8Array(SEGMENT_BYTES);
    if (this.size > 0) {
      this.segments ??= new Map([[this.key, this.bits as Uint8Array]]);
      this.segments.set(key, bits);
    }
    this.bits = bits;
    this.key = key;
    return bits;
  }
}
