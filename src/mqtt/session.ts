/**
 * What the client and one server know of each other beyond a connection: the session state of section 4.1.
 *
 * A message on its way out moves from list to list:
 *
 *     outbox ──sent──> inFlight ──PUBACK──> acknowledged             QoS 1
 *                      inFlight ──PUBREC──> released ──PUBCOMP──> acknowledged      QoS 2
 *
 * When a connection begins and the server has the session, what is in flight becomes `unsent` and goes out again with
 * DUP, in the original order, and so do the PUBRELs of what is released. When the server has no session, or another
 * server takes over, what is in flight goes back to the outbox as new messages, and what is released is done: with
 * PUBREC the server has taken it on, and sending it again could deliver it twice.
 *
 * Messages may leave before CONNACK says which of the two it is, but only from a session in which nothing is open: so
 * that the order is kept, and all that is in flight then was sent on this very connection. CONNACK changes nothing
 * for them; if it refuses, the server has not looked at them, and they wait again as if they had never been sent.
 */

import { ProtocolError } from "./errors.js";
import type { ServerName } from "./event.js";
import { IdentifierSet } from "./identifier-set.js";
import type { Outbox } from "./outbox.js";
import type { Outgoing } from "./outgoing.js";
import { NO_MESSAGES, OutgoingList } from "./outgoing.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import { MAXIMUM_PACKET_IDENTIFIER, PacketIdentifiers } from "./packet-identifiers.js";
import type { RingOwner } from "./packet-ring.js";
import { restoredOutgoing } from "./restored-outgoing.js";
import type { Restored } from "./store-records.js";

export class Session implements RingOwner {
  /** One space of identifiers for PUBLISH, SUBSCRIBE and UNSUBSCRIBE. */
  readonly identifiers = new PacketIdentifiers();
  readonly outbox: Outbox;
  private readonly server: ServerName;
  private readonly isPersistent: boolean;
  /** Sent on this connection, in order. Changed here only, and on the fast path. */
  readonly sentList = new OutgoingList();
  private released = NO_MESSAGES;
  private unsent = NO_MESSAGES;
  /** Messages of QoS 0 that are being handed to the transport. */
  private leaving = NO_MESSAGES;
  /** The first of `released` whose PUBREL has not been sent on this connection; all behind it have not either. */
  private nextReleased: Outgoing | undefined = undefined;
  /** Inbound QoS 2 messages delivered and not yet released by PUBREL; absent before the first. */
  declare private inbound?: IdentifierSet | undefined;
  /** The session with another server, whose packets the outbox keeps too. */
  declare private readonly other?: RingOwner;

  /** Between CONNECT and CONNACK: what is in flight was sent on this connection. Stays set when CONNACK never comes. */
  private isEarly = false;
  /** How many of those, the first ones, had been given back by an earlier session; there once `isEarly` was set. */
  declare private earlyReturned: number;

  /** @param isPersistent whether the server is asked to keep the session, so that it is worth storing too */
  constructor(outbox: Outbox, server: ServerName = "mqtt", isPersistent = false) {
    this.outbox = outbox;
    this.server = server;
    this.isPersistent = isPersistent;
    const other = outbox.keepFor(this);
    if (other !== undefined) this.other = other;
  }

  /** For the ring. */
  relocate(move: (start: number) => number): void {
    this.unsent.relocate(move);
    this.sentList.relocate(move);
    this.leaving.relocate(move);
    this.other?.relocate(move);
  }

  /** Messages sent and not completed. */
  get inFlight(): number {
    return this.sentList.length + this.unsent.length + this.released.length;
  }

  /** Those of them whose outcome is open: not what was released when another server took over. */
  get unsettled(): number {
    let count = this.sentList.length + this.unsent.length;
    for (let at = this.released.first; at !== undefined; at = at.next) {
      if (at.outcome === undefined) count += 1;
    }
    return count;
  }

  /**
   * CONNECT is about to leave. Returns whether messages may follow it before CONNACK: when nothing older is open.
   * @param cleanSession whether the server forgets the session with CONNECT, so that nothing in it is open any more
   */
  beginEarly(cleanSession: boolean): boolean {
    this.isEarly = false;
    if (cleanSession) this.begin(false);
    this.earlyReturned = 0;
    this.isEarly = this.inFlight === 0 && !this.hasReceived;
    return this.isEarly;
  }

  /** CONNACK refused: the server has looked at nothing that followed CONNECT [MQTT-3.1.4-5]. */
  refused(): void {
    if (!this.isEarly) return;
    this.isEarly = false;
    const wasStored = this.isPersistent && this.hasStored;
    for (let at = this.sentList.first; at !== undefined; at = at.next) {
      this.identifiers.release(at.packetIdentifier as PacketIdentifier);
    }
    this.outbox.takeBack(this.sentList, this.earlyReturned);
    if (wasStored) this.outbox.store?.renewed(this.server);
  }

  /** A connection was accepted. */
  begin(sessionPresent: boolean): void {
    if (this.isEarly) {
      this.isEarly = false;
      if (!sessionPresent) this.keepOnlyInFlight();
      return;
    }
    if (sessionPresent) {
      for (let at = this.sentList.first; at !== undefined; at = at.next) at.repeat();
      this.sendAgain();
      this.nextReleased = this.released.first;
      return;
    }
    const wasStored = this.hasReceived || this.hasStored;
    this.giveBack();
    this.released.clear();
    this.nextReleased = undefined;
    this.identifiers.releaseAll();
    // What was never there needs no property.
    if (this.inbound !== undefined) this.inbound = undefined;
    if (wasStored) this.outbox.store?.forgotten(this.server);
  }

  /** Of identifiers that an earlier session had left in use the server knows nothing. */
  private keepOnlyInFlight(): void {
    this.identifiers.releaseAll();
    for (let at = this.sentList.first; at !== undefined; at = at.next) {
      this.identifiers.claim(at.packetIdentifier as PacketIdentifier);
    }
  }

  /**
   * Another server takes over. The identifiers of unfinished QoS 2 messages stay in use here: this server may hold
   * them, and would take a new message under one of them for a repetition.
   */
  handOver(): void {
    const wasStored = this.hasStored;
    this.giveBack();
    if (wasStored) this.outbox.store?.renewed(this.server);
  }

  private sendAgain(): void {
    if (this.sentList.first === undefined) return;
    if (this.unsent === NO_MESSAGES) this.unsent = new OutgoingList();
    this.unsent.prepend(this.sentList);
  }

  /** What is in flight waits again, and what was released is done. */
  private giveBack(): void {
    this.sendAgain();
    for (let at = this.unsent.first; at !== undefined; at = at.next) {
      if (at.qos === 1) this.identifiers.release(at.packetIdentifier as PacketIdentifier);
    }
    this.outbox.giveBack(this.unsent);
    for (let at = this.released.first; at !== undefined; at = at.next) {
      this.outbox.settle(at, "acknowledged");
    }
    // Thousands of fail-overs later: give up the oldest claims rather than run out of identifiers.
    if (this.identifiers.inUse > MAXIMUM_PACKET_IDENTIFIER / 2) {
      this.identifiers.releaseAll();
      for (let at = this.released.first; at !== undefined; at = at.next) {
        this.identifiers.claim(at.packetIdentifier as PacketIdentifier);
      }
    }
  }

  /**
   * The message to send now, with its packet identifier in it. One of QoS 0 is to be followed by `sent` or
   * `interrupted`.
   * @param window QoS 1 and 2 messages that may be in flight at once
   */
  nextPublish(window: number, maximumQos: QoS): Outgoing | undefined {
    const again = this.unsent.first;
    if (again !== undefined) {
      this.unsent.shift();
      this.sentList.push(again);
      return again;
    }
    const outgoing = this.outbox.peek();
    if (outgoing === undefined) return undefined;
    const qos = outgoing.qos;
    const isLowered = qos > maximumQos;
    const needsIdentifier = (isLowered ? maximumQos : qos) > 0;
    if (needsIdentifier && (this.inFlight >= window || this.identifiers.exhausted)) return undefined;
    if (this.isEarly) {
      // Nobody would tell what became of QoS 0: it could neither be kept nor be sent again.
      if (!needsIdentifier) return undefined;
      if (this.outbox.isReturning) this.earlyReturned += 1;
    }
    this.outbox.take();
    if (isLowered) this.outbox.lower(outgoing, maximumQos);
    if (needsIdentifier) {
      outgoing.identify(this.identifiers.take());
      this.sentList.push(outgoing);
      if (this.isPersistent) this.storeSending(outgoing);
    } else {
      if (this.leaving === NO_MESSAGES) this.leaving = new OutgoingList();
      this.leaving.push(outgoing);
    }
    return outgoing;
  }

  /** Whether nothing is to be sent before a new message. */
  get isClear(): boolean {
    return this.unsent.first === undefined && this.nextReleased === undefined && this.outbox.isEmpty;
  }

  /**
   * As `nextPublish`, but only a message whose packet has `limit` bytes at most, so that it leaves in one write with the
   * one before.
   * @param place where in the ring the packet must stand: right behind the one before; anywhere unless given
   */
  nextPublishWithin(limit: number, window: number, maximumQos: QoS, place?: number): Outgoing | undefined {
    const next = this.unsent.first ?? this.outbox.peek();
    if (next === undefined || next.byteLength > limit) return undefined;
    if (place !== undefined && next.start !== place) return undefined;
    // One that is lowered moves.
    return next.qos > maximumQos ? undefined : this.nextPublish(window, maximumQos);
  }

  /** The QoS 0 messages that `nextPublish` has given were handed to the transport. */
  sent(): void {
    while (this.leaving.first !== undefined) {
      const outgoing = this.leaving.first;
      this.leaving.shift();
      this.outbox.settle(outgoing, "sent");
    }
  }

  /** The connection ended in the middle of the QoS 0 message that `nextPublish` gave last. */
  interrupted(): void {
    const outgoing = this.leaving.shift();
    if (outgoing !== undefined) this.outbox.interrupted(outgoing);
  }

  /** Whether `nextRelease` has one. */
  get hasRelease(): boolean {
    return this.nextReleased !== undefined;
  }

  /** The packet identifier of the PUBREL to send now, in the order of the PUBRECs [MQTT-4.6.0-4]. */
  nextRelease(): PacketIdentifier | undefined {
    const outgoing = this.nextReleased;
    if (outgoing === undefined) return undefined;
    this.nextReleased = outgoing.next;
    return outgoing.packetIdentifier as PacketIdentifier;
  }

  /** PUBACK. One for a message that is not in flight is ignored. */
  acknowledged(packetIdentifier: PacketIdentifier): void {
    const first = this.sentList.first;
    // Servers answer in order: nearly always it is the first.
    if (first?.packetIdentifier !== packetIdentifier || first.qos !== 1) {
      this.acknowledgedOutOfTurn(packetIdentifier);
      return;
    }
    const identifiers = this.identifiers;
    if (identifiers.inUse === 1 && identifiers.first === packetIdentifier) {
      // It is by itself.
      identifiers.inUse = 0;
      this.sentList.first = this.sentList.last = undefined;
      this.sentList.length = 0;
    } else {
      this.sentList.shift();
      identifiers.release(packetIdentifier);
    }
    this.outbox.settle(first, "acknowledged");
  }

  private acknowledgedOutOfTurn(packetIdentifier: PacketIdentifier): void {
    const outgoing = this.findSent(packetIdentifier) ?? this.released.find(packetIdentifier);
    if (outgoing === undefined) return;
    if (outgoing.qos !== 1) throw new ProtocolError("MQTT-4.3.3-1", "PUBACK for a QoS 2 PUBLISH");
    this.removeSent(outgoing);
    this.identifiers.release(packetIdentifier);
    this.outbox.settle(outgoing, "acknowledged");
  }

  /**
   * PUBREC.
   * @returns whether PUBREL is to be sent out of turn, because `nextRelease` will not give it (again)
   */
  recorded(packetIdentifier: PacketIdentifier): boolean {
    const outgoing = this.findSent(packetIdentifier);
    if (outgoing === undefined) return !this.awaitsRelease(packetIdentifier);
    if (outgoing.qos !== 2) throw new ProtocolError("MQTT-4.3.2-1", "PUBREC for a QoS 1 PUBLISH");
    const { byteLength } = outgoing;
    this.removeSent(outgoing);
    outgoing.release();
    this.addReleased(outgoing);
    this.nextReleased ??= outgoing;
    this.outbox.store?.released(outgoing, this.server, byteLength);
    return false;
  }

  /** PUBCOMP. One for a message that was not released is ignored, unless it is in flight. */
  completed(packetIdentifier: PacketIdentifier): void {
    const outgoing = this.released.find(packetIdentifier);
    if (outgoing === undefined) {
      if (this.findSent(packetIdentifier) !== undefined) {
        throw new ProtocolError("MQTT-4.3.3-1", "PUBCOMP for a PUBLISH that was not released");
      }
      return;
    }
    if (this.nextReleased === outgoing) this.nextReleased = outgoing.next;
    this.released.remove(outgoing);
    this.identifiers.release(packetIdentifier);
    this.outbox.settle(outgoing, "acknowledged");
  }

  /** Whether an inbound QoS 2 message was delivered before and is not released yet. */
  wasReceived(packetIdentifier: PacketIdentifier): boolean {
    return this.inbound?.has(packetIdentifier) === true;
  }

  /**
   * An inbound QoS 2 message is about to be delivered; returns whether it is to be: one that was delivered before is only
   * acknowledged [MQTT-4.3.3-2].
   */
  receive(packetIdentifier: PacketIdentifier): boolean {
    if (!this.addReceived(packetIdentifier)) return false;
    if (this.isPersistent) this.outbox.store?.received(this.server, packetIdentifier);
    return true;
  }

  /** PUBREL: the same packet identifier is a new message from now on [MQTT-4.3.3-2]. */
  forget(packetIdentifier: PacketIdentifier): void {
    this.inbound?.delete(packetIdentifier);
    if (this.isPersistent) this.outbox.store?.completed(this.server, packetIdentifier);
  }

  /** Takes in what the store has of it, before the first connection. */
  restore(restored: Restored): void {
    const server = this.server;
    for (const message of restored.messages.values()) {
      if (message.server !== server) continue;
      const { packetIdentifier } = message;
      const outgoing = restoredOutgoing(message, this.outbox);
      this.identifiers.claim(packetIdentifier);
      if (outgoing.ring === undefined) {
        outgoing.packetIdentifier = packetIdentifier;
        this.addReleased(outgoing);
      } else {
        // It was stored before it had one.
        outgoing.identify(packetIdentifier);
        this.sentList.push(outgoing);
      }
    }
    for (const packetIdentifier of restored.received[server]) this.addReceived(packetIdentifier);
    this.identifiers.continueAfter(restored.last[server]);
  }

  /** For the store: what is in flight, and then what was released; without a server what leaves as QoS 0. */
  eachMessage(
    visit: (outgoing: Outgoing, server: ServerName | undefined, isReleased: boolean) => void,
  ): void {
    for (const list of [this.unsent, this.sentList]) {
      for (let at = list.first; at !== undefined; at = at.next) visit(at, this.server, false);
    }
    for (let at = this.released.first; at !== undefined; at = at.next) visit(at, this.server, true);
    // One that was stored and lowered, and should it be interrupted, waits again.
    for (let at = this.leaving.first; at !== undefined; at = at.next) visit(at, undefined, false);
  }

  private get hasStored(): boolean {
    let any = false;
    this.eachMessage(({ storeId }) => {
      any ||= storeId !== undefined;
    });
    return any;
  }

  private get hasReceived(): boolean {
    return this.inbound !== undefined && this.inbound.size > 0;
  }

  private addReceived(packetIdentifier: PacketIdentifier): boolean {
    this.inbound ??= new IdentifierSet();
    return this.inbound.add(packetIdentifier);
  }

  private addReleased(outgoing: Outgoing): void {
    if (this.released === NO_MESSAGES) this.released = new OutgoingList();
    this.released.push(outgoing);
  }

  /** In a session that is kept, whatever is in flight is part of it. */
  private storeSending(outgoing: Outgoing): void {
    const { store } = this.outbox;
    if (store === undefined) return;
    if (!outgoing.isStored) store.add(outgoing);
    store.sending(outgoing, this.server);
  }

  /** Sent on this connection or, with the session resumed, on an earlier one. */
  private findSent(packetIdentifier: PacketIdentifier): Outgoing | undefined {
    return this.sentList.find(packetIdentifier) ?? this.unsent.find(packetIdentifier);
  }

  private removeSent(outgoing: Outgoing): void {
    if (!this.sentList.remove(outgoing)) this.unsent.remove(outgoing);
  }

  private awaitsRelease(packetIdentifier: PacketIdentifier): boolean {
    let at = this.nextReleased;
    while (at !== undefined && at.packetIdentifier !== packetIdentifier) at = at.next;
    return at !== undefined;
  }
}
