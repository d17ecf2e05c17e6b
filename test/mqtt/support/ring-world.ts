/** A ring of packets, and the one who knows where they are and what they say. */

import { PacketRing } from "../../../src/mqtt/packet-ring.js";
import { remainingLengthSize, writeRemainingLength } from "../../../src/mqtt/remaining-length.js";
import { sameBytes } from "./hex.js";

/** A packet that is held. */
export interface Held {
  start: number;
  /** What stands there. */
  expected: Uint8Array;
}

export class RingWorld {
  readonly held: Held[] = [];
  /** How often everything has moved. */
  renewals = 0;
  /** In which order the packets are told when they move. */
  order: (held: readonly Held[]) => readonly Held[] = (held) => held;
  readonly ring = new PacketRing({
    relocate: (move) => {
      this.renewals += 1;
      for (const one of this.order(this.held)) one.start = move(one.start);
    },
  });
  #count = 0;

  /** Adds a packet of `byteLength` bytes in all; returns where it stands. */
  add(byteLength: number): number {
    this.#count += 1;
    const expected = packetOf(byteLength, this.#count);
    const start = this.ring.reserve(byteLength);
    (this.ring.bytes as Uint8Array).set(expected, start);
    this.held.push({ start, expected });
    return start;
  }

  /** Lets go of the packet that was added as number `index` of those held. */
  release(index: number): void {
    const [one] = this.held.splice(index, 1);
    this.ring.release((one as Held).start);
  }

  /** Takes `byteLength` bytes off the front of a packet: a shorter one stands behind them. */
  cut(index: number, byteLength: number): void {
    const one = this.held[index] as Held;
    const start = one.start + byteLength;
    this.#count += 1;
    const expected = packetOf(one.expected.length - byteLength, this.#count);
    (this.ring.bytes as Uint8Array).set(expected, start);
    this.ring.cut(one.start, byteLength);
    one.start = start;
    one.expected = expected;
  }

  /** Says what is wrong, if anything is. */
  get fault(): string | undefined {
    const { bytes, byteLength } = this.ring;
    let sum = 0;
    let end = 0;
    for (const { start, expected } of [...this.held].sort((a, b) => a.start - b.start)) {
      if (start < end) return `a packet at ${start} is overwritten by one that ends at ${end}`;
      end = start + expected.length;
      if (bytes === undefined || !sameBytes(bytes.subarray(start, end), expected))
        return `another packet stands at ${start}`;
      sum += expected.length;
    }
    return sum === byteLength ? undefined : `it says ${byteLength} bytes and holds ${sum}`;
  }
}

/** Whether a packet can have this length: 130 bytes, for one, are too many with one byte of remaining length, too few with two. */
export function isPacketLength(byteLength: number): boolean {
  return remainingOf(byteLength) !== -1;
}

/** PUBLISH in its first byte and a right length, then bytes that tell it from others. */
function packetOf(byteLength: number, number: number): Uint8Array {
  const remaining = remainingOf(byteLength);
  if (remaining === -1) throw new RangeError(`no packet has ${byteLength} bytes`);
  // Also zeros, which look like what has been let go.
  const bytes = new Uint8Array(byteLength).fill(number % 5 === 0 ? 0 : number);
  bytes[0] = 0x30 | (number & 0xf);
  writeRemainingLength(remaining, bytes, 1);
  return bytes;
}

function remainingOf(byteLength: number): number {
  for (let size = 1; size <= 4; size += 1) {
    const remaining = byteLength - 1 - size;
    if (remaining >= 0 && remainingLengthSize(remaining) === size) return remaining;
  }
  return -1;
}
