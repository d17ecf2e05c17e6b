/** A topic whose retained message is to be a device's present state, on whichever server it is connected to. */

import type { Delivery, DeliveryHandler } from "../../src/mqtt/outgoing.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { AppClient } from "./app.js";

/** How a state is published: at least once and retained, unless the application says otherwise. */
export interface StateDelivery {
  readonly qos: QoS;
  readonly retain: boolean;
}

const DEFAULT_DELIVERY: StateDelivery = Object.freeze({ qos: 1, retain: true });

/**
 * While there is a connection each new value is published, so that subscribers miss none. Without one nothing is: only
 * the value at the next connection matters then, and it must not push events out of the queue.
 */
export class RetainedTopic {
  readonly #client: AppClient;
  readonly #topicName: string;
  readonly #how: StateDelivery;
  #value: string;
  #published: string | undefined;
  #delivery: Delivery | undefined;

  /** @param value what is published at the first connection, unless `set` is called before */
  constructor(client: AppClient, topicName: string, value: string, how = DEFAULT_DELIVERY) {
    this.#client = client;
    this.#topicName = topicName;
    this.#value = value;
    this.#how = how;
  }

  /**
   * This is the value now; it is published even if it was the value before.
   * @param handler is told how that ended, if it is published now
   */
  set(value: string, handler?: DeliveryHandler): void {
    this.#value = value;
    if (this.#client.connected) this.#publish(handler);
  }

  /** There is a new connection, and the server may not have the value. */
  refresh(): void {
    // What is still on its way from an earlier connection is sent on this one by itself.
    const isUnderWay = this.#delivery !== undefined && this.#delivery.outcome === undefined;
    if (!isUnderWay || this.#published !== this.#value) this.#publish();
  }

  #publish(handler?: DeliveryHandler): void {
    const { qos, retain } = this.#how;
    const message = { topicName: this.#topicName, payload: this.#value, qos, retain, kind: "state" as const };
    this.#delivery = this.#client.publish(message, handler);
    this.#published = this.#value;
  }
}
