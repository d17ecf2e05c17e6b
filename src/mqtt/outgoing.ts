/** A message on its way out, kept in its wire form from `publish()` to its outcome; and a list of them. */

import { encodePublishHeader, FLAG_DUPLICATE } from "./encode.js";
import type { Outcome, RefusalReason } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import type { Milliseconds } from "./ports.js";
import { remainingLengthSize } from "./remaining-length.js";
import { decodeUtf8, writeUtf8 } from "./utf8.js";

/** What `publish()` returns: how the message fares. */
export interface Delivery {
  /** Undefined while it is not known yet. Set once. */
  readonly outcome: Outcome | undefined;
  /** Why it was refused. */
  readonly reason: RefusalReason | undefined;
  /** Whether it survives a loss of power, from `publish()` on until its outcome is known. */
  readonly isStored: boolean;
}

/** Who wants to know how a message ended. Called once, and never from inside `publish()`. */
export interface DeliveryHandler {
  onOutcome(delivery: Delivery): void;
}

/** What `publish()` has checked and measured. */
export interface OutgoingSource {
  readonly topicName: string;
  readonly topicByteLength: number;
  readonly payload: Uint8Array | string;
  readonly payloadByteLength: number;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Only the newest message of this topic matters: its name; undefined for an event. */
  readonly stateTopic?: string | undefined;
  /** Where in the payload the text `false` stands that says it is not late; undefined: nowhere. */
  readonly lateOffset?: number | undefined;
}

/** `true` in place of `false`, with a blank to the same length. */
const LATE: readonly number[] = Object.freeze([0x74, 0x72, 0x75, 0x65, 0x20]);

/** The length of `source` as a PUBLISH packet, in bytes. */
export function outgoingLength(source: OutgoingSource): number {
  const remaining = remainingOf(source.topicByteLength, source.payloadByteLength, source.qos);
  return 1 + remainingLengthSize(remaining) + remaining;
}

export class Outgoing implements Delivery {
  outcome: Outcome | undefined = undefined;
  reason: RefusalReason | undefined = undefined;
  /** The PUBLISH packet; let go when it is not needed any more. */
  bytes: Uint8Array | undefined = undefined;
  qos: QoS;
  /** 0 until it is first sent. */
  packetIdentifier: PacketIdentifier | 0 = 0;
  /** When it expires, if it is still waiting then. */
  expiresAt: Milliseconds = Number.POSITIVE_INFINITY;
  handler: DeliveryHandler | undefined;
  /** Of a message of which only the newest matters: the topic name. */
  stateTopic: string | undefined = undefined;
  /** Where in the packet the text `false` stands that says it is not late; 0: nowhere. */
  lateOffset = 0;
  /** Its number in the store; 0: it is not stored. */
  storeId = 0;
  next: Outgoing | undefined = undefined;

  constructor(qos: QoS, handler: DeliveryHandler | undefined) {
    this.qos = qos;
    this.handler = handler;
  }

  get isStored(): boolean {
    return this.storeId !== 0;
  }

  get byteLength(): number {
    return this.bytes === undefined ? 0 : this.bytes.length;
  }

  /** Encodes the message; the packet identifier is filled in when it is sent. */
  encode(source: OutgoingSource): void {
    const { topicName, payload, qos, retain } = source;
    const remaining = remainingOf(source.topicByteLength, source.payloadByteLength, qos);
    const bytes = new Uint8Array(1 + remainingLengthSize(remaining) + remaining);
    const header = { topicName, qos, retain, duplicate: false, packetIdentifier: 0 };
    const end = encodePublishHeader(header, remaining, bytes, 0);
    if (typeof payload === "string") writeUtf8(payload, bytes, end);
    else bytes.set(payload, end);
    this.bytes = bytes;
    this.stateTopic = source.stateTopic;
    this.lateOffset = source.lateOffset === undefined ? 0 : end + source.lateOffset;
  }

  /** It comes later than it would have: says so in its payload, if it has a place for that. */
  markLate(): void {
    const { bytes, lateOffset } = this;
    if (lateOffset === 0 || bytes === undefined || lateOffset + LATE.length > bytes.length) return;
    bytes.set(LATE, lateOffset);
  }

  /** Gives it the packet identifier it is first sent with. */
  identify(packetIdentifier: PacketIdentifier): void {
    const bytes = this.bytes as Uint8Array;
    const offset = identifierOffset(bytes);
    bytes[offset] = packetIdentifier >> 8;
    bytes[offset + 1] = packetIdentifier & 0xff;
    this.packetIdentifier = packetIdentifier;
  }

  /** From now on it is sent again: DUP is set [MQTT-3.3.1-1]. */
  repeat(): void {
    const bytes = this.bytes as Uint8Array;
    bytes[0] = (bytes[0] as number) | FLAG_DUPLICATE;
  }

  /** The server knows nothing of it: it is a new message again. */
  renew(): void {
    const bytes = this.bytes as Uint8Array;
    bytes[0] = (bytes[0] as number) & ~FLAG_DUPLICATE;
    this.packetIdentifier = 0;
  }

  /** Lowers its QoS to `maximum` before it is sent. */
  lower(maximum: QoS): void {
    if (this.qos <= maximum) return;
    const bytes = this.bytes as Uint8Array;
    if (maximum === 0) {
      const offset = identifierOffset(bytes);
      const topicStart = topicOffset(bytes);
      const topicName = decodeUtf8(bytes, topicStart + 2, offset) as string;
      const payload = bytes.subarray(offset + 2);
      this.encode({
        topicName,
        topicByteLength: offset - topicStart - 2,
        payload,
        payloadByteLength: payload.length,
        qos: 0,
        retain: ((bytes[0] as number) & 1) === 1,
        stateTopic: this.stateTopic,
        lateOffset: this.lateOffset === 0 ? undefined : this.lateOffset - offset - 2,
      });
    } else {
      bytes[0] = ((bytes[0] as number) & ~6) | (maximum << 1);
    }
    this.qos = maximum;
  }
}

/**
 * A message that was stored.
 * @param bytes its PUBLISH packet, which is taken over; undefined when only its identifier is needed any more
 */
export function restoredOutgoing(
  bytes: Uint8Array | undefined,
  storeId: number,
  lateOffset: number,
): Outgoing {
  const qos = bytes === undefined ? 2 : ((((bytes[0] as number) >> 1) & 3) as QoS);
  const outgoing = new Outgoing(qos, undefined);
  outgoing.bytes = bytes;
  outgoing.storeId = storeId;
  outgoing.lateOffset = lateOffset;
  return outgoing;
}

/** A first-in, first-out list, linked through the messages themselves: nothing is allocated. */
export class OutgoingList {
  first: Outgoing | undefined = undefined;
  length = 0;
  #last: Outgoing | undefined = undefined;

  push(outgoing: Outgoing): void {
    outgoing.next = undefined;
    if (this.#last === undefined) this.first = outgoing;
    else this.#last.next = outgoing;
    this.#last = outgoing;
    this.length += 1;
  }

  unshift(outgoing: Outgoing): void {
    outgoing.next = this.first;
    this.first = outgoing;
    this.#last ??= outgoing;
    this.length += 1;
  }

  shift(): Outgoing | undefined {
    const outgoing = this.first;
    if (outgoing !== undefined) this.unlink(outgoing, undefined);
    return outgoing;
  }

  /** The one with this packet identifier. */
  find(packetIdentifier: PacketIdentifier): Outgoing | undefined {
    let outgoing = this.first;
    while (outgoing !== undefined && outgoing.packetIdentifier !== packetIdentifier) outgoing = outgoing.next;
    return outgoing;
  }

  remove(outgoing: Outgoing): void {
    let before: Outgoing | undefined;
    for (let at = this.first; at !== undefined; at = at.next) {
      if (at === outgoing) {
        this.unlink(outgoing, before);
        return;
      }
      before = at;
    }
  }

  /** Moves all of `others` before its own. */
  prepend(others: OutgoingList): void {
    if (others.first === undefined) return;
    (others.#last as Outgoing).next = this.first;
    this.#last ??= others.#last;
    this.first = others.first;
    this.length += others.length;
    others.clear();
  }

  clear(): void {
    this.first = undefined;
    this.#last = undefined;
    this.length = 0;
  }

  private unlink(outgoing: Outgoing, before: Outgoing | undefined): void {
    if (before === undefined) this.first = outgoing.next;
    else before.next = outgoing.next;
    if (this.#last === outgoing) this.#last = before;
    outgoing.next = undefined;
    this.length -= 1;
  }
}

function remainingOf(topicByteLength: number, payloadByteLength: number, qos: QoS): number {
  return 2 + topicByteLength + (qos === 0 ? 0 : 2) + payloadByteLength;
}

/** Where the topic name's length stands. */
function topicOffset(bytes: Uint8Array): number {
  let offset = 2;
  while ((bytes[offset - 1] as number) > 127) offset += 1;
  return offset;
}

/** Where the packet identifier stands, behind the topic name. */
function identifierOffset(bytes: Uint8Array): number {
  const topic = topicOffset(bytes);
  return topic + 2 + (((bytes[topic] as number) << 8) | (bytes[topic + 1] as number));
}
