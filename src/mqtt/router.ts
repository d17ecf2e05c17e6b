/** Brings what arrives to the application's handlers, and survives what they throw. */

import type { ConnectionEvent, StreamEvent } from "./connection-event.js";
import type { ClientEvent, ServerName } from "./event.js";
import type { PacketIdentifier, QoS } from "./packet.js";
import { listOf } from "./recipients.js";
import type { PayloadSink, Subscriptions } from "./subscriptions.js";

/** The events of a connection that are about messages. */
type Arrival = Extract<
  ConnectionEvent,
  { type: "message" | "stream" | "chunk" | "stream-end" | "stream-aborted" | "too-long" }
>;

/** Whom the router tells what the application should know. */
export interface Emitter {
  emit(event: ClientEvent): void;
}

export class Router {
  readonly #subscriptions: Subscriptions;
  readonly #emitter: Emitter;
  /** Who takes the payload that is being streamed. Replaced, never changed, so that it can be iterated. */
  #sinks: readonly PayloadSink[] = [];

  constructor(subscriptions: Subscriptions, emitter: Emitter) {
    this.#subscriptions = subscriptions;
    this.#emitter = emitter;
  }

  /** Whether a message is being taken in parts. */
  get isStreaming(): boolean {
    return this.#sinks.length > 0;
  }

  arrived(event: Arrival): void {
    switch (event.type) {
      case "message": {
        const handlers = listOf(this.#subscriptions.matching(event.topicName));
        for (let i = 0; i < handlers.length; i += 1) {
          try {
            handlers[i]?.onMessage(event);
          } catch (error) {
            this.#emitter.emit({ type: "handler-failed", error });
          }
        }
        break;
      }
      case "stream":
        this.openSinks(event);
        break;
      case "chunk":
        this.eachSink((sink) => sink.onChunk(event.bytes));
        break;
      case "stream-end":
        this.eachSink((sink) => sink.onEnd());
        this.#sinks = [];
        break;
      case "stream-aborted":
        this.eachSink((sink) => sink.onAborted());
        this.#sinks = [];
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
    const entries = this.#subscriptions.granted(server, packetIdentifier, returnCodes);
    for (let i = 0; i < entries.length; i += 1) {
      const entry = entries[i];
      const returnCode = returnCodes[i];
      if (entry === undefined || returnCode === undefined) continue;
      const { topicFilter } = entry;
      if (returnCode === 0x80) this.#emitter.emit({ type: "subscription-refused", server, topicFilter });
      else this.#emitter.emit({ type: "subscribed", server, topicFilter, qos: returnCode });
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
    for (const { topicFilter } of this.#subscriptions.ended(server, packetIdentifier)) {
      this.#emitter.emit({ type: "unsubscribed", server, topicFilter });
    }
  }

  private openSinks(event: StreamEvent): void {
    const sinks: PayloadSink[] = [];
    const handlers = listOf(this.#subscriptions.matching(event.topicName));
    for (const handler of handlers) {
      this.guard(() => {
        const sink = handler.onStream?.(event);
        if (sink !== undefined) sinks.push(sink);
      });
    }
    this.#sinks = sinks;
    if (sinks.length === 0 || sinks.length < handlers.length) {
      this.refuse(event.topicName, event.payloadLength);
    }
  }

  private eachSink(call: (sink: PayloadSink) => void): void {
    for (const sink of this.#sinks) {
      try {
        call(sink);
      } catch (error) {
        this.#sinks = this.#sinks.filter((other) => other !== sink);
        this.#emitter.emit({ type: "handler-failed", error });
      }
    }
  }

  private refuse(topicName: string, payloadLength: number): void {
    this.#emitter.emit({ type: "message-refused", topicName, payloadLength });
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#emitter.emit({ type: "handler-failed", error });
    }
  }
}
