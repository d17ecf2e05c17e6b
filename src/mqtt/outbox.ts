/**
 * The messages that wait to be sent, whatever server they will go to: in order, bounded in number and in bytes.
 *
 * A message in flight belongs to the session with its server, but its bytes count here: memory is memory. When the
 * session is gone, its messages come back before all others, and are then neither evicted nor do they expire.
 */

import { writePublish } from "./encode.js";
import type { Outcome, RefusalReason } from "./event.js";
import type { Message } from "./message.js";
import { bytesOfPayload, checkMessage } from "./message.js";
import type { MessageStore } from "./message-store.js";
import type { ServerOptions } from "./options.js";
import type { DeliveryHandler } from "./outgoing.js";
import { NO_MESSAGES, Outgoing, OutgoingList } from "./outgoing.js";
import type { QoS } from "./packet.js";
import type { RingHolder, RingOwner } from "./packet-ring.js";
import { PacketRing } from "./packet-ring.js";
import type { Milliseconds, TextPort } from "./ports.js";
import { packetLength } from "./remaining-length.js";
import type { SharedMemory } from "./shared-memory.js";
import { TopicNames } from "./topic-names.js";

/** The bounds: those of the server in use. */
export type OutboxLimits = Pick<ServerOptions, "maximumQueueLength" | "maximumQueueBytes" | "queueQos0">;

/** Settled messages that were taken and are kept all the same for a while, so that not every one moves the others. */
const SETTLED_KEPT = 16;

/** How many messages ended in each way. */
export type Counters = Readonly<Record<Outcome, number>>;

/** In place of a list of settled messages, until there is one. */
const NOTHING_SETTLED = Object.freeze([]) as unknown as Outgoing[];

export class Outbox implements RingHolder {
  /** Where messages are kept that are to survive a loss of power; undefined: nowhere. */
  readonly store: MessageStore | undefined;
  /** When the next message expires. */
  nextExpiry: Milliseconds = Number.POSITIVE_INFINITY;
  readonly text: TextPort | undefined;
  /** Most ways are never seen: those that were not are not in it. */
  private readonly tally: { [Way in Outcome]?: number } = {};
  readonly topicNames = new TopicNames();
  /** Undefined before the first message, and while there is none if rings are lent. */
  ring: PacketRing | undefined = undefined;
  declare readonly shared?: SharedMemory;
  /** Messages that `takeSettled` has to give. Changed here only. */
  settledLength = 0;
  private returned = NO_MESSAGES;
  private waiting = NO_MESSAGES;
  /** Who knows the messages that have left the outbox, and whose packets it still keeps. */
  private keeper: RingOwner | undefined = undefined;
  /** An array and not a list: a message can be settled while it still stands in a list of its session. */
  private settled = NOTHING_SETTLED;
  private settledTaken = 0;
  /** Bytes of those waiting, which eviction can free. */
  private waitingByteLength = 0;

  constructor(store?: MessageStore, text?: TextPort, shared?: SharedMemory) {
    this.store = store;
    this.text = text;
    if (shared !== undefined) this.shared = shared;
  }

  /**
   * Its packets are still kept for messages that have left the outbox.
   * @returns who was told of that before, and is now to be told by `keeper`
   */
  keepFor(keeper: RingOwner): RingOwner | undefined {
    const before = this.keeper;
    this.keeper = keeper;
    return before;
  }

  /** For the ring. */
  relocate(move: (start: number) => number): void {
    this.returned.relocate(move);
    this.waiting.relocate(move);
    this.keeper?.relocate(move);
  }

  /** How many messages ended in each way so far. */
  get counters(): Counters {
    const { sent = 0, acknowledged = 0, replaced = 0, evicted = 0, expired = 0, refused = 0 } = this.tally;
    return { sent, acknowledged, replaced, evicted, expired, refused };
  }

  get isEmpty(): boolean {
    return this.waiting.first === undefined && this.returned.first === undefined;
  }

  /** Messages not sent yet. */
  get length(): number {
    return this.returned.length + this.waiting.length;
  }

  /** Bytes held, messages in flight included. */
  get byteLength(): number {
    return this.ring === undefined ? 0 : this.ring.byteLength;
  }

  /**
   * Takes a message in, or refuses it. A state takes the place of an older one of its topic that waits. To make room
   * the oldest waiting states are evicted, and for an event then the oldest events.
   * @param handler is told how it ended
   * @param connected whether it can be sent at once
   * @param inFlightRoom how many messages of QoS 1 and 2 the in-flight window still takes
   * @throws UsageError for a message that cannot be
   */
  add(
    message: Message,
    handler: DeliveryHandler | undefined,
    now: Milliseconds,
    limits: OutboxLimits,
    connected: boolean,
    inFlightRoom: number,
  ): Outgoing {
    const qos = message.qos ?? 0;
    const expiresAfter = message.expiresAfter;
    const lateOffset = message.lateOffset;
    if (expiresAfter !== undefined || lateOffset !== undefined || (qos !== 1 && qos !== 0 && qos !== 2)) {
      checkMessage(message);
    }
    const topic = this.topicNames.encoded(message.topicName, this.text, this.shared?.slabs);
    const payload = bytesOfPayload(message.payload, this.text);
    const remaining = topic.length + (qos === 0 ? 0 : 2) + payload.length;
    const byteLength = packetLength(remaining);
    const stateTopic = message.kind === "state" ? message.topicName : undefined;
    // What is about to be sent is not waiting: subscribers see every value while there is a connection.
    if (stateTopic !== undefined && (!connected || roomFor(qos, inFlightRoom) === 0)) {
      this.replace(stateTopic);
    }
    // As long as the queue is not full, which is nearly always, there is nothing to make room for.
    if (
      !connected ||
      this.waiting.length + this.returned.length >= limits.maximumQueueLength ||
      this.byteLength + byteLength > limits.maximumQueueBytes
    ) {
      const obstacle = this.makeRoom(qos, byteLength, limits, connected, inFlightRoom, stateTopic);
      if (obstacle !== undefined) return this.refused(handler, obstacle);
    }

    // Only now: with the last packet that had to make room, the ring may have gone back.
    const ring = this.ring ?? this.ownRing();
    const start = ring.reserve(byteLength);
    const outgoing = new Outgoing(ring, start);
    const bytes = ring.bytes as Uint8Array;
    const topicEnd = writePublish(qos, message.retain === true, remaining, topic, bytes, start);
    const end = qos === 0 ? topicEnd : topicEnd + 2;
    bytes.set(payload, end);
    if (handler !== undefined) outgoing.handler = handler;
    if (stateTopic !== undefined) outgoing.stateTopic = stateTopic;
    if (lateOffset !== undefined) outgoing.lateOffset = end - start + lateOffset;
    if (expiresAfter !== undefined) this.limitWait(outgoing, now + expiresAfter);
    this.enqueue(outgoing);
    // What may expire is of no use after a restart, and only the newest state is.
    if (this.store !== undefined && qos > 0 && stateTopic === undefined && expiresAfter === undefined) {
      // In place of the packet identifier, which it is given later: of what stood there before, perhaps another client's,
      // nothing is stored.
      bytes[end - 2] = bytes[end - 1] = 0;
      this.store.add(outgoing);
    }
    return outgoing;
  }

  /** The packet of a message that was found in the store, as it was. */
  hold(packet: Uint8Array): Outgoing {
    const ring = this.ring ?? this.ownRing();
    const start = ring.reserve(packet.length);
    (ring.bytes as Uint8Array).set(packet, start);
    return new Outgoing(ring, start);
  }

  /** The ring, made or lent when a message comes and there is none. */
  ownRing(): PacketRing {
    const ring = this.shared?.rings?.lend(this) ?? new PacketRing(this);
    this.ring = ring;
    return ring;
  }

  /** It waits, behind those before it. */
  enqueue(outgoing: Outgoing): void {
    this.waitingByteLength += outgoing.byteLength;
    this.ownWaiting().push(outgoing);
  }

  /** All that wait, in the order in which they will be sent. */
  eachWaiting(visit: (outgoing: Outgoing) => void): void {
    for (let at = this.returned.first; at !== undefined; at = at.next) visit(at);
    for (let at = this.waiting.first; at !== undefined; at = at.next) visit(at);
  }

  /** The message to be sent next; it stays until `take`. */
  peek(): Outgoing | undefined {
    return this.returned.first ?? this.waiting.first;
  }

  /** Removes the message that `peek` showed: it is in flight now, or sent. */
  take(): void {
    if (this.returned.first !== undefined) this.returned.shift();
    else {
      const outgoing = this.waiting.shift();
      if (outgoing !== undefined) this.waitingByteLength -= outgoing.byteLength;
    }
  }

  /** The session they were in flight in is gone: they are the first to be sent, as new messages. */
  giveBack(list: OutgoingList): void {
    for (let outgoing = list.first; outgoing !== undefined; outgoing = outgoing.next) outgoing.renew();
    this.comeBack(list);
  }

  /** Whether `take` would remove one that was given back. */
  get isReturning(): boolean {
    return this.returned.length > 0;
  }

  /**
   * No server has looked at them: they wait where they were, before all others.
   * @param list is empty afterwards
   * @param returnedLength how many of them, the first ones, had been given back before they were taken
   */
  takeBack(list: OutgoingList, returnedLength: number): void {
    const returned = new OutgoingList();
    const waiting = new OutgoingList();
    for (let outgoing = list.shift(); outgoing !== undefined; outgoing = list.shift()) {
      outgoing.renew();
      if (returned.length < returnedLength) {
        returned.push(outgoing);
      } else {
        waiting.push(outgoing);
        this.waitingByteLength += outgoing.byteLength;
        const { expiresAt } = outgoing;
        if (expiresAt !== undefined && expiresAt < this.nextExpiry) this.nextExpiry = expiresAt;
      }
    }
    this.comeBack(returned);
    this.ownWaiting().prepend(waiting);
  }

  private ownWaiting(): OutgoingList {
    if (this.waiting === NO_MESSAGES) this.waiting = new OutgoingList();
    return this.waiting;
  }

  private comeBack(list: OutgoingList): void {
    if (list.first === undefined) return;
    if (this.returned === NO_MESSAGES) this.returned = new OutgoingList();
    this.returned.prepend(list);
  }

  /** Lowers the QoS of a message that was taken to what the server it goes to is sent at most. */
  lower(outgoing: Outgoing, maximumQos: QoS): void {
    const before = outgoing.byteLength;
    outgoing.lower(maximumQos);
    const growth = outgoing.byteLength - before;
    if (outgoing.isStored) this.store?.resized(growth);
  }

  /** Settles what has waited too long. */
  expired(now: Milliseconds): void {
    if (now < this.nextExpiry) return;
    this.nextExpiry = Number.POSITIVE_INFINITY;
    let outgoing = this.waiting.first;
    while (outgoing !== undefined) {
      const { next, expiresAt = Number.POSITIVE_INFINITY } = outgoing;
      if (expiresAt <= now) {
        this.withdraw(outgoing);
        this.settle(outgoing, "expired");
      } else if (expiresAt < this.nextExpiry) {
        this.nextExpiry = expiresAt;
      }
      outgoing = next;
    }
  }

  /** A QoS 0 message could not be sent whole: no server has it. Before `disconnected`. */
  interrupted(outgoing: Outgoing): void {
    if (this.returned.first !== undefined) {
      // It was one of those, and was lowered: it stays before them.
      this.returned.unshift(outgoing);
      return;
    }
    this.ownWaiting().unshift(outgoing);
    this.waitingByteLength += outgoing.byteLength;
    // While it was being sent it did not wait, and its expiry may have been passed over.
    const { expiresAt } = outgoing;
    if (expiresAt !== undefined && expiresAt < this.nextExpiry) this.nextExpiry = expiresAt;
  }

  /** The connection is gone: QoS 0 messages wait no longer, unless they may. */
  disconnected(queueQos0: boolean): void {
    if (queueQos0) return;
    this.refuseQos0(this.returned);
    this.refuseQos0(this.waiting);
  }

  /** This is how it ended. The first outcome stands. */
  settle(outgoing: Outgoing, outcome: Outcome): void {
    if (outgoing.outcome === undefined) {
      outgoing.outcome = outcome;
      this.tally[outcome] = (this.tally[outcome] ?? 0) + 1;
      if (outgoing.storeId !== undefined) this.store?.ended(outgoing, outgoing.byteLength);
      if (outgoing.handler !== undefined) {
        if (this.settled === NOTHING_SETTLED) this.settled = [];
        this.settled.push(outgoing);
        this.settledLength += 1;
      }
    }
    const ring = outgoing.ring;
    if (ring === undefined) return;
    outgoing.ring = undefined;
    ring.release(outgoing.start);
  }

  /** The next message that was settled and whose handler is to be told. */
  takeSettled(): Outgoing | undefined {
    const settled = this.settled;
    const taken = settled[this.settledTaken];
    if (taken === undefined) return undefined;
    this.settledTaken += 1;
    this.settledLength -= 1;
    // Those that were taken are not kept: not until the last one is taken either, which may never be.
    if (this.settledTaken === settled.length || this.settledTaken === SETTLED_KEPT) {
      settled.splice(0, this.settledTaken);
      this.settledTaken = 0;
    }
    return taken;
  }

  /** Evicts what must give way to a new message; returns why it cannot be taken, if it cannot. */
  private makeRoom(
    qos: QoS,
    byteLength: number,
    limits: OutboxLimits,
    connected: boolean,
    inFlightRoom: number,
    stateTopic: string | undefined,
  ): RefusalReason | undefined {
    if (qos === 0 && !connected && !limits.queueQos0) return "offline";
    if (byteLength > limits.maximumQueueBytes) return "packet-too-large";
    // What the window takes at once does not wait, and so does not count as queued.
    const maximum = limits.maximumQueueLength + (connected ? roomFor(qos, inFlightRoom) : 0);
    // Nothing is evicted for a message that would not fit even then.
    const kept = this.byteLength - this.waitingByteLength;
    if (this.returned.length >= maximum || kept + byteLength > limits.maximumQueueBytes) return "queue-full";
    // Without a queue there are only those that the window takes at once, and they do not give way.
    if (limits.maximumQueueLength === 0 && this.length >= maximum) return "queue-full";
    while (this.length >= maximum || this.byteLength + byteLength > limits.maximumQueueBytes) {
      const victim = this.oldestState() ?? (stateTopic === undefined ? this.waiting.first : undefined);
      // A state does not push events out.
      if (victim === undefined) return "queue-full";
      this.withdraw(victim);
      this.settle(victim, "evicted");
    }
    return undefined;
  }

  private oldestState(): Outgoing | undefined {
    let at = this.waiting.first;
    while (at !== undefined && at.stateTopic === undefined) at = at.next;
    return at;
  }

  /** A newer state makes the one that waits pointless. */
  private replace(stateTopic: string): void {
    let at = this.waiting.first;
    while (at !== undefined && at.stateTopic !== stateTopic) at = at.next;
    if (at === undefined) return;
    this.withdraw(at);
    this.settle(at, "replaced");
  }

  private refuseQos0(list: OutgoingList): void {
    let outgoing = list.first;
    while (outgoing !== undefined) {
      const { next } = outgoing;
      if (outgoing.qos === 0) {
        if (list === this.waiting) this.withdraw(outgoing);
        else list.remove(outgoing);
        this.refuse(outgoing, "offline");
      }
      outgoing = next;
    }
  }

  private refused(handler: DeliveryHandler | undefined, reason: RefusalReason): Outgoing {
    const outgoing = new Outgoing();
    if (handler !== undefined) outgoing.handler = handler;
    this.refuse(outgoing, reason);
    return outgoing;
  }

  private refuse(outgoing: Outgoing, reason: RefusalReason): void {
    outgoing.reason = reason;
    this.settle(outgoing, "refused");
  }

  /** @param last the last point of time at which it may still be sent: with no wait at all it is sent now or never */
  private limitWait(outgoing: Outgoing, last: Milliseconds): void {
    outgoing.expiresAt = last + 1;
    if (outgoing.expiresAt < this.nextExpiry) this.nextExpiry = outgoing.expiresAt;
  }

  private withdraw(outgoing: Outgoing): void {
    this.waiting.remove(outgoing);
    this.waitingByteLength -= outgoing.byteLength;
  }
}

/** How many more messages of this QoS may leave at once: QoS 0 needs no window. */
function roomFor(qos: QoS, inFlightRoom: number): number {
  return inFlightRoom > 0 ? inFlightRoom : qos === 0 ? 1 : 0;
}
