/**
 * The messages that wait to be sent, whatever server they will go to: in order, bounded in number and in bytes.
 *
 * A message in flight belongs to the session with its server, but its bytes count here: memory is memory. When the
 * session is gone, its messages come back before all others, and are then neither evicted nor do they expire.
 */

import type { Outcome, RefusalReason } from "./event.js";
import type { MessageStore } from "./message-store.js";
import type { ServerOptions } from "./options.js";
import type { Outgoing, OutgoingSource } from "./outgoing.js";
import { OutgoingList, outgoingLength } from "./outgoing.js";
import type { QoS } from "./packet.js";
import type { Milliseconds } from "./ports.js";
import { MAXIMUM_REMAINING_LENGTH } from "./remaining-length.js";

/** The bounds: those of the server in use. */
export type OutboxLimits = Pick<
  ServerOptions,
  "maximumQueueLength" | "maximumQueueBytes" | "queueQos0" | "maximumInFlight"
>;

/** The longest packet there is: the fixed header's five bytes, and the largest remaining length. */
const MAXIMUM_PACKET_LENGTH = 5 + MAXIMUM_REMAINING_LENGTH;

/** How many messages ended in each way. */
export type Counters = Readonly<Record<Outcome, number>>;

export class Outbox {
  /** Where messages are kept that are to survive a loss of power; undefined: nowhere. */
  readonly store: MessageStore | undefined;
  readonly #counters = { sent: 0, acknowledged: 0, replaced: 0, evicted: 0, expired: 0, refused: 0 };
  readonly #returned = new OutgoingList();
  readonly #waiting = new OutgoingList();
  /** An array and not a list: a message can be settled while it still stands in a list of its session. */
  readonly #settled: Outgoing[] = [];
  #settledTaken = 0;
  /** Bytes of all packets held: waiting, returned and in flight. */
  #byteLength = 0;
  /** Bytes of those waiting, which eviction can free. */
  #waitingByteLength = 0;
  #nextExpiry: Milliseconds = Number.POSITIVE_INFINITY;

  constructor(store?: MessageStore) {
    this.store = store;
  }

  /** How many messages ended in each way so far. */
  get counters(): Counters {
    return this.#counters;
  }

  /** Messages not sent yet. */
  get length(): number {
    return this.#returned.length + this.#waiting.length;
  }

  /** Bytes held, messages in flight included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Messages that `takeSettled` has to give. */
  get settledLength(): number {
    return this.#settled.length - this.#settledTaken;
  }

  /** When the next message expires. */
  get deadline(): Milliseconds | undefined {
    return this.#nextExpiry === Number.POSITIVE_INFINITY ? undefined : this.#nextExpiry;
  }

  /**
   * Takes a message in, or refuses it. A state takes the place of an older one of its topic that waits. To make room
   * the oldest waiting states are evicted, and for an event then the oldest events.
   * @param isKept whether it is to be stored
   * @param connected whether it can be sent at once
   * @param room how many messages the in-flight window still takes
   */
  add(
    outgoing: Outgoing,
    source: OutgoingSource,
    limits: OutboxLimits,
    connected: boolean,
    room: number,
    expiresAt: Milliseconds,
    isKept = false,
  ): void {
    // What is about to be sent is not waiting: subscribers see every value while there is a connection.
    if (!connected || room <= 0) this.replace(source.stateTopic);
    const byteLength = outgoingLength(source);
    const obstacle = this.makeRoom(outgoing.qos, byteLength, limits, connected, room, source.stateTopic);
    if (obstacle !== undefined) {
      this.refuse(outgoing, obstacle);
      return;
    }
    outgoing.encode(source);
    outgoing.expiresAt = expiresAt;
    if (expiresAt < this.#nextExpiry) this.#nextExpiry = expiresAt;
    this.#byteLength += byteLength;
    this.#waitingByteLength += byteLength;
    this.#waiting.push(outgoing);
    if (isKept) this.store?.add(outgoing);
  }

  /** Takes in a message that was found in the store: it waits behind those before it. */
  restore(outgoing: Outgoing): void {
    this.#byteLength += outgoing.byteLength;
    this.#waitingByteLength += outgoing.byteLength;
    this.#waiting.push(outgoing);
  }

  /** As `restore`, for one that was in flight and belongs to its session. */
  restoreInFlight(outgoing: Outgoing): void {
    this.#byteLength += outgoing.byteLength;
  }

  /** All that wait, in the order in which they will be sent. */
  eachWaiting(visit: (outgoing: Outgoing) => void): void {
    for (let at = this.#returned.first; at !== undefined; at = at.next) visit(at);
    for (let at = this.#waiting.first; at !== undefined; at = at.next) visit(at);
  }

  /** The message to be sent next; it stays until `take`. */
  peek(): Outgoing | undefined {
    return this.#returned.first ?? this.#waiting.first;
  }

  /** Removes the message that `peek` showed: it is in flight now, or sent. */
  take(): void {
    if (this.#returned.shift() === undefined && this.#waiting.first !== undefined) {
      this.withdraw(this.#waiting.first);
    }
  }

  /** The session they were in flight in is gone: they are the first to be sent, as new messages. */
  giveBack(list: OutgoingList): void {
    for (let outgoing = list.first; outgoing !== undefined; outgoing = outgoing.next) outgoing.renew();
    this.#returned.prepend(list);
  }

  /** Whether `take` would remove one that was given back. */
  get isReturning(): boolean {
    return this.#returned.length > 0;
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
        this.#waitingByteLength += outgoing.byteLength;
        if (outgoing.expiresAt < this.#nextExpiry) this.#nextExpiry = outgoing.expiresAt;
      }
    }
    this.#returned.prepend(returned);
    this.#waiting.prepend(waiting);
  }

  /** Lowers the QoS of a message that was taken to what the server it goes to is sent at most. */
  lower(outgoing: Outgoing, maximumQos: QoS): void {
    const before = outgoing.byteLength;
    outgoing.lower(maximumQos);
    const growth = outgoing.byteLength - before;
    this.#byteLength += growth;
    if (outgoing.isStored) this.store?.resized(growth);
  }

  /** Settles what has waited too long. */
  expired(now: Milliseconds): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    let outgoing = this.#waiting.first;
    while (outgoing !== undefined) {
      const { next, expiresAt } = outgoing;
      if (expiresAt <= now) {
        this.withdraw(outgoing);
        this.settle(outgoing, "expired");
      } else if (expiresAt < this.#nextExpiry) {
        this.#nextExpiry = expiresAt;
      }
      outgoing = next;
    }
  }

  /** A QoS 0 message could not be sent whole: no server has it. Before `disconnected`. */
  interrupted(outgoing: Outgoing): void {
    if (this.#returned.first !== undefined) {
      // It was one of those, and was lowered: it stays before them.
      this.#returned.unshift(outgoing);
      return;
    }
    this.#waiting.unshift(outgoing);
    this.#waitingByteLength += outgoing.byteLength;
    // While it was being sent it did not wait, and its expiry may have been passed over.
    if (outgoing.expiresAt < this.#nextExpiry) this.#nextExpiry = outgoing.expiresAt;
  }

  /** The connection is gone: QoS 0 messages wait no longer, unless they may. */
  disconnected(queueQos0: boolean): void {
    if (queueQos0) return;
    this.refuseQos0(this.#returned);
    this.refuseQos0(this.#waiting);
  }

  /** Lets the packet of a message go, whose identifier is all that is needed from now on. */
  release(outgoing: Outgoing): void {
    this.#byteLength -= outgoing.byteLength;
    outgoing.bytes = undefined;
  }

  /** This is how it ended. The first outcome stands. */
  settle(outgoing: Outgoing, outcome: Outcome): void {
    const { byteLength } = outgoing;
    this.release(outgoing);
    if (outgoing.outcome !== undefined) return;
    outgoing.outcome = outcome;
    this.#counters[outcome] += 1;
    this.store?.ended(outgoing, byteLength);
    if (outgoing.handler !== undefined) this.#settled.push(outgoing);
  }

  /** The next message that was settled and whose handler is to be told. */
  takeSettled(): Outgoing | undefined {
    const settled = this.#settled;
    const taken = settled[this.#settledTaken];
    if (taken === undefined) return undefined;
    this.#settledTaken += 1;
    // With the last one, or it and all before it would be kept until somebody asks once more.
    if (this.#settledTaken === settled.length) {
      settled.length = 0;
      this.#settledTaken = 0;
    }
    return taken;
  }

  /** Evicts what must give way to a new message; returns why it cannot be taken, if it cannot. */
  private makeRoom(
    qos: QoS,
    byteLength: number,
    limits: OutboxLimits,
    connected: boolean,
    room: number,
    stateTopic: string | undefined,
  ): RefusalReason | undefined {
    if (qos === 0 && !connected && !limits.queueQos0) return "offline";
    if (byteLength > Math.min(limits.maximumQueueBytes, MAXIMUM_PACKET_LENGTH)) return "packet-too-large";
    // What the window takes at once does not wait, and so does not count as queued.
    const maximum = limits.maximumQueueLength + (connected ? room : 0);
    // Nothing is evicted for a message that would not fit even then.
    const kept = this.#byteLength - this.#waitingByteLength;
    if (this.#returned.length >= maximum || kept + byteLength > limits.maximumQueueBytes) return "queue-full";
    // Without a queue there are only those that the window takes at once, and they do not give way.
    if (limits.maximumQueueLength === 0 && this.length >= maximum) return "queue-full";
    while (this.length >= maximum || this.#byteLength + byteLength > limits.maximumQueueBytes) {
      const victim = this.oldestState() ?? (stateTopic === undefined ? this.#waiting.first : undefined);
      // A state does not push events out.
      if (victim === undefined) return "queue-full";
      this.withdraw(victim);
      this.settle(victim, "evicted");
    }
    return undefined;
  }

  private oldestState(): Outgoing | undefined {
    let at = this.#waiting.first;
    while (at !== undefined && at.stateTopic === undefined) at = at.next;
    return at;
  }

  /** A newer state makes the one that waits pointless. */
  private replace(stateTopic: string | undefined): void {
    if (stateTopic === undefined) return;
    let at = this.#waiting.first;
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
        if (list === this.#waiting) this.withdraw(outgoing);
        else list.remove(outgoing);
        this.refuse(outgoing, "offline");
      }
      outgoing = next;
    }
  }

  private refuse(outgoing: Outgoing, reason: RefusalReason): void {
    outgoing.reason = reason;
    this.settle(outgoing, "refused");
  }

  private withdraw(outgoing: Outgoing): void {
    this.#waiting.remove(outgoing);
    this.#waitingByteLength -= outgoing.byteLength;
  }
}
