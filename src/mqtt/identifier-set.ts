/**
 * A set of packet identifiers in bounded memory. They are nearly always near each other, and a number with a bit for
 * each is enough then. Those that are not go to segments: 128 bytes each, at most 8 KiB and a bit.
 */

import type { PacketIdentifier } from "./packet.js";

/** Bits of a number that are operated on. */
const NEAR = 32;
/** Identifiers in a segment: 1,024, a bit each. */
const SEGMENT_SHIFT = 10;
const SEGMENT_BYTES = 128;

export class IdentifierSet {
  /** How many there are. Changed here only. */
  size = 0;
  /** Bit 0 stands for `base`, bit 1 for the one after it. */
  private bits = 0;
  private base: PacketIdentifier = 0;
  /** Segments by their key, of those that were too far away when they came. */
  private segments: Map<number, Uint8Array> | undefined = undefined;

  has(packetIdentifier: PacketIdentifier): boolean {
    if (this.size === 0) return false;
    const index = packetIdentifier - this.base;
    if (index >= 0 && index < NEAR && ((this.bits >> index) & 1) !== 0) return true;
    return this.segments !== undefined && this.isFar(packetIdentifier);
  }

  /** Adds it; returns false when it was there before. */
  add(packetIdentifier: PacketIdentifier): boolean {
    if (this.bits === 0) this.base = packetIdentifier;
    let index = packetIdentifier - this.base;
    if (index >= NEAR) index = this.advance(packetIdentifier);
    if (this.segments !== undefined && this.isFar(packetIdentifier)) return false;
    if (index < 0 || index >= NEAR) {
      this.addFar(packetIdentifier);
    } else {
      const bit = 1 << index;
      if ((this.bits & bit) !== 0) return false;
      this.bits |= bit;
    }
    this.size += 1;
    return true;
  }

  delete(packetIdentifier: PacketIdentifier): void {
    const index = packetIdentifier - this.base;
    if (index >= 0 && index < NEAR && ((this.bits >> index) & 1) !== 0) {
      this.bits &= ~(1 << index);
    } else if (this.segments !== undefined && this.isFar(packetIdentifier)) {
      const segment = this.segments.get(packetIdentifier >> SEGMENT_SHIFT) as Uint8Array;
      segment[(packetIdentifier >> 3) & 127] =
        bitsAround(segment, packetIdentifier) & ~(1 << (packetIdentifier & 7));
    } else {
      return;
    }
    this.size -= 1;
    // Empty most of the time: then nothing is kept.
    if (this.size === 0) this.segments = undefined;
  }

  /** Calls back for each. */
  each(visit: (packetIdentifier: PacketIdentifier) => void): void {
    for (let index = 0; index < NEAR; index += 1) {
      if (((this.bits >> index) & 1) !== 0) visit(this.base + index);
    }
    if (this.segments === undefined) return;
    for (const [key, segment] of this.segments) {
      for (let bit = 0; bit < SEGMENT_BYTES * 8; bit += 1) {
        if ((bitsAround(segment, bit) & (1 << (bit & 7))) !== 0) visit((key << SEGMENT_SHIFT) | bit);
      }
    }
  }

  clear(): void {
    this.size = 0;
    this.bits = 0;
    this.segments = undefined;
  }

  /** Begins with the first one that is there, so that later ones are near; returns the index of `packetIdentifier` then. */
  private advance(packetIdentifier: PacketIdentifier): number {
    const free = NEAR - 1 - Math.clz32(this.bits & -this.bits);
    if (free > 0) {
      this.bits >>>= free;
      this.base += free;
    }
    return packetIdentifier - this.base;
  }

  private isFar(packetIdentifier: PacketIdentifier): boolean {
    const segment = this.segments?.get(packetIdentifier >> SEGMENT_SHIFT);
    return (
      segment !== undefined && (bitsAround(segment, packetIdentifier) & (1 << (packetIdentifier & 7))) !== 0
    );
  }

  private addFar(packetIdentifier: PacketIdentifier): void {
    const key = packetIdentifier >> SEGMENT_SHIFT;
    this.segments ??= new Map();
    let segment = this.segments.get(key);
    if (segment === undefined) {
      segment = new Uint8Array(SEGMENT_BYTES);
      this.segments.set(key, segment);
    }
    segment[(packetIdentifier >> 3) & 127] =
      bitsAround(segment, packetIdentifier) | (1 << (packetIdentifier & 7));
  }
}

/** The byte in which the bit of `packetIdentifier` is. */
function bitsAround(segment: Uint8Array, packetIdentifier: PacketIdentifier): number {
  return segment[(packetIdentifier >> 3) & 127] as number;
}
