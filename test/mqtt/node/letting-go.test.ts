/** What the client keeps of messages that have ended: nothing, as the collector of garbage sees. */

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import { Outbox } from "../../../src/mqtt/outbox.js";
import type { Delivery } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { ManualTransport } from "../support/manual-transport.js";
import { addTo } from "../support/messages.js";
import { OPTIONS } from "../support/server-options.js";

class World {
  readonly clock = new VirtualClock();
  readonly transport = new ManualTransport();
  readonly client: MqttClient;
  readonly told: string[] = [];
  /** All that was published. */
  readonly messages: WeakRef<Delivery>[] = [];

  constructor() {
    const { clock, transport } = this;
    this.client = new MqttClient({ transport, clock, timers: clock, random: () => 0.5 }, OPTIONS);
  }

  connect(): this {
    this.client.start();
    this.clock.advance(0);
    this.transport.give(1000);
    this.transport.arrive("20 02 00 00");
    return this;
  }

  /** Publishes a message whose handler is told. */
  publish(qos: QoS): void {
    const onOutcome = ({ outcome }: Delivery): void => {
      this.told.push(`${outcome}`);
    };
    this.messages.push(
      new WeakRef(this.client.publish({ topicName: "t", payload: "x", qos }, { onOutcome })),
    );
  }

  /** How many of them are still in memory. */
  async kept(): Promise<number> {
    await collectGarbage();
    return this.messages.filter((message) => message.deref() !== undefined).length;
  }
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  for (let round = 0; round < 3; round += 1) {
    await sleep(5);
    collect();
  }
}

test("a message is let go once its handler was told, though the client goes on", async () => {
  const world = new World().connect();
  for (const qos of [0, 1, 2, 1] as const) world.publish(qos);
  world.clock.advance(0);
  world.transport.give(1000);
  expect(await world.kept()).toBe(3);
  world.transport.arrive("40 02 00 01 50 02 00 02");
  world.transport.arrive("70 02 00 02");
  world.clock.advance(0);
  expect(world.told).toEqual(["sent", "acknowledged", "acknowledged"]);
  expect([await world.kept(), world.client.pending]).toEqual([1, 1]);
});

test("messages that were refused or evicted are let go once that was told", async () => {
  const world = new World();
  for (let i = 0; i < OPTIONS.maximumQueueLength + 10; i += 1) world.publish(i % 3 === 0 ? 0 : 1);
  world.clock.advance(0);
  const open = world.client.pending;
  expect(world.told.length).toBe(world.messages.length - open);
  expect(await world.kept()).toBe(open);
});

test("messages that are published again whenever they are refused do not pile up", async () => {
  const outbox = new Outbox();
  const messages: WeakRef<Delivery>[] = [];
  const publish = (): void => {
    const outgoing = addTo(outbox, { qos: 0, connected: false, handler: { onOutcome: () => {} } });
    messages.push(new WeakRef(outgoing));
  };
  for (let i = 0; i < 3; i += 1) publish();
  // As the client tells the handlers.
  for (let round = 0; round < 300; round += 1) {
    for (let left = outbox.settledLength; left > 0; left -= 1) {
      outbox.takeSettled();
      publish();
    }
  }
  expect([messages.length, outbox.settledLength]).toEqual([903, 3]);
  await collectGarbage();
  expect(messages.filter((message) => message.deref() !== undefined).length).toBeLessThan(100);
});

test("a message whose outcome the application keeps does not keep others", async () => {
  const world = new World().connect();
  const kept: Delivery[] = [];
  for (let i = 1; i <= 20; i += 1) {
    world.publish(2);
    if (i % 10 === 0) kept.push(world.messages.at(-1)?.deref() as Delivery);
  }
  world.clock.advance(0);
  world.transport.give(1000);
  for (let i = 1; i <= 20; i += 1) world.transport.arrive(`50 02 00 ${i.toString(16).padStart(2, "0")}`);
  // The server has lost the session: what it had recorded is done.
  world.transport.end();
  world.clock.advance(10_000);
  world.transport.give(1000);
  world.transport.arrive("20 02 00 00");
  world.clock.advance(0);
  expect(kept.map(({ outcome }) => outcome)).toEqual(["acknowledged", "acknowledged"]);
  expect(await world.kept()).toBe(kept.length);
});
