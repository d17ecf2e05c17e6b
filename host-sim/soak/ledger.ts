/** What was promised, and how often it came: the books of a soak, a flow for each kind of message and place. */

import type { QoS } from "../../src/mqtt/packet.js";

/** One flow's figures. */
export interface FlowCount {
  readonly name: string;
  readonly qos: QoS;
  readonly sent: number;
  /** Different messages that came. */
  readonly received: number;
  /** Copies beyond the first. */
  readonly duplicates: number;
  /** Sent and never received. */
  readonly lost: number;
  /** Received and never sent. */
  readonly foreign: number;
}

/** Messages of one QoS from one place to another. */
export class Flow {
  readonly name: string;
  readonly qos: QoS;
  /** How often each message came. */
  readonly #counts = new Map<string, number>();
  #foreign = 0;

  constructor(name: string, qos: QoS) {
    this.name = name;
    this.qos = qos;
  }

  /** The message is promised from now on. */
  sent(message: string): void {
    this.#counts.set(message, this.#counts.get(message) ?? 0);
  }

  received(message: string): void {
    const count = this.#counts.get(message);
    if (count === undefined) this.#foreign += 1;
    else this.#counts.set(message, count + 1);
  }

  count(): FlowCount {
    const { name, qos } = this;
    let received = 0;
    let duplicates = 0;
    for (const count of this.#counts.values()) {
      if (count > 0) received += 1;
      if (count > 1) duplicates += count - 1;
    }
    const sent = this.#counts.size;
    return { name, qos, sent, received, duplicates, lost: sent - received, foreign: this.#foreign };
  }
}

/** Whether a flow kept its promise: QoS 1 and 2 lose nothing, QoS 0 and 2 repeat nothing. */
export function isKept({ qos, lost, duplicates, foreign }: FlowCount): boolean {
  return (qos === 0 || lost === 0) && (qos === 1 || duplicates === 0) && foreign === 0;
}

/**
 * The door's events by their numbers. A boot is known by a number the door chose; since events come in order, a boot
 * not seen before is that of the next life in which something happened.
 */
export class DoorFlow extends Flow {
  readonly #lives: number[] = [];
  readonly #boots = new Map<string, number>();

  constructor() {
    super("door events to the broker", 1);
  }

  happened(life: number, sequence: number): void {
    if (this.#lives.at(-1) !== life) this.#lives.push(life);
    this.sent(`${life}/${sequence}`);
  }

  /** @param payload as in docs/apps.md */
  arrived(payload: string): void {
    const { boot, seq } = JSON.parse(payload) as { readonly boot: string; readonly seq: number };
    let life = this.#boots.get(boot);
    if (life === undefined) {
      life = this.#lives[this.#boots.size] ?? -1;
      this.#boots.set(boot, life);
    }
    this.received(`${life}/${seq}`);
  }
}
