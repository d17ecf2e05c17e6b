/** A client and its brokers in a world of faults: what was promised, what arrived, and when each attempt began. */

import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../../host-sim/virtual/virtual-network.js";
import type { LinkConditions } from "../../../host-sim/virtual/virtual-pipe.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { Milliseconds, TransportProvider } from "../../../src/mqtt/ports.js";
import { OPTIONS } from "../../mqtt/support/server-options.js";
import type { MiniBrokerOptions } from "../../support/mini-broker.js";
import { MiniBroker } from "../../support/mini-broker.js";

export interface FaultWorldOptions {
  /** What differs from `OPTIONS`. */
  readonly mqtt?: Partial<ServerOptions>;
  /** The same for the backup; without it there is none. */
  readonly mqtt1?: Partial<ServerOptions>;
  readonly conditions?: Partial<LinkConditions>;
  readonly broker?: MiniBrokerOptions;
  /** Puts something between the client and its network. */
  readonly wrap?: (provider: TransportProvider, clock: VirtualClock) => TransportProvider;
  readonly random?: () => number;
}

/** An event and when it came. */
export interface TimedEvent {
  readonly time: Milliseconds;
  readonly event: ClientEvent;
}

export class FaultWorld {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly broker: MiniBroker;
  readonly backup: MiniBroker;
  readonly provider: TransportProvider;
  readonly client: MqttClient;
  readonly events: TimedEvent[] = [];
  /** By text of a message published: how it ended, each time that was told. */
  readonly outcomes = new Map<string, string[]>();
  /** Texts that reached the handler of `listen`, in order. */
  readonly arrived: string[] = [];

  constructor(options: FaultWorldOptions = {}) {
    const { mqtt, mqtt1, conditions, broker, wrap = (provider) => provider, random = () => 0.5 } = options;
    this.network = new VirtualNetwork(this.clock, conditions);
    this.broker = new MiniBroker(this.network, broker);
    this.backup = new MiniBroker(this.network, { host: "backup" });
    this.provider = wrap(this.network.provider("door"), this.clock);
    const onEvent = (event: ClientEvent) => this.events.push({ time: this.clock.now(), event });
    this.client = new MqttClient(
      { transport: this.provider, clock: this.clock, timers: this.clock, random, observer: { onEvent } },
      { ...OPTIONS, ...mqtt },
      mqtt1 && { ...OPTIONS, endpoint: { host: "backup", port: 1883 }, ...mqtt1 },
    );
  }

  /** Publishes `text` on "out". */
  publish(text: string, qos: QoS = 1): void {
    const told: string[] = [];
    this.outcomes.set(text, told);
    const onOutcome = ({ outcome }: Delivery) => told.push(`${outcome}`);
    this.client.publish({ topicName: "out", payload: text, qos }, { onOutcome });
  }

  /** Subscribes to "in", and notes what comes. */
  listen(qos: QoS = 2): void {
    const onMessage = ({ payload }: { readonly payload: Uint8Array }) => {
      this.arrived.push(Buffer.from(payload).toString("utf8"));
    };
    this.client.subscribe("in", { onMessage }, qos);
  }

  /** Lets time pass until the client is connected and all its subscriptions are answered. */
  untilReady(limit: Milliseconds = 600_000): void {
    const before = this.events.length;
    this.clock.runUntil(() => this.events.slice(before).some(({ event }) => event.type === "ready"), limit);
  }

  /** When each attempt to connect began, in ms. */
  get attemptTimes(): readonly Milliseconds[] {
    return this.timesOf("connecting");
  }

  timesOf(type: ClientEvent["type"]): readonly Milliseconds[] {
    return this.events.filter(({ event }) => event.type === type).map(({ time }) => time);
  }

  /** Texts of messages that ended so. */
  endedAs(outcome: string): readonly string[] {
    return [...this.outcomes].filter(([, told]) => told[0] === outcome).map(([text]) => text);
  }

  /** Messages without exactly one outcome. */
  get unsettled(): readonly string[] {
    return [...this.outcomes].filter(([, told]) => told.length !== 1).map(([text]) => text);
  }

  /** Breaches of the protocol that a broker has found. */
  get violations(): readonly string[] {
    return [...this.broker.connectionEvents, ...this.backup.connectionEvents]
      .map(({ type }) => type)
      .filter((type) => type.startsWith("violation"));
  }
}
