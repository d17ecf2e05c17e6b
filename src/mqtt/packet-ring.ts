/**
 * The PUBLISH packets a client holds, in their wire form, one behind the other in one buffer.
 *
 * An object and a buffer for each message would take a device ten times the memory of the message itself, and packets
 * that stand one behind the other can leave in one write. Most are let go in the order in which they came, so the
 * buffer is a ring. One that is let go before those in front of it is only marked: packet type 0, which no packet has.
 * The front passes over it later. When there is no room, all that is held moves into a new buffer, without the gaps.
 */

import { packetEnd } from "./remaining-length.js";

/** Who knows where the packets are. */
export interface RingOwner {
  /** Calls back with the place of each packet that is held, in order, and takes the new one that is returned. */
  relocate(move: (start: number) => number): void;
}

/** Who has a ring while there are packets in it, or for good. */
export interface RingHolder extends RingOwner {
  ring?: PacketRing | undefined;
}

/** Lends rings to many holders, most of which hold no packets most of the time. */
export interface RingLender {
  /** An empty one. */
  lend(holder: RingHolder): PacketRing;
  /** It is empty again, and its holder does not have it any more. */
  takeBack(ring: PacketRing): void;
}

/** Bytes of the shortest buffer. */
const SHORTEST = 128;
/** Bytes of the longest buffer that is kept while it is empty. */
const LONGEST_KEPT = 512;
/** A longer one is let go when less than one part in so many is used. */
const LEAST_USED = 4;

export class PacketRing {
  /** Where the packets are; another one after each `reserve`. This and what follows is set by the fast path, too. */
  bytes: Uint8Array | undefined = undefined;
  /** Bytes of all packets held. */
  byteLength = 0;
  /** Undefined while it is with its lender. */
  holder: RingHolder | undefined;
  declare private readonly lender?: RingLender;
  /** The packet at 0, if it was reserved last: most are by themselves, and as long as the one before. */
  view: Uint8Array | undefined = undefined;
  viewLength = 0;
  /** The topic name that stands in it already, from the one before; undefined when there may be another. */
  topic: Uint8Array | undefined = undefined;
  /** Packets held. */
  count = 0;
  /** The first packet, held or marked. */
  private front = 0;
  /** Behind the last one, which is the one reserved last as long as it is held. Changed here only. */
  back = 0;
  /** Where the packets behind `front` end that stand above `back`, which has started anew at 0; 0: it has not. */
  private top = 0;

  /** @param lender gets it back whenever it is empty */
  constructor(holder: RingHolder, lender?: RingLender) {
    this.holder = holder;
    if (lender !== undefined) this.lender = lender;
  }

  /** A place for a packet of this length, which is to be written there at once. */
  reserve(byteLength: number): number {
    const bytes = this.bytes;
    this.topic = undefined;
    if (this.count === 0 && bytes !== undefined && byteLength <= bytes.length) {
      this.back = byteLength;
      this.count = 1;
      this.byteLength = byteLength;
      if (byteLength !== this.viewLength) this.look(bytes, byteLength);
      return 0;
    }
    // One that was made for a burst that is over is exchanged for a shorter one.
    const isFit =
      bytes !== undefined && (bytes.length <= LONGEST_KEPT || bytes.length <= LEAST_USED * this.byteLength);
    let start = isFit ? this.place(bytes, byteLength) : -1;
    if (start === -1) start = this.renew(byteLength);
    if (start === 0) this.look(this.bytes as Uint8Array, byteLength);
    this.back = start + byteLength;
    this.count += 1;
    this.byteLength += byteLength;
    return start;
  }

  private look(bytes: Uint8Array, byteLength: number): void {
    this.view = bytes.subarray(0, byteLength);
    this.viewLength = byteLength;
  }

  /** The packet at `start` is not held any more. Its bytes stay as they are, but perhaps for the first, until `reserve`. */
  release(start: number): void {
    const bytes = this.bytes as Uint8Array;
    if (this.count === 1) {
      this.count = 0;
      this.byteLength = 0;
      this.front = 0;
      this.back = 0;
      this.top = 0;
      if (bytes.length > LONGEST_KEPT) {
        this.bytes = undefined;
        this.view = undefined;
        this.viewLength = 0;
        // It may be as long as they were.
        this.topic = undefined;
      }
      if (this.lender !== undefined) this.goBack(this.lender);
      return;
    }
    this.count -= 1;
    this.byteLength -= packetEnd(bytes, start) - start;
    bytes[start] = 0;
    if (start === this.front) this.advance(bytes);
  }

  /** Nothing was put into it after all: it need not stay with who asked for it. */
  unused(): void {
    if (this.count === 0 && this.lender !== undefined) this.goBack(this.lender);
  }

  private goBack(lender: RingLender): void {
    if (this.holder !== undefined) this.holder.ring = undefined;
    this.holder = undefined;
    lender.takeBack(this);
  }

  /** The packet at `start` begins `byteLength` bytes later, 2 or more; those before it are not used any more. */
  cut(start: number, byteLength: number): void {
    const bytes = this.bytes as Uint8Array;
    this.byteLength -= byteLength;
    this.topic = undefined;
    // They look like a packet that was let go.
    bytes[start] = 0;
    bytes[start + 1] = byteLength - 2;
    if (start === this.front) this.advance(bytes);
  }

  /** Where `byteLength` bytes are free, or -1. */
  private place(bytes: Uint8Array, byteLength: number): number {
    if (this.top > 0) return this.back + byteLength <= this.front ? this.back : -1;
    if (this.back + byteLength <= bytes.length) return this.back;
    if (byteLength > this.front) return -1;
    this.top = this.back;
    return 0;
  }

  /** Passes over what is not held any more. */
  private advance(bytes: Uint8Array): void {
    let front = this.front;
    while (bytes[front] === 0) {
      front = packetEnd(bytes, front);
      if (front === this.top) {
        front = 0;
        this.top = 0;
      }
    }
    this.front = front;
  }

  /** Moves everything into a buffer with room for `byteLength` more; returns where that is. */
  private renew(byteLength: number): number {
    const old = this.bytes;
    const needed = this.byteLength + byteLength;
    // More than is needed now, so that this is not done for every packet; but not for a long one by itself.
    const spare = this.count === 0 ? 0 : needed < LONGEST_KEPT ? needed : needed >> 2;
    const bytes = new Uint8Array(Math.max(SHORTEST, needed + spare));
    const end = old === undefined ? 0 : this.move(old, bytes);
    this.bytes = bytes;
    this.view = undefined;
    this.viewLength = 0;
    this.front = 0;
    this.top = 0;
    return end;
  }

  /** Moves everything from `old` to the front of `bytes`; returns where it ends. */
  private move(old: Uint8Array, bytes: Uint8Array): number {
    const { front } = this;
    if (this.top === 0 && this.byteLength === this.back - front) {
      // Without a gap.
      bytes.set(old.subarray(front, this.back));
      if (front > 0) this.holder?.relocate((from) => from - front);
      return this.byteLength;
    }
    let end = 0;
    this.holder?.relocate((from) => {
      const packet = old.subarray(from, packetEnd(old, from));
      const start = end;
      bytes.set(packet, start);
      end += packet.length;
      return start;
    });
    return end;
  }
}
