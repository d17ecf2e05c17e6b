/**
 * A client, two brokers and a network on which anything may happen at any time, with a record of what everybody was
 * promised and what came of it.
 */

import fc from "fast-check";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { ReceivedMessage } from "../../../src/mqtt/subscriptions.js";
import { matchesTopic } from "../../support/broker-topic.js";
import { MiniBroker } from "../../support/mini-broker.js";
import { ClientWorld } from "./client-world.js";

/** Which servers and faults a walk may meet. */
export interface WalkOptions {
  readonly hasBackup: boolean;
  /** Brokers may lose what they know of the client when they crash. */
  readonly losesSessions: boolean;
  readonly maximumInFlight: number;
  readonly maximumQueueLength: number;
  readonly earlyPublish: boolean;
}

const TIMES = {
  reconnectMinimum: 500,
  reconnectMaximum: 2000,
  reconnectStable: 3000,
  connectTimeout: 5000,
  responseTimeout: 3000,
  keepAlive: 10,
  maximumQueueBytes: 1_000_000,
} as const;

const qos = fc.constantFrom<QoS>(0, 1, 2);
const topic = fc.nat(1);
const server = fc.nat(1);
const count = fc.integer({ min: 1, max: 4 });
/** One message in eight may not wait for long. */
const expires = fc.nat(7).map((number) => number === 7);

export const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("publish" as const), qos, topic, expires, count }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("arrive" as const), qos, topic, server, count }) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      duration: fc.constantFrom(0, 1, 10, 50, 100, 1000, 5000, 30_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("vanish" as const),
      direction: fc.constantFrom("up" as const, "down" as const, "both" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("down" as const), server }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("up" as const), server }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), server, forgets: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("boot" as const), server }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("refuse" as const), server, refuses: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stop" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("start" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("conditions" as const),
      latency: fc.constantFrom(0, 5, 60),
      segment: fc.constantFrom(1, 5, 1000),
    }),
  },
);

export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A message on its way, in either direction. */
interface Tracked {
  readonly text: string;
  readonly topicName: string;
  readonly qos: QoS;
  /** How often the client told the outcome, and which. */
  readonly outcomes: string[];
}

export class RandomWalk {
  readonly world: ClientWorld;
  readonly brokers: readonly MiniBroker[];
  readonly published: Tracked[] = [];
  /** Texts that reached the client's handlers, in order. */
  readonly arrived: string[] = [];
  /** Inbound messages that a broker holds for the client and has not lost. */
  readonly promised = new Map<string, { readonly broker: MiniBroker; readonly qos: QoS }>();
  readonly #options: WalkOptions;
  /** Hosts whose CONNACK refuses. */
  readonly #refusing = new Set<string>();
  #count = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
    const own = { ...TIMES, ...options };
    this.world = new ClientWorld({
      isServed: false,
      mqtt: own,
      ...(options.hasBackup ? { mqtt1: own } : {}),
    });
    this.brokers = ["broker", "backup"].map((host) => {
      const authenticate = () => (this.#refusing.has(host) ? 5 : 0);
      return new MiniBroker(this.world.network, { host, authenticate });
    });
    const onMessage = ({ payload }: ReceivedMessage) => {
      this.arrived.push(Buffer.from(payload).toString("utf8"));
    };
    this.world.client.subscribe("in/+", { onMessage }, 2);
  }

  /** Does one thing, and checks that the client keeps its bounds. */
  take(one: Step): void {
    const { world } = this;
    switch (one.kind) {
      case "publish":
        for (let i = 0; i < one.count; i += 1) this.#publish(one.topic, one.qos, one.expires);
        break;
      case "arrive":
        for (let i = 0; i < one.count; i += 1) this.#arrive(this.#broker(one.server), one.topic, one.qos);
        break;
      case "wait":
        world.advance(one.duration);
        break;
      case "cut":
        for (const link of world.network.links) link.reset();
        break;
      case "vanish":
        for (const link of world.network.links) link.vanish(one.direction);
        break;
      case "down":
        world.network.down(this.#broker(one.server).host);
        break;
      case "up":
        world.network.up(this.#broker(one.server).host);
        break;
      case "crash":
        this.#crash(this.#broker(one.server), one.forgets && this.#options.losesSessions);
        break;
      case "boot":
        this.#broker(one.server).start();
        break;
      case "refuse":
        if (one.refuses) this.#refusing.add(this.#broker(one.server).host);
        else this.#refusing.delete(this.#broker(one.server).host);
        break;
      case "conditions":
        world.provider.setConditions(one);
        break;
      default:
        world.client[one.kind]();
    }
  }

  /** Brings everything up, and lets the client finish its business with each server. */
  finish(): void {
    const { world, brokers } = this;
    this.#refusing.clear();
    world.provider.setConditions({ latency: 0, segment: 1000 });
    for (const { host } of brokers) {
      world.network.up(host);
      world.network.cut(host);
    }
    world.client.start();
    const visited = this.#options.hasBackup ? [...brokers].reverse() : brokers.slice(0, 1);
    for (const broker of visited) {
      for (const other of brokers) if (other !== broker) other.stop();
      broker.start();
      const name = broker === brokers[0] ? "mqtt" : "mqtt1";
      const isDone = () =>
        world.client.server === name &&
        world.client.connected &&
        world.client.pending === 0 &&
        this.#isIdle(broker);
      world.clock.runUntil(isDone, 600_000);
      world.advance(100);
    }
    world.client.stop();
    for (const broker of brokers) broker.stop();
    world.advance(60_000);
  }

  /** The texts that a broker routed, in order, of one QoS and topic. */
  routed(broker: MiniBroker, topicName: string, level: QoS): readonly string[] {
    return broker.published
      .filter(
        (message) => message.from === "door" && message.topicName === topicName && message.qos === level,
      )
      .map(({ text }) => text);
  }

  #publish(number: number, level: QoS, expires: boolean): void {
    this.#count += 1;
    const text = `${this.#count}`;
    const topicName = `out/${number}`;
    const tracked: Tracked = { text, topicName, qos: level, outcomes: [] };
    this.published.push(tracked);
    this.world.client.publish(
      { topicName, payload: text, qos: level, ...(expires ? { expiresAfter: 1000 } : {}) },
      { onOutcome: ({ outcome }) => tracked.outcomes.push(`${outcome}`) },
    );
  }

  #arrive(broker: MiniBroker, number: number, level: QoS): void {
    this.#count += 1;
    const text = `${this.#count}`;
    const session = broker.sessions.get("door");
    if (
      session !== undefined &&
      [...session.subscriptions.keys()].some((name) => matchesTopic(name, "in/0"))
    ) {
      this.promised.set(text, { broker, qos: level });
    }
    broker.publish(`in/${number}`, text, { qos: level });
  }

  #crash(broker: MiniBroker, loseSessions: boolean): void {
    broker.stop({ loseSessions });
    if (!loseSessions) return;
    for (const [text, promise] of this.promised) if (promise.broker === broker) this.promised.delete(text);
  }

  #isIdle(broker: MiniBroker): boolean {
    const session = broker.sessions.get("door");
    return session !== undefined && session.inFlight.size === 0 && session.queue.length === 0;
  }

  #broker(index: number): MiniBroker {
    const broker = this.brokers[this.#options.hasBackup ? index : 0];
    if (broker === undefined) throw new Error("there is no such broker");
    return broker;
  }
}
