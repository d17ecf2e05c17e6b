/** A message on its way out, kept in its wire form from `publish()` to its outcome; and a list of them. */

import { FLAG_DUPLICATE } from "./encode.js";
import type { Outcome, RefusalReason } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import type { PacketRing } from "./packet-ring.js";
import type { Milliseconds } from "./ports.js";
import { packetEnd, remainingLengthSize, writeRemainingLength } from "./remaining-length.js";

/** What `publish()` returns: how the message fares. */
export interface Delivery {
  /** Absent while it is not known yet. Set once. */
  readonly outcome?: Outcome | undefined;
  /** Why it was refused. */
  readonly reason?: RefusalReason | undefined;
  /** Whether it survives a loss of power, from `publish()` on until its outcome is known. */
  readonly isStored: boolean;
}

/** Who wants to know how a message ended. Called once, and never from inside `publish()`. */
export interface DeliveryHandler {
  onOutcome(delivery: Delivery): void;
}

/** `true` in place of `false`, with a blank to the same length. */
const LATE: readonly number[] = Object.freeze([0x74, 0x72, 0x75, 0x65, 0x20]);

/**
 * There may be hundreds of these, and on XS each property takes 16 bytes: most are there only on the few messages
 * that need them. What the packet itself says (QoS, retain, topic name) is read there.
 */
export class Outgoing implements Delivery {
  /** Where its packet is; undefined when that is not needed any more, or never was. */
  declare ring: PacketRing | undefined;
  /** Where in the ring. */
  declare start: number;
  declare next: Outgoing | undefined;
  declare outcome?: Outcome;
  declare reason?: RefusalReason;
  declare handler?: DeliveryHandler;
  /** Once it has been sent; 0: as if it had not. */
  declare packetIdentifier?: PacketIdentifier | 0;
  /** When it expires, if it is still waiting then. */
  declare expiresAt?: Milliseconds;
  /** Of a message of which only the newest matters: the topic name. */
  declare stateTopic?: string;
  /** Where in the packet the text `false` stands that says it is not late. */
  declare lateOffset?: number;
  /** Its number in the store. */
  declare storeId?: number | undefined;

  constructor(ring?: PacketRing, start = 0) {
    this.ring = ring;
    this.start = start;
    this.next = undefined;
  }

  get isStored(): boolean {
    return this.storeId !== undefined;
  }

  /** Of its packet. One without is a message of QoS 2 that was released. */
  get qos(): QoS {
    const first = this.ring?.bytes?.[this.start];
    return first === undefined ? 2 : (((first >> 1) & 3) as QoS);
  }

  /** Of its packet; 0 when that is gone. */
  get byteLength(): number {
    const bytes = this.ring?.bytes;
    return bytes === undefined ? 0 : packetEnd(bytes, this.start) - this.start;
  }

  /** Its packet as a view, valid until the next message is added; undefined when it is gone. */
  get bytes(): Uint8Array | undefined {
    const bytes = this.ring?.bytes;
    return bytes?.subarray(this.start, packetEnd(bytes, this.start));
  }

  /** Lets its packet go. */
  release(): void {
    const ring = this.ring;
    if (ring === undefined) return;
    this.ring = undefined;
    ring.release(this.start);
  }

  /** It comes later than it would have: says so in its payload, if it has a place for that. */
  markLate(): void {
    const { bytes, lateOffset } = this;
    if (lateOffset === undefined || bytes === undefined || lateOffset + LATE.length > bytes.length) return;
    bytes.set(LATE, lateOffset);
  }

  /** Gives it the packet identifier it is first sent with. */
  identify(packetIdentifier: PacketIdentifier): void {
    const bytes = (this.ring as PacketRing).bytes as Uint8Array;
    const offset = identifierOffset(bytes, this.start);
    bytes[offset] = packetIdentifier >> 8;
    bytes[offset + 1] = packetIdentifier & 0xff;
    this.packetIdentifier = packetIdentifier;
  }

  /** From now on it is sent again: DUP is set [MQTT-3.3.1-1]. */
  repeat(): void {
    const bytes = this.ring?.bytes as Uint8Array;
    bytes[this.start] = (bytes[this.start] as number) | FLAG_DUPLICATE;
  }

  /** The server knows nothing of it: it is a new message again. */
  renew(): void {
    const bytes = this.ring?.bytes as Uint8Array;
    bytes[this.start] = (bytes[this.start] as number) & ~FLAG_DUPLICATE;
    this.packetIdentifier = 0;
  }

  /** Lowers its QoS to `maximum` before it is sent. */
  lower(maximum: QoS): void {
    const bytes = this.ring?.bytes as Uint8Array;
    const first = bytes[this.start] as number;
    if (((first >> 1) & 3) <= maximum) return;
    if (maximum > 0) bytes[this.start] = (first & ~6) | (maximum << 1);
    else this.removeIdentifier(bytes, first);
  }

  /** What stands before the packet identifier moves behind it; the payload stays where it is. */
  private removeIdentifier(bytes: Uint8Array, first: number): void {
    const { start } = this;
    const end = packetEnd(bytes, start);
    const topic = topicOffset(bytes, start);
    const identifier = identifierOffset(bytes, start);
    const remaining = end - topic - 2;
    bytes.copyWithin(topic + 2, topic, identifier);
    const newStart = topic + 2 - remainingLengthSize(remaining) - 1;
    bytes[newStart] = first & ~6;
    writeRemainingLength(remaining, bytes, newStart + 1);
    this.ring?.cut(start, newStart - start);
    this.start = newStart;
    if (this.lateOffset !== undefined) this.lateOffset -= newStart - start;
  }
}

/** A first-in, first-out list, linked through the messages themselves: nothing is allocated. */
export class OutgoingList {
  /** Set by the session and by the fast path, too, for a list of one, as what follows. */
  first: Outgoing | undefined = undefined;
  length = 0;
  last: Outgoing | undefined = undefined;

  /** Of one that is in no list. */
  push(outgoing: Outgoing): void {
    if (this.last === undefined) this.first = outgoing;
    else this.last.next = outgoing;
    this.last = outgoing;
    this.length += 1;
  }

  unshift(outgoing: Outgoing): void {
    outgoing.next = this.first;
    this.first = outgoing;
    this.last ??= outgoing;
    this.length += 1;
  }

  shift(): Outgoing | undefined {
    const outgoing = this.first;
    if (outgoing === undefined) return undefined;
    this.first = outgoing.next;
    if (this.first === undefined) this.last = undefined;
    else outgoing.next = undefined;
    this.length -= 1;
    return outgoing;
  }

  /** The one with this packet identifier. */
  find(packetIdentifier: PacketIdentifier): Outgoing | undefined {
    let outgoing = this.first;
    while (outgoing !== undefined && outgoing.packetIdentifier !== packetIdentifier) outgoing = outgoing.next;
    return outgoing;
  }

  /** Returns whether it was there. */
  remove(outgoing: Outgoing): boolean {
    if (outgoing === this.first) {
      this.shift();
      return true;
    }
    let before = this.first;
    while (before !== undefined && before.next !== outgoing) before = before.next;
    if (before === undefined) return false;
    before.next = outgoing.next;
    if (this.last === outgoing) this.last = before;
    outgoing.next = undefined;
    this.length -= 1;
    return true;
  }

  /** Moves all of `others` before its own. */
  prepend(others: OutgoingList): void {
    if (others.first === undefined) return;
    (others.last as Outgoing).next = this.first;
    this.last ??= others.last;
    this.first = others.first;
    this.length += others.length;
    others.first = undefined;
    others.last = undefined;
    others.length = 0;
  }

  /** One by one: a message that the application keeps must not keep those behind it. */
  clear(): void {
    while (this.first !== undefined) this.shift();
  }

  /** For the ring: those with a packet in it. */
  relocate(move: (start: number) => number): void {
    for (let at = this.first; at !== undefined; at = at.next) {
      if (at.ring !== undefined) at.start = move(at.start);
    }
  }
}

/** In place of a list that is seldom needed, until it is. Cannot be added to. */
export const NO_MESSAGES = Object.freeze(new OutgoingList()) as OutgoingList;

/** Where the topic name's length stands in the packet at `start`. */
function topicOffset(bytes: Uint8Array, start: number): number {
  let offset = start + 2;
  while ((bytes[offset - 1] as number) > 127) offset += 1;
  return offset;
}

/** Where the packet identifier stands, behind the topic name. */
function identifierOffset(bytes: Uint8Array, start: number): number {
  const topic = topicOffset(bytes, start);
  return topic + 2 + (((bytes[topic] as number) << 8) | (bytes[topic + 1] as number));
}
