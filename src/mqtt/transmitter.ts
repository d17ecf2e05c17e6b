/**
 * What leaves on one connection, and in what order: acknowledgements and pings first, then requests (CONNECT,
 * SUBSCRIBE, UNSUBSCRIBE), then messages as the session gives them, and DISCONNECT last of all.
 *
 * Bytes are handed out, not pushed: nothing is encoded before there is room for it, and a long packet goes out in
 * parts without being copied.
 */

import { encodeAcknowledgement } from "./encode.js";
import type { ServerOptions } from "./options.js";
import type { Outgoing } from "./outgoing.js";
import type { Acknowledgement, Bare, PacketIdentifier } from "./packet.js";
import { DISCONNECT, PINGREQ, PUBREL } from "./packet-type.js";
import type { Session } from "./session.js";

/** Bytes of acknowledgements, PINGREQ and DISCONNECT that may wait to be sent. */
const CONTROL_LENGTH = 256;
/** With less room than this nothing more is read: it takes the answer to one packet and the one owed before it. */
const CONTROL_RESERVE = 8;

export class Transmitter {
  readonly #options: ServerOptions;
  readonly #session: Session;
  readonly #control = new Uint8Array(CONTROL_LENGTH);
  #controlLength = 0;
  readonly #requests: Uint8Array[] = [];
  /** A packet of which a part is still to be sent. */
  #sending: Uint8Array | undefined;
  #sendingOffset = 0;
  #outgoing: Outgoing | undefined;
  #pingDue = false;
  /** Whether the session's messages may be sent: from CONNACK, or CONNECT when they are early, to the goodbye. */
  #flowing = false;
  #goodbye: "none" | "due" | "said" = "none";

  constructor(options: ServerOptions, session: Session) {
    this.#options = options;
    this.#session = session;
  }

  /** Whether the answer to one more packet can be taken. */
  get hasRoom(): boolean {
    return this.#controlLength + CONTROL_RESERVE <= CONTROL_LENGTH;
  }

  /** Whether everything has been taken, DISCONNECT last. */
  get finished(): boolean {
    return this.#goodbye === "said" && this.#controlLength === 0;
  }

  /** Whether PINGREQ is due and waits behind a packet of which a part has been taken. */
  get pingWaits(): boolean {
    return this.#pingDue;
  }

  /** Takes over an encoded packet. */
  request(packet: Uint8Array): void {
    this.#requests.push(packet);
  }

  /** Only with `hasRoom`. */
  acknowledge(type: Acknowledgement["type"], packetIdentifier: PacketIdentifier): void {
    this.#controlLength = encodeAcknowledgement(type, packetIdentifier, this.#control, this.#controlLength);
  }

  /** PUBREL once more for a repeated PUBREC, behind those that are due [MQTT-4.6.0-4]. Only with `hasRoom`. */
  releaseAgain(packetIdentifier: PacketIdentifier): void {
    if (this.#flowing) this.releaseMessages();
    this.acknowledge(PUBREL, packetIdentifier);
  }

  ping(): void {
    this.#pingDue = true;
  }

  /** Messages may go: CONNACK came, or they may follow CONNECT. */
  flow(): void {
    this.#flowing = true;
  }

  /** Nothing new is begun; what was begun is finished, then DISCONNECT follows. */
  sayGoodbye(): void {
    this.#flowing = false;
    this.#requests.length = 0;
    this.#goodbye = "due";
  }

  /** The next bytes, at most `limit`; valid until the next call. */
  next(limit: number): Uint8Array | undefined {
    if (this.#sending === undefined) {
      if (this.#flowing) this.releaseMessages();
      if (this.#pingDue) this.#pingDue = !this.pushBare(PINGREQ);
      if (this.#controlLength > 0) return this.takeControl(limit);
      if (!this.beginPacket()) {
        if (this.#goodbye !== "due") return undefined;
        this.#goodbye = "said";
        this.pushBare(DISCONNECT);
        return this.takeControl(limit);
      }
    }
    return this.takePacket(limit);
  }

  /** The connection has ended. */
  close(): void {
    if (this.#outgoing !== undefined && this.#outgoing.qos === 0) this.#session.interrupted(this.#outgoing);
    this.#sending = undefined;
    this.#outgoing = undefined;
  }

  private takeControl(limit: number): Uint8Array {
    const byteLength = Math.min(limit, this.#controlLength);
    const rest = this.#controlLength - byteLength;
    this.#controlLength = rest;
    if (rest === 0) return this.#control.subarray(0, byteLength);
    const bytes = this.#control.slice(0, byteLength);
    this.#control.copyWithin(0, byteLength, byteLength + rest);
    return bytes;
  }

  private takePacket(limit: number): Uint8Array {
    const packet = this.#sending as Uint8Array;
    const start = this.#sendingOffset;
    const end = Math.min(start + limit, packet.length);
    if (end < packet.length) {
      this.#sendingOffset = end;
      return packet.subarray(start, end);
    }
    if (this.#outgoing !== undefined && this.#outgoing.qos === 0) this.#session.sent(this.#outgoing);
    this.#sending = undefined;
    this.#outgoing = undefined;
    return start === 0 ? packet : packet.subarray(start);
  }

  private beginPacket(): boolean {
    this.#sendingOffset = 0;
    this.#sending = this.#requests.shift();
    if (this.#sending === undefined && this.#flowing) {
      const { maximumInFlight, maximumQos } = this.#options;
      this.#outgoing = this.#session.nextPublish(maximumInFlight, maximumQos);
      this.#sending = this.#outgoing?.bytes;
    }
    return this.#sending !== undefined;
  }

  private releaseMessages(): void {
    while (this.hasRoom) {
      const packetIdentifier = this.#session.nextRelease();
      if (packetIdentifier === undefined) return;
      this.acknowledge(PUBREL, packetIdentifier);
    }
  }

  /** A packet of two bytes, if there is room for it. */
  private pushBare(type: Bare["type"]): boolean {
    if (this.#controlLength + 2 > CONTROL_LENGTH) return false;
    this.#control[this.#controlLength] = type << 4;
    this.#control[this.#controlLength + 1] = 0;
    this.#controlLength += 2;
    return true;
  }
}
