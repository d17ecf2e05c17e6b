/** A client on a virtual network with a scripted server at each end it knows, and all that it tells. */

import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../../host-sim/virtual/virtual-network.js";
import type { LinkConditions } from "../../../host-sim/virtual/virtual-pipe.js";
import type { VirtualTransportProvider } from "../../../host-sim/virtual/virtual-transport-provider.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { Message } from "../../../src/mqtt/message.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import type { Milliseconds, Random } from "../../../src/mqtt/ports.js";
import type { SubscriptionHandler } from "../../../src/mqtt/subscriptions.js";
import { OPTIONS } from "../../mqtt/support/server-options.js";
import { ScriptedServer } from "../../support/scripted-server.js";
import { deliveryText, eventText, messageText } from "./event-text.js";

export interface WorldOptions {
  /** What differs from `OPTIONS`. */
  readonly mqtt?: Partial<ServerOptions>;
  /** The same for the backup server, `backup:1883`; without it there is none. */
  readonly mqtt1?: Partial<ServerOptions>;
  /** What else the observer does. */
  readonly onEvent?: (event: ClientEvent, world: ClientWorld) => void;
  /** Default: always in the middle, so that waits have no jitter. */
  readonly random?: Random;
  readonly conditions?: Partial<LinkConditions>;
  /** Leave it false for a test that brings servers of its own. */
  readonly isServed?: boolean;
}

export class ClientWorld {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly provider: VirtualTransportProvider;
  readonly client: MqttClient;
  /** All events, and the same as text. */
  readonly events: ClientEvent[] = [];
  readonly log: string[] = [];
  /** `payload: outcome` of every message published by `publish`, as the client told it. */
  readonly outcomes: string[] = [];
  /** What the handlers made by `subscribe` got. */
  readonly messages: string[] = [];
  readonly #server: ScriptedServer | undefined;
  readonly #backup: ScriptedServer | undefined;
  #logged = 0;

  constructor(options: WorldOptions = {}) {
    const { mqtt, mqtt1, onEvent, random = () => 0.5, conditions = {}, isServed = true } = options;
    this.network = new VirtualNetwork(this.clock, conditions);
    this.provider = this.network.provider("door");
    if (isServed) {
      this.#server = new ScriptedServer(this.network);
      if (mqtt1 !== undefined) this.#backup = new ScriptedServer(this.network, "backup");
    }
    const observer = {
      onEvent: (event: ClientEvent) => {
        this.events.push(event);
        // It follows every connection, and would only fill the lists that tests compare.
        if (event.type !== "ready") this.log.push(eventText(event));
        onEvent?.(event, this);
      },
    };
    const ports = { transport: this.provider, clock: this.clock, timers: this.clock, random, observer };
    const backup = { ...OPTIONS, endpoint: { host: "backup", port: 1883 }, ...mqtt1 };
    this.client = new MqttClient(ports, { ...OPTIONS, ...mqtt }, mqtt1 === undefined ? undefined : backup);
  }

  /** The primary server. */
  get server(): ScriptedServer {
    return present(this.#server);
  }

  get backup(): ScriptedServer {
    return present(this.#backup);
  }

  /** Starts the client and lets the server accept it. */
  connect(sessionPresent = false): void {
    this.client.start();
    this.server.greet({ sessionPresent });
  }

  /** Lets the first wait pass after the connection has ended, and the server accept the client again. */
  reconnect(sessionPresent: boolean): void {
    this.clock.advance(2000);
    this.server.greet({ sessionPresent });
  }

  /** Breaks the connection, and has it back. */
  cut(sessionPresent: boolean): void {
    this.server.reset();
    this.reconnect(sessionPresent);
  }

  /** Publishes `payload` on "t", and notes how it ends. */
  publish(payload: string, qos: QoS = 1, fields: Partial<Message> = {}): Delivery {
    const onOutcome = (delivery: Delivery) => {
      this.outcomes.push(`${payload}: ${deliveryText(delivery)}`);
    };
    return this.client.publish({ topicName: "t", payload, qos, ...fields }, { onOutcome });
  }

  /** Subscribes with a handler that notes what it gets, and then does what else `handler` says. */
  subscribe(
    topicFilter: string,
    qos: QoS = 1,
    handler: Partial<SubscriptionHandler> = {},
  ): SubscriptionHandler {
    const made: SubscriptionHandler = {
      ...handler,
      onMessage: (message) => {
        this.messages.push(messageText(message));
        handler.onMessage?.(message);
      },
    };
    this.client.subscribe(topicFilter, made, qos);
    return made;
  }

  /** Connects with one subscription, by packet identifier 1, that the server grants. */
  connectSubscribed(topicFilter: string, qos: QoS = 2, handler: Partial<SubscriptionHandler> = {}): void {
    this.subscribe(topicFilter, qos, handler);
    this.connect();
    this.grant();
  }

  /** The server gets SUBSCRIBE, and grants all that is asked for; returns the topic filters. */
  grant(server = this.server): readonly string[] {
    const { messageId = 0, subscriptions } = server.expectPacket({ cmd: "subscribe" });
    server.sendPacket({ cmd: "suback", messageId, granted: subscriptions.map(({ qos }) => qos) });
    return subscriptions.map(({ topic }) => topic);
  }

  advance(duration: Milliseconds): void {
    this.clock.advance(duration);
  }

  /** What was told since the last call, all that is due now included. */
  news(): readonly string[] {
    this.clock.advance(0);
    const { log } = this;
    const lines = log.slice(this.#logged);
    this.#logged = log.length;
    return lines;
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is no such server in this world");
  return value;
}
