/** A client without a network, for tests of applications alone: it writes down what is published, and delivers. */

import type { Outcome, RefusalReason } from "../../src/mqtt/event.js";
import type { Message } from "../../src/mqtt/message.js";
import type { Delivery, DeliveryHandler } from "../../src/mqtt/outgoing.js";
import type { SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";

interface Published extends Message {
  readonly payload: string;
}

interface FakeDelivery extends Delivery {
  outcome: Outcome | undefined;
  reason: RefusalReason | undefined;
}

export class FakeClient {
  connected = false;
  readonly published: Published[] = [];
  readonly #deliveries: { delivery: FakeDelivery; handler: DeliveryHandler | undefined }[] = [];
  readonly #handlers = new Map<string, SubscriptionHandler>();

  publish(message: Message, handler?: DeliveryHandler): Delivery {
    this.published.push(message as Published);
    const delivery: FakeDelivery = { outcome: undefined, reason: undefined, isStored: false };
    this.#deliveries.push({ delivery, handler });
    return delivery;
  }

  subscribe(topicFilter: string, handler: SubscriptionHandler): void {
    this.#handlers.set(topicFilter, handler);
  }

  get topicFilters(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** The payloads published to `topicName`, in order. */
  texts(topicName: string): string[] {
    return this.published.filter((message) => message.topicName === topicName).map(({ payload }) => payload);
  }

  /** Settles all deliveries that are still open. */
  settle(outcome: Outcome, reason?: RefusalReason): void {
    for (const { delivery, handler } of this.#deliveries.splice(0)) {
      delivery.outcome = outcome;
      delivery.reason = reason;
      handler?.onOutcome(delivery);
    }
  }

  /** A message arrives for the handler of exactly this topic filter. */
  deliver(topicName: string, payload: string | Uint8Array, retain = false, topicFilter = topicName): void {
    const bytes = typeof payload === "string" ? encodeUtf8(payload) : payload;
    const header = { topicName, qos: 1, retain, duplicate: false } as const;
    this.#handlers.get(topicFilter)?.onMessage({ ...header, payload: bytes });
  }
}
