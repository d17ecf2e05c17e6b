/**
 * What the application wants to receive, and which server knows of it.
 *
 * The two servers have sessions of their own, so for each topic filter it is kept, a bit a server, whether that
 * server has confirmed it, refused it, or may hold it at all. From this follows what to send after each CONNACK:
 * all of it to a server without a session, only what changed to one that resumes.
 */

import type { MessageHeader } from "./connection-event.js";
import type { ServerName } from "./event.js";
import type { FilterShape } from "./filter-shapes.js";
import { addShape, NO_SHAPES, removeShape } from "./filter-shapes.js";
import { FilterTable } from "./filter-table.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import type { Recipients } from "./recipients.js";
import { joined, NOBODY, withoutHandler } from "./recipients.js";
import { SubscriptionEntry } from "./subscription-entry.js";
import { hasWildcard } from "./topic.js";

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

/** Where messages on a topic go. */
export interface Route {
  readonly topicName: string;
  readonly handler: Pick<SubscriptionHandler, "onMessage">;
}

/** Topic filters in one packet at most, so that the packet stays small; AWS IoT Core accepts no more than 8. */
const BATCH = 8;

export class Subscriptions {
  /**
   * For the router: the topic names that came last, and whom messages on them go to. A device hears on a few topics again
   * and again: their names need not be checked another time, nor looked for among the filters. Gone whenever somebody
   * comes or goes.
   */
  routes: Map<string, Route> | undefined = undefined;
  /** Whether a filter may need a packet, so that nobody looks for one at every message. Changed here only. */
  isChanged = false;
  private readonly filters = new FilterTable();
  /** Of the filters with wildcards among them. */
  private shapes: readonly FilterShape[] = NO_SHAPES;
  /** Undefined while every SUBSCRIBE and UNSUBSCRIBE has been answered. */
  private pending: Map<PacketIdentifier, readonly SubscriptionEntry[]> | undefined = undefined;

  /** Whether a SUBSCRIBE or UNSUBSCRIBE is to be sent, or not answered yet. */
  get isAsking(): boolean {
    return this.isChanged || this.pending !== undefined;
  }

  /** Topic filters that somebody wants or a server may hold. */
  get length(): number {
    return this.filters.length;
  }

  /**
   * Adds a handler; the QoS asked for is the highest of the filter's handlers. A filter that a server has confirmed,
   * or is just about to, is asked for again, so that the new handler gets the retained message too.
   */
  add(topicFilter: string, handler: SubscriptionHandler, qos: QoS): void {
    let entry = this.filters.get(topicFilter);
    if (entry === undefined) {
      entry = new SubscriptionEntry(topicFilter);
      this.filters.add(entry);
      if (hasWildcard(topicFilter)) this.shapes = addShape(this.shapes, topicFilter);
    }
    entry.wanted(handler, qos);
    this.isChanged = true;
    this.routes = undefined;
  }

  /** Removes `handler`, or all handlers of the filter. */
  remove(topicFilter: string, handler?: SubscriptionHandler): void {
    const entry = this.filters.get(topicFilter);
    if (entry === undefined) return;
    entry.handlers = handler === undefined ? NOBODY : withoutHandler(entry.handlers, handler);
    this.isChanged = true;
    this.routes = undefined;
    this.drop(entry);
  }

  /** A server accepted a connection. */
  begin(server: ServerName, sessionPresent: boolean): void {
    this.pending = undefined;
    this.isChanged = true;
    for (const entry of this.filters.entries) {
      entry.answered();
      if (!sessionPresent) {
        entry.ended(server);
        this.drop(entry);
      }
    }
  }

  /** The filters to put into the next SUBSCRIBE; `asked` is to be called with them. */
  toSubscribe(server: ServerName): readonly SubscriptionEntry[] {
    return this.isChanged ? this.batch((entry) => entry.isToSubscribe(server)) : [];
  }

  /** The filters to put into the next UNSUBSCRIBE; `asked` is to be called with them. */
  toUnsubscribe(server: ServerName): readonly SubscriptionEntry[] {
    if (!this.isChanged) return [];
    const batch = this.batch((entry) => entry.isToUnsubscribe(server));
    if (batch.length === 0) this.isChanged = false;
    return batch;
  }

  /** A packet for these filters is on its way. */
  asked(server: ServerName, packetIdentifier: PacketIdentifier, batch: readonly SubscriptionEntry[]): void {
    for (const entry of batch) entry.asked(server);
    this.pending ??= new Map();
    this.pending.set(packetIdentifier, batch);
  }

  /** SUBACK. Returns the filters it is about, in the order of its return codes. */
  granted(
    server: ServerName,
    packetIdentifier: PacketIdentifier,
    returnCodes: readonly (QoS | 0x80)[],
  ): readonly SubscriptionEntry[] {
    const batch = this.takePending(packetIdentifier);
    for (let i = 0; i < batch.length; i += 1) {
      const entry = batch[i] as SubscriptionEntry;
      if (returnCodes[i] === 0x80) entry.refused(server);
      else entry.granted(server);
      this.settle(entry, server);
    }
    return batch;
  }

  /** UNSUBACK. Returns the filters it is about. */
  ended(server: ServerName, packetIdentifier: PacketIdentifier): readonly SubscriptionEntry[] {
    const batch = this.takePending(packetIdentifier);
    for (const entry of batch) {
      entry.ended(server);
      this.settle(entry, server);
    }
    return batch;
  }

  /**
   * Whom a message goes to: the handlers of the very topic name, then those of each filter with wildcards that
   * matches it. The handlers of one filter are in the order subscribed. Makes no list while one filter matches.
   */
  matching(topicName: string): Recipients {
    const filters = this.filters;
    let found = filters.get(topicName)?.handlers ?? NOBODY;
    const shapes = this.shapes;
    for (let i = 0; i < shapes.length; i += 1) {
      const topicFilter = (shapes[i] as FilterShape).filterFor(topicName);
      if (topicFilter === undefined) continue;
      const entry = filters.get(topicFilter);
      if (entry !== undefined) found = joined(found, entry.handlers);
    }
    return found;
  }

  private batch(isDue: (entry: SubscriptionEntry) => boolean): readonly SubscriptionEntry[] {
    const batch: SubscriptionEntry[] = [];
    for (const entry of this.filters.entries) {
      if (isDue(entry) && batch.push(entry) === BATCH) break;
    }
    return batch;
  }

  private takePending(packetIdentifier: PacketIdentifier): readonly SubscriptionEntry[] {
    const batch = this.pending?.get(packetIdentifier);
    if (this.pending === undefined || batch === undefined) return [];
    this.pending.delete(packetIdentifier);
    if (this.pending.size === 0) this.pending = undefined;
    for (const entry of batch) entry.answered();
    return batch;
  }

  /** After an answer: what came or went meanwhile is asked for or taken back. */
  private settle(entry: SubscriptionEntry, server: ServerName): void {
    if (entry.isToSubscribe(server) || entry.isToUnsubscribe(server)) this.isChanged = true;
    this.drop(entry);
  }

  /** Forgets a filter nobody wants and no server holds. */
  private drop(entry: SubscriptionEntry): void {
    if (!entry.isForgotten || !this.filters.delete(entry)) return;
    const { topicFilter } = entry;
    if (hasWildcard(topicFilter)) this.shapes = removeShape(this.shapes, topicFilter);
  }
}
