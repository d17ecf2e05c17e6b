/**
 * What leaves on one connection, and in what order: acknowledgements and pings first, then requests (CONNECT,
 * SUBSCRIBE, UNSUBSCRIBE), then messages as the session gives them, and DISCONNECT last of all.
 *
 * Bytes are handed out, not pushed: nothing is encoded before there is room for it, and a long packet goes out in
 * parts without being copied. Packets of messages that stand one behind the other go out together.
 */

import { encodeAcknowledgement } from "./encode.js";
import type { ServerOptions } from "./options.js";
import type { Outgoing } from "./outgoing.js";
import type { Acknowledgement, Bare, PacketIdentifier } from "./packet.js";
import { DISCONNECT, PINGREQ, PUBREL } from "./packet-type.js";
import { packetEnd } from "./remaining-length.js";
import type { Session } from "./session.js";

/** Bytes of acknowledgements that may wait to be sent: those of 30 messages that came at once. */
const CONTROL_LENGTH = 128;
/** With less room than this nothing more is read: it takes the answer to one packet and the one owed before it. */
const CONTROL_RESERVE = 8;

/** Bytes of requests, and messages behind them, that are copied to leave together. */
const LONGEST_JOINED = 4096;

const NO_REQUESTS = Object.freeze([]) as unknown as Uint8Array[];

export class Transmitter {
  /** Whether PINGREQ is due and waits behind a packet of which a part has been taken. Changed here only. */
  pingWaits = false;
  private readonly options: ServerOptions;
  private readonly session: Session;
  /** There while any do: a packet by itself is answered without. */
  private control: Uint8Array | undefined = undefined;
  private controlLength = 0;
  private requests = NO_REQUESTS;
  /** What is being sent: a request, or the packets of messages that stand one behind the other. */
  private sending: Uint8Array | undefined = undefined;
  /** Where in it those bytes begin that have not been taken yet. */
  private start = 0;
  private end = 0;
  /** The message of which a part has been taken. */
  private outgoing: Outgoing | undefined = undefined;
  /** What was taken last may hold messages of QoS 0, which are sent once it has been written. */
  private isLeaving = false;
  /** Whether the session's messages may be sent: from CONNACK, or CONNECT when they are early, to the goodbye. */
  private flowing = false;
  private goodbye: "none" | "due" | "said" = "none";

  constructor(options: ServerOptions, session: Session) {
    this.options = options;
    this.session = session;
  }

  /** Whether the answer to one more packet can be taken. */
  get hasRoom(): boolean {
    return this.controlLength + CONTROL_RESERVE <= CONTROL_LENGTH;
  }

  /** Whether a message may leave at once: nothing else is to be sent, nor any more of what was taken last. */
  get isIdle(): boolean {
    return (
      this.controlLength === 0 &&
      this.sending === undefined &&
      this.requests.length === 0 &&
      !this.pingWaits &&
      !this.isLeaving &&
      this.session.isClear
    );
  }

  /** Whether everything has been taken, DISCONNECT last. */
  get finished(): boolean {
    return this.goodbye === "said" && this.sending === undefined;
  }

  /** Takes over an encoded packet. */
  request(packet: Uint8Array): void {
    if (this.requests === NO_REQUESTS) this.requests = [packet];
    else this.requests.push(packet);
  }

  /** Only with `hasRoom`. */
  acknowledge(type: Acknowledgement["type"], packetIdentifier: PacketIdentifier): void {
    this.control ??= new Uint8Array(CONTROL_LENGTH);
    this.controlLength = encodeAcknowledgement(type, packetIdentifier, this.control, this.controlLength);
  }

  /** PUBREL once more for a repeated PUBREC, behind those that are due [MQTT-4.6.0-4]. Only with `hasRoom`. */
  releaseAgain(packetIdentifier: PacketIdentifier): void {
    if (this.flowing) this.releaseMessages();
    this.acknowledge(PUBREL, packetIdentifier);
  }

  ping(): void {
    this.pingWaits = true;
  }

  /** Messages may go: CONNACK came, or they may follow CONNECT. */
  flow(): void {
    this.flowing = true;
  }

  /** Nothing new is begun; what was begun is finished, then DISCONNECT follows. */
  sayGoodbye(): void {
    this.flowing = false;
    this.requests = NO_REQUESTS;
    this.goodbye = "due";
  }

  /** Whether a message with this packet identifier has left in part only. */
  isPartOf(packetIdentifier: PacketIdentifier): boolean {
    return this.outgoing !== undefined && this.outgoing.packetIdentifier === packetIdentifier;
  }

  /** The next bytes, at most `limit`; valid until the next call, by which they must have been written. */
  next(limit: number): Uint8Array | undefined {
    if (this.isLeaving) this.left();
    if (this.sending === undefined) {
      if (this.flowing && this.session.hasRelease) this.releaseMessages();
      if (this.controlLength > 0) return this.takeControl(limit);
      if (!this.begin(limit)) return undefined;
    }
    return this.takePart(limit);
  }

  /** Begins with what is next, if anything is. */
  private begin(limit: number): boolean {
    if (this.pingWaits) {
      this.pingWaits = false;
      return this.beginBare(PINGREQ);
    }
    if (this.requests.length > 0) return this.beginRequest(limit);
    if (this.flowing && this.beginMessages(limit)) return true;
    if (this.goodbye !== "due") return false;
    this.goodbye = "said";
    return this.beginBare(DISCONNECT);
  }

  /** The connection has ended. */
  close(): void {
    if (this.isLeaving) this.left();
    else if (this.outgoing !== undefined && this.outgoing.qos === 0) this.session.interrupted();
    this.sending = undefined;
    this.outgoing = undefined;
  }

  /** What was taken last has been written: the messages of QoS 0 in it are sent. */
  private left(): void {
    this.isLeaving = false;
    this.session.sent();
  }

  private takeControl(limit: number): Uint8Array {
    const control = this.control as Uint8Array;
    const byteLength = Math.min(limit, this.controlLength);
    const rest = this.controlLength - byteLength;
    this.controlLength = rest;
    if (rest === 0) {
      this.control = undefined;
      return control.subarray(0, byteLength);
    }
    const bytes = control.slice(0, byteLength);
    control.copyWithin(0, byteLength, byteLength + rest);
    return bytes;
  }

  private takePart(limit: number): Uint8Array {
    const bytes = this.sending as Uint8Array;
    const start = this.start;
    if (this.end - start > limit) {
      this.start = start + limit;
      return bytes.subarray(start, this.start);
    }
    this.isLeaving = this.outgoing !== undefined;
    this.sending = undefined;
    this.outgoing = undefined;
    return start === 0 && this.end === bytes.length ? bytes : bytes.subarray(start, this.end);
  }

  /**
   * All requests that wait and fit into `limit` bytes together, or the first one; and behind them, if they are all, the
   * messages that fit too. So all that a connection begins with leaves in one write.
   */
  private beginRequest(limit: number): boolean {
    const { requests } = this;
    const parts = [requests.shift() as Uint8Array];
    let length = (parts[0] as Uint8Array).length;
    const most = Math.min(limit, LONGEST_JOINED);
    for (let next = requests[0]; next !== undefined && length + next.length <= most; next = requests[0]) {
      parts.push(next);
      length += next.length;
      requests.shift();
    }
    if (requests.length === 0) {
      this.requests = NO_REQUESTS;
      const messages = this.flowing ? this.messagesWithin(most - length) : undefined;
      if (messages !== undefined) {
        parts.push(messages);
        length += messages.length;
      }
    }
    this.sending = parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts, length);
    this.start = 0;
    this.end = length;
    return true;
  }

  /** The next message, and those whose packets stand right behind it and fit into `limit` bytes with it. */
  private beginMessages(limit: number): boolean {
    const { maximumInFlight, maximumQos } = this.options;
    const first = this.session.nextPublish(maximumInFlight, maximumQos);
    if (first === undefined) return false;
    this.outgoing = first;
    this.sending = first.ring?.bytes as Uint8Array;
    this.start = first.start;
    this.end = this.endBehind(first, limit);
    return true;
  }

  /** The same, if the first one fits too. */
  private messagesWithin(limit: number): Uint8Array | undefined {
    const { maximumInFlight, maximumQos } = this.options;
    const first = this.session.nextPublishWithin(limit, maximumInFlight, maximumQos);
    if (first === undefined) return undefined;
    this.outgoing = first;
    return first.ring?.bytes?.subarray(first.start, this.endBehind(first, limit));
  }

  /** Takes those behind `first`, too; returns where they end. */
  private endBehind({ ring, start }: Outgoing, limit: number): number {
    const { maximumInFlight, maximumQos } = this.options;
    const bytes = ring?.bytes as Uint8Array;
    let end = packetEnd(bytes, start);
    while (end - start < limit) {
      const rest = limit - end + start;
      const next = this.session.nextPublishWithin(rest, maximumInFlight, maximumQos, end);
      if (next === undefined) break;
      end = packetEnd(bytes, end);
    }
    return end;
  }

  private releaseMessages(): void {
    while (this.hasRoom) {
      const packetIdentifier = this.session.nextRelease();
      if (packetIdentifier === undefined) return;
      this.acknowledge(PUBREL, packetIdentifier);
    }
  }

  /** A packet of two bytes. */
  private beginBare(type: Bare["type"]): true {
    this.sending = Uint8Array.of(type << 4, 0);
    this.start = 0;
    this.end = 2;
    return true;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}
