/** All the flows of a soak, and the topics they go by. */

import type { QoS } from "../../src/mqtt/packet.js";
import type { FlowCount } from "./ledger.js";
import { DoorFlow, Flow } from "./ledger.js";

export const DOOR_EVENT_TOPIC = "front/door/event";

/** Where numbered messages of one QoS go. */
export function soakTopic(qos: QoS): string {
  return `soak/${qos}`;
}

const LEVELS = [0, 1, 2] as const;

export class Books {
  readonly door = new DoorFlow();
  readonly #toBroker = LEVELS.map((qos) => new Flow("messages to the broker", qos));
  readonly #toAlarm = LEVELS.map((qos) => new Flow("messages to the alarm", qos));
  readonly #isQos0Collected: boolean;

  /** @param isQos0Collected whether `collected` hears of QoS 0 too */
  constructor(isQos0Collected: boolean) {
    this.#isQos0Collected = isQos0Collected;
  }

  /** The device has taken a numbered message on. */
  published(qos: QoS, text: string): void {
    this.#toBroker[qos]?.sent(text);
    this.#toAlarm[qos]?.sent(text);
  }

  /** The broker has routed a message; other topics than those of the soak are passed over. */
  collected(topicName: string, payload: string): void {
    if (topicName === DOOR_EVENT_TOPIC) this.door.arrived(payload);
    for (const qos of LEVELS) if (topicName === soakTopic(qos)) this.#toBroker[qos]?.received(payload);
  }

  /** The alarm has got a numbered message. */
  heard(topicName: string, payload: string): void {
    for (const qos of LEVELS) if (topicName === soakTopic(qos)) this.#toAlarm[qos]?.received(payload);
  }

  /** Whether all that was promised has come to the alarm. */
  get isAlarmDone(): boolean {
    return this.#toAlarm.every((flow) => flow.qos === 0 || flow.count().lost === 0);
  }

  counts(): readonly FlowCount[] {
    const toBroker = this.#isQos0Collected ? this.#toBroker : this.#toBroker.slice(1);
    return [this.door, ...toBroker, ...this.#toAlarm].map((flow) => flow.count());
  }
}
