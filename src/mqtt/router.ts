/** Brings what arrives to the application's handlers, and survives what they throw. */

import type { TopicReader } from "./connection.js";
import type { ConnectionEvent, MessageEvent, StreamEvent } from "./connection-event.js";
import { decodeTopicName } from "./decode.js";
import type { ClientEvent, ServerName } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import type { TextPort } from "./ports.js";
import { isList, listOf } from "./recipients.js";
import type {
  PayloadSink,
  ReceivedMessage,
  Route,
  SubscriptionHandler,
  Subscriptions,
} from "./subscriptions.js";

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

/** Leaves all to our own code. */
const NO_TEXT: Pick<TextPort, "decode"> = Object.freeze({ decode: () => undefined });

const NO_SINKS: readonly PayloadSink[] = Object.freeze([]);

export class Router implements TopicReader {
  private readonly subscriptions: Subscriptions;
  private readonly emitter: Emitter;
  private readonly text: Pick<TextPort, "decode">;
  /** Who takes the payload that is being streamed. Replaced, never changed, so that it can be iterated. */
  private sinks = NO_SINKS;

  constructor(subscriptions: Subscriptions, emitter: Emitter, text?: TextPort) {
    this.subscriptions = subscriptions;
    this.emitter = emitter;
    this.text = text ?? NO_TEXT;
  }

  readTopicName(bytes: Uint8Array, start: number, end: number): string {
    const topic = bytes.subarray(start, end);
    try {
      return this.find(topic).topicName;
    } catch {
      // It is for our own code to say why.
      return decodeTopicName(topic, 0, topic.length);
    }
  }

  /**
   * Where a message goes with this topic name.
   * @throws when it is none
   */
  find(topic: Uint8Array): Route {
    // Not under `undefined` either, if the port cannot tell.
    const known = this.subscriptions.routes?.get(this.text.decode(topic) as string);
    return known ?? this.routeOf(decodeTopicName(topic, 0, topic.length));
  }

  /** Whether a message is being taken in parts. */
  get isStreaming(): boolean {
    return this.sinks.length > 0;
  }

  /** Calls the handlers of a whole message. */
  deliver(event: MessageEvent): void {
    this.tell(this.routeOf(event.topicName).handler, event);
  }

  private tell(handler: Pick<SubscriptionHandler, "onMessage">, message: ReceivedMessage): void {
    try {
      handler.onMessage(message);
    } catch (error) {
      this.failed(error);
    }
  }

  /** A handler has thrown something. */
  failed(error: unknown): void {
    this.emitter.emit({ type: "handler-failed", error });
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
      const entry = granted[i];
      const returnCode = returnCodes[i];
      if (entry === undefined || returnCode === undefined) continue;
      const { topicFilter } = entry;
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

  private routeOf(topicName: string): Route {
    const { subscriptions } = this;
    let route = subscriptions.routes?.get(topicName);
    if (route === undefined) {
      const found = subscriptions.matching(topicName);
      route = { topicName, handler: isList(found) ? this.all(found) : found };
      if (subscriptions.routes === undefined || subscriptions.routes.size === MAXIMUM_ROUTES) {
        subscriptions.routes = new Map();
      }
      subscriptions.routes.set(topicName, route);
    }
    return route;
  }

  /** One handler in place of several. */
  private all(handlers: readonly SubscriptionHandler[]): Pick<SubscriptionHandler, "onMessage"> {
    return {
      onMessage: (message) => {
        for (const handler of handlers) this.tell(handler, message);
      },
    };
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
        this.failed(error);
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
      this.failed(error);
    }
  }
}
