/** The test broker on a network of its own, with scripted clients. */

import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { MiniBrokerOptions } from "./mini-broker.js";
import { MiniBroker } from "./mini-broker.js";
import { ScriptedClient } from "./scripted-client.js";
import type { PacketOf } from "./server-codec.js";

type ConnectOptions = Partial<Omit<PacketOf<"connect">, "cmd">>;

/** What it publishes when a client is lost. */
export const WILL = { topic: "status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;

export class BrokerWorld {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork(this.clock);
  readonly broker: MiniBroker;

  constructor(options: MiniBrokerOptions = {}) {
    this.broker = new MiniBroker(this.network, options);
  }

  /** A client with a stream to the broker and nothing said yet. */
  client(): ScriptedClient {
    return new ScriptedClient(this.network);
  }

  connected(clientId: string, options: ConnectOptions = {}): ScriptedClient {
    const client = this.client();
    client.connect(clientId, options);
    return client;
  }

  /** Connected, with one subscription by packet identifier 1. */
  subscribed(clientId: string, topic: string, qos: 0 | 1 | 2, options: ConnectOptions = {}): ScriptedClient {
    const client = this.connected(clientId, options);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] });
    client.take();
    return client;
  }
}
