/** What one subscription of the client under test got. */

import type { QoS } from "../../../src/mqtt/packet.js";
import type { ReceivedMessage, SubscriptionHandler } from "../../../src/mqtt/subscriptions.js";
import type { Changes } from "./changes.js";
import type { Received } from "./received.js";
import { received, text } from "./received.js";

const LIMIT = 15_000;

export class Inbox implements SubscriptionHandler {
  readonly messages: Received[] = [];
  readonly texts: string[] = [];
  /** What the server granted last. */
  answer: QoS | "refused" | undefined;
  readonly #topicFilter: string;
  readonly #changes: Changes;

  constructor(topicFilter: string, changes: Changes) {
    this.#topicFilter = topicFilter;
    this.#changes = changes;
  }

  onMessage({ topicName, payload, qos, retain }: ReceivedMessage): void {
    this.messages.push(received(topicName, payload, qos, retain));
    this.texts.push(text(payload));
    this.#changes.changed();
  }

  onSubscribed(_: string, qos: QoS): void {
    this.answer = qos;
    this.#changes.changed();
  }

  onRefused(): void {
    this.answer = "refused";
    this.#changes.changed();
  }

  /** Resolves when the server has granted or refused the subscription. */
  async answered(): Promise<void> {
    await this.#until(() => this.answer !== undefined, LIMIT);
  }

  /** Resolves with all messages once there are `count`. */
  async take(count: number, limit = LIMIT): Promise<readonly Received[]> {
    await this.#until(() => this.messages.length >= count, limit);
    return this.messages;
  }

  /** Resolves with all texts once `last` is among them. */
  async takeUntil(last: string, limit = LIMIT): Promise<string[]> {
    await this.#until(() => this.texts.includes(last), limit);
    return this.texts;
  }

  #until(isDone: () => boolean, limit: number): Promise<void> {
    const describe = () => `"${this.#topicFilter}" got ${this.messages.length} messages`;
    return this.#changes.until(isDone, describe, limit);
  }
}
