/**
 * What the application wants to receive, and which server knows of it.
 *
 * The two servers have sessions of their own, so for each topic filter it is kept, a bit a server, whether that
 * server has confirmed it, refused it, or may hold it at all. From this follows what to send after each CONNACK:
 * all of it to a server without a session, only what changed to one that resumes.
 */

import type { MessageHeader } from "./connection-event.js";
import type { ServerName } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import { topicMatches } from "./topic.js";

/** A message as it arrives. `payload` is valid during the call only: copy it to keep it. */
export interface ReceivedMessage extends MessageHeader {
  readonly payload: Uint8Array;
}

/** A message whose payload is over the receive limit. */
export interface StreamedMessage extends MessageHeader {
  /** Bytes of payload that will come. */
  readonly payloadLength: number;
}

/** Takes a payload part by part. One that throws is given nothing more of it. */
export interface PayloadSink {
  /** The next part, valid during the call only. */
  onChunk(bytes: Uint8Array): void;
  /** That was all of it. */
  onEnd(): void;
  /** The connection was lost in between. With QoS 1 and 2 the server sends the message again, from its start. */
  onAborted(): void;
}

/** The application's side of a subscription. All but `onMessage` are optional. */
export interface SubscriptionHandler {
  onMessage(message: ReceivedMessage): void;
  /** For a payload over the receive limit: return a sink to take it, or nothing to refuse it. */
  onStream?(message: StreamedMessage): PayloadSink | undefined;
  /** SUBACK: the server grants `qos`, which can be lower than asked for. */
  onSubscribed?(topicFilter: string, qos: QoS): void;
  /** SUBACK 0x80: refused; not asked for again at this server until `subscribe` is called again. */
  onRefused?(topicFilter: string): void;
}

/** One topic filter with all handlers it has. */
export class SubscriptionEntry {
  readonly topicFilter: string;
  qos: QoS;
  /** Replaced, never changed, so that it can be iterated while handlers come and go. Empty: to be unsubscribed. */
  handlers: readonly SubscriptionHandler[] = [];
  /** Bits of servers whose SUBACK for exactly this has come. */
  confirmed = 0;
  refused = 0;
  /** Bits of servers that may hold a subscription on this filter. */
  held = 0;
  /** A SUBSCRIBE or UNSUBSCRIBE for it is under way. */
  pending = false;
  /** Somebody has come since what is under way was sent: its answer does not confirm it. */
  stale = false;

  constructor(topicFilter: string, qos: QoS) {
    this.topicFilter = topicFilter;
    this.qos = qos;
  }
}

/** Topic filters in one packet at most, so that the packet stays small; AWS IoT Core accepts no more than 8. */
const BATCH = 8;

const NOBODY: readonly SubscriptionHandler[] = Object.freeze([]);

export class Subscriptions {
  readonly #entries = new Map<string, SubscriptionEntry>();
  readonly #pending = new Map<PacketIdentifier, readonly SubscriptionEntry[]>();
  /** Whether a filter may need a packet, so that nobody looks for one at every message. */
  #changed = false;

  /** Whether `toSubscribe` and `toUnsubscribe` may have something to give. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** Whether a SUBSCRIBE or UNSUBSCRIBE is to be sent, or not answered yet. */
  get isAsking(): boolean {
    return this.#changed || this.#pending.size > 0;
  }

  /** Another number whenever a message may go to others than before. */
  version = 0;

  /** Topic filters that somebody wants or a server may hold. */
  get length(): number {
    return this.#entries.size;
  }

  /**
   * Adds a handler; the QoS asked for is the highest of the filter's handlers. A filter that a server has confirmed,
   * or is just about to, is asked for again, so that the new handler gets the retained message too.
   */
  add(topicFilter: string, handler: SubscriptionHandler, qos: QoS): void {
    let entry = this.#entries.get(topicFilter);
    if (entry === undefined) {
      entry = new SubscriptionEntry(topicFilter, qos);
      this.#entries.set(topicFilter, entry);
    }
    entry.stale = entry.pending;
    entry.qos = entry.handlers.length === 0 || qos > entry.qos ? qos : entry.qos;
    entry.confirmed = 0;
    entry.refused = 0;
    entry.handlers = [...entry.handlers, handler];
    this.version += 1;
    this.#changed = true;
  }

  /** Removes `handler`, or all handlers of the filter. */
  remove(topicFilter: string, handler?: SubscriptionHandler): void {
    const entry = this.#entries.get(topicFilter);
    if (entry === undefined) return;
    entry.handlers = handler === undefined ? [] : entry.handlers.filter((other) => other !== handler);
    this.#changed = true;
    this.version += 1;
    this.drop(entry);
  }

  /** A server accepted a connection. */
  begin(server: ServerName, sessionPresent: boolean): void {
    const bit = bitOf(server);
    this.#pending.clear();
    this.#changed = true;
    for (const entry of this.#entries.values()) {
      entry.pending = false;
      if (!sessionPresent) {
        entry.confirmed &= ~bit;
        entry.held &= ~bit;
        this.drop(entry);
      }
    }
  }

  /** The filters to put into the next SUBSCRIBE; `asked` is to be called with them. */
  toSubscribe(server: ServerName): readonly SubscriptionEntry[] {
    if (!this.#changed) return [];
    const bit = bitOf(server);
    return this.batch(
      (entry) => entry.handlers.length > 0 && ((entry.confirmed | entry.refused) & bit) === 0,
    );
  }

  /** The filters to put into the next UNSUBSCRIBE; `asked` is to be called with them. */
  toUnsubscribe(server: ServerName): readonly SubscriptionEntry[] {
    if (!this.#changed) return [];
    const bit = bitOf(server);
    const batch = this.batch((entry) => entry.handlers.length === 0 && (entry.held & bit) !== 0);
    if (batch.length === 0) this.#changed = false;
    return batch;
  }

  /** A packet for these filters is on its way. */
  asked(server: ServerName, packetIdentifier: PacketIdentifier, batch: readonly SubscriptionEntry[]): void {
    const bit = bitOf(server);
    for (const entry of batch) {
      entry.pending = true;
      entry.stale = false;
      entry.held |= bit;
    }
    this.#pending.set(packetIdentifier, batch);
  }

  /** SUBACK. Returns the filters it is about, in the order of its return codes. */
  granted(
    server: ServerName,
    packetIdentifier: PacketIdentifier,
    returnCodes: readonly (QoS | 0x80)[],
  ): readonly SubscriptionEntry[] {
    const bit = bitOf(server);
    const batch = this.takePending(packetIdentifier);
    for (let i = 0; i < batch.length; i += 1) {
      const entry = batch[i] as SubscriptionEntry;
      if (returnCodes[i] === 0x80) {
        entry.refused |= bit;
        entry.held &= ~bit;
        this.drop(entry);
      } else if (!entry.stale) {
        entry.confirmed |= bit;
      }
    }
    return batch;
  }

  /** UNSUBACK. Returns the filters it is about. */
  ended(server: ServerName, packetIdentifier: PacketIdentifier): readonly SubscriptionEntry[] {
    const bit = bitOf(server);
    const batch = this.takePending(packetIdentifier);
    for (const entry of batch) {
      entry.held &= ~bit;
      entry.confirmed &= ~bit;
      this.drop(entry);
    }
    return batch;
  }

  /** The handlers a message goes to: those of every filter that matches its topic name, in the order subscribed. */
  matching(topicName: string): readonly SubscriptionHandler[] {
    let found: readonly SubscriptionHandler[] = NOBODY;
    for (const entry of this.#entries.values()) {
      if (entry.handlers.length === 0 || !topicMatches(entry.topicFilter, topicName)) continue;
      // Most often there is one filter, and its list is used as it is.
      found = found.length === 0 ? entry.handlers : [...found, ...entry.handlers];
    }
    return found;
  }

  private batch(isDue: (entry: SubscriptionEntry) => boolean): readonly SubscriptionEntry[] {
    const batch: SubscriptionEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (!entry.pending && isDue(entry) && batch.push(entry) === BATCH) break;
    }
    return batch;
  }

  private takePending(packetIdentifier: PacketIdentifier): readonly SubscriptionEntry[] {
    const batch = this.#pending.get(packetIdentifier) ?? [];
    this.#pending.delete(packetIdentifier);
    this.#changed = true;
    for (const entry of batch) entry.pending = false;
    return batch;
  }

  /** Forgets a filter nobody wants and no server holds. */
  private drop(entry: SubscriptionEntry): void {
    if (entry.handlers.length === 0 && entry.held === 0 && !entry.pending)
      this.#entries.delete(entry.topicFilter);
  }
}

function bitOf(server: ServerName): number {
  return server === "mqtt" ? 1 : 2;
}
