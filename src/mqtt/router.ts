/** Brings what arrives to the application's handlers, and survives what they throw. */

import type { TopicReader } from "./connection.js";
import type { ConnectionEvent, MessageEvent, StreamEvent } from "./connection-event.js";
import { decodeTopicName } from "./decode.js";
import type { ClientEvent, ServerName } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import type { TextPort } from "./ports.js";
import type { Recipients } from "./recipients.js";
import { isList, listOf } from "./recipients.js";
import type { PayloadSink, SubscriptionHandler, Subscriptions } from "./subscriptions.js";

/** The events of a connection that are about messages in parts. */
type Arrival = Extract<
  ConnectionEvent,
  { type: "stream" | "chunk" | "stream-end" | "stream-aborted" | "too-long" }
>;

/** Whom the router tells what the application should know. */
export interface Emitter {
  emit(event: ClientEvent): void;
}

/** How many topic names are remembered. */
const MAXIMUM_ROUTES = 8;

const NO_SINKS: readonly PayloadSink[] = Object.freeze([]);

export class Router implements TopicReader {
  private readonly subscriptions: Subscriptions;
  private readonly emitter: Emitter;
  private readonly text: TextPort | undefined;
  /**
   * The topic names that came last, and whom messages on them go to. A device hears on a few topics again and again:
   * their names need not be checked another time, nor looked for among the subscriptions.
   */
  private routes: Map<string, Recipients> | undefined = undefined;
  /** Of the subscriptions that the routes were made from. */
  private version = 0;
  /** Who takes the payload that is being streamed. Replaced, never changed, so that it can be iterated. */
  private sinks = NO_SINKS;

  constructor(subscriptions: Subscriptions, emitter: Emitter, text?: TextPort) {
    this.subscriptions = subscriptions;
    this.emitter = emitter;
    this.text = text;
  }

  readTopicName(bytes: Uint8Array, start: number, end: number): string {
    const text = this.text?.decode(bytes, start, end);
    return text !== undefined && this.routes?.has(text) ? text : decodeTopicName(bytes, start, end);
  }

  /** Whether a message is being taken in parts. */
  get isStreaming(): boolean {
    return this.sinks.length > 0;
  }

  /** Calls the handlers of a whole message. Throws what the handler throws if there is one only. */
  deliver(event: MessageEvent): void {
    const isFresh = this.version === this.subscriptions.version;
    const found = (isFresh ? this.routes?.get(event.topicName) : undefined) ?? this.route(event.topicName);
    if (isList(found)) {
      for (let i = 0; i < found.length; i += 1) this.tell(found[i] as SubscriptionHandler, event);
    } else {
      found.onMessage(event);
    }
  }

  private tell(handler: SubscriptionHandler, event: MessageEvent): void {
    try {
      handler.onMessage(event);
    } catch (error) {
      this.emitter.emit({ type: "handler-failed", error });
    }
  }

  /** Takes a part of a message that is streamed, or one that was not taken at all. */
  arrived(event: Arrival): void {
    switch (event.type) {
      case "stream":
        this.openSinks(event);
        break;
      case "chunk":
        this.eachSink((sink) => sink.onChunk(event.bytes));
        break;
      case "stream-end":
        this.eachSink((sink) => sink.onEnd());
        this.sinks = NO_SINKS;
        break;
      case "stream-aborted":
        this.eachSink((sink) => sink.onAborted());
        this.sinks = NO_SINKS;
        break;
      default:
        this.refuse(event.topicName, event.payloadLength);
    }
  }

  /** SUBACK: tells the handlers of each filter, and the observer. */
  subscribed(
    server: ServerName,
    packetIdentifier: PacketIdentifier,
    returnCodes: readonly (QoS | 0x80)[],
  ): void {
    const granted = this.subscriptions.granted(server, packetIdentifier, returnCodes);
    for (let i = 0; i < granted.length; i += 1) {
      const asked = granted[i];
      const returnCode = returnCodes[i];
      if (asked === undefined || returnCode === undefined) continue;
      const { topicFilter, entry } = asked;
      if (returnCode === 0x80) this.emitter.emit({ type: "subscription-refused", server, topicFilter });
      else this.emitter.emit({ type: "subscribed", server, topicFilter, qos: returnCode });
      for (const handler of listOf(entry.handlers)) {
        this.guard(() => {
          if (returnCode === 0x80) handler.onRefused?.(topicFilter);
          else handler.onSubscribed?.(topicFilter, returnCode);
        });
      }
    }
  }

  /** UNSUBACK. */
  unsubscribed(server: ServerName, packetIdentifier: PacketIdentifier): void {
    for (const { topicFilter } of this.subscriptions.ended(server, packetIdentifier)) {
      this.emitter.emit({ type: "unsubscribed", server, topicFilter });
    }
  }

  private route(topicName: string): Recipients {
    const { version } = this.subscriptions;
    if (this.routes === undefined || this.version !== version || this.routes.size === MAXIMUM_ROUTES) {
      this.routes = new Map();
      this.version = version;
    }
    const found = this.subscriptions.matching(topicName);
    this.routes.set(topicName, found);
    return found;
  }

  private openSinks(event: StreamEvent): void {
    const sinks: PayloadSink[] = [];
    const handlers = listOf(this.subscriptions.matching(event.topicName));
    for (const handler of handlers) {
      this.guard(() => {
        const sink = handler.onStream?.(event);
        if (sink !== undefined) sinks.push(sink);
      });
    }
    this.sinks = sinks;
    if (sinks.length === 0 || sinks.length < handlers.length) {
      this.refuse(event.topicName, event.payloadLength);
    }
  }

  private eachSink(call: (sink: PayloadSink) => void): void {
    for (const sink of this.sinks) {
      try {
        call(sink);
      } catch (error) {
        this.sinks = this.sinks.filter((other) => other !== sink);
        this.emitter.emit({ type: "handler-failed", error });
      }
    }
  }

  private refuse(topicName: string, payloadLength: number): void {
    this.emitter.emit({ type: "message-refused", topicName, payloadLength });
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.emitter.emit({ type: "handler-failed", error });
    }
  }
}
