/** The test broker with the MQTT.js client at its other end: neither knows of the other, so both agree on the protocol. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { IClientOptions } from "mqtt";
import { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { MiniBroker } from "./mini-broker.js";
import { VirtualDuplex } from "./virtual-duplex.js";

describe("the test broker with MQTT.js", () => {
  let clock: VirtualClock;
  let network: VirtualNetwork;
  let broker: MiniBroker;
  let clients: MqttClient[];
  beforeEach(() => {
    clock = new VirtualClock();
    network = new VirtualNetwork(clock, { segment: 7 });
    broker = new MiniBroker(network);
    clients = [];
  });
  afterEach(() => {
    for (const client of clients) {
      client.end(true);
    }
  });

  /** MQTT.js lives in Node's turns, the network in virtual time: they take turns until `isDone()`. */
  async function until(isDone: () => boolean): Promise<void> {
    for (let turn = 0; turn < 10_000 && !isDone(); turn += 1) {
      clock.advance(1);
      await nextTurn();
    }
    expect(isDone(), "done").toBe(true);
  }

  async function settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => {
      isSettled = true;
    });
    watched.catch(() => {});
    await until(() => isSettled);
    return watched;
  }

  async function connect(clientId: string, options: IClientOptions = {}) {
    const provider = network.provider(clientId);
    const client = new MqttClient(() => new VirtualDuplex(provider, { host: "broker", port: 1883 }), {
      clientId,
      keepalive: 0,
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    });
    clients.push(client);
    const messages: string[] = [];
    client.on("message", (topic, payload, { qos, retain }) => {
      messages.push(`${topic} ${payload} ${qos}${retain ? " retained" : ""}`);
    });
    await until(() => client.connected);
    return { client, provider, messages };
  }

  test("carries messages of QoS 0, 1 and 2, each once", async () => {
    const receiver = await connect("receiver");
    await settled(receiver.client.subscribeAsync("a/#", { qos: 2 }));
    const sender = await connect("sender");
    for (const qos of [0, 1, 2] as const) {
      await settled(sender.client.publishAsync("a/b", `message ${qos}`, { qos }));
    }
    await until(() => receiver.messages.length === 3);
    expect(receiver.messages).toEqual(["a/b message 0 0", "a/b message 1 1", "a/b message 2 2"]);
    await until(() => broker.sessions.get("receiver")?.inFlight.size === 0);
  });

  test("gives retained messages to a new subscription", async () => {
    const sender = await connect("sender");
    await settled(sender.client.publishAsync("state", "open", { qos: 1, retain: true }));
    const receiver = await connect("receiver");
    await settled(receiver.client.subscribeAsync("+", { qos: 1 }));
    await until(() => receiver.messages.length === 1);
    expect(receiver.messages).toEqual(["state open 1 retained"]);
  });

  test("keeps a session while its client is away", async () => {
    const options = { clean: false };
    const first = await connect("receiver", options);
    await settled(first.client.subscribeAsync("a", { qos: 2 }));
    await settled(first.client.endAsync());
    const sender = await connect("sender");
    await settled(sender.client.publishAsync("a", "while away", { qos: 2 }));
    const second = await connect("receiver", options);
    await until(() => second.messages.length === 1);
    expect(second.messages).toEqual(["a while away 2"]);
  });

  test("publishes the will of a client that disappears", async () => {
    const receiver = await connect("receiver");
    await settled(receiver.client.subscribeAsync("status", { qos: 1 }));
    const will = { topic: "status", payload: Buffer.from("gone"), qos: 1, retain: false } as const;
    const device = await connect("device", { will });
    device.provider.destroyAll();
    await until(() => receiver.messages.length === 1);
    expect(receiver.messages).toEqual(["status gone 1"]);
  });

  test("carries a message longer than any window", async () => {
    network = new VirtualNetwork(clock);
    broker = new MiniBroker(network);
    const receiver = await connect("receiver");
    const lengths: number[] = [];
    receiver.client.on("message", (_, payload) => lengths.push(payload.byteLength));
    await settled(receiver.client.subscribeAsync("a", { qos: 1 }));
    const sender = await connect("sender");
    await settled(sender.client.publishAsync("a", Buffer.alloc(1_048_576), { qos: 1 }));
    await until(() => lengths.length === 1);
    expect(lengths).toEqual([1_048_576]);
  });
});
