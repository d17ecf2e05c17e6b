/** More than a device can take: it refuses, streams or sheds as documented, within its bounds, and stays up. */

import { describe, expect, test } from "vitest";
import { Device } from "../../../firmware/apps/device.js";
import { loadConfig } from "../../../src/config/load.js";
import { UsageError } from "../../../src/mqtt/errors.js";
import { FakeBoard } from "../../firmware/fake-board.js";
import { HALL } from "../../firmware/world.js";
import { BusyProvider } from "../support/busy-provider.js";
import { FaultWorld } from "../support/fault-world.js";

/** A hundred messages of some 20 bytes a second. */
const SLOW = { every: 10, bytes: 20 } as const;
/** What a link holds for a device that does not read, at most: it is the network's memory, not the device's. */
const WINDOW = 65_536;

function unread({ network }: FaultWorld): number {
  return Math.max(0, ...network.links.map(({ client }) => client.unreadByteLength));
}

describe("a flood of 1,000 messages a second into a slow handler", () => {
  for (const qos of [0, 1, 2] as const) {
    test(`at QoS ${qos} waits at the broker, arrives whole and in order, and the device stays connected`, () => {
      const world = new FaultWorld({
        conditions: { latency: 5 },
        // Short, so that PINGRESPs have to come through behind the flood.
        mqtt: { keepAlive: 10 },
        wrap: (provider, clock) => new BusyProvider(provider, clock, SLOW),
      });
      const { broker, client, clock } = world;
      world.listen();
      client.start();
      world.untilReady();
      const sent: string[] = [];
      for (let second = 0; second < 10; second += 1) {
        for (let i = 0; i < 1000; i += 1) {
          sent.push(`${sent.length}`);
          broker.publish("in", `${sent.length - 1}`, { qos });
        }
        clock.advance(1000);
        expect(world.arrived.length).toBeLessThan((second + 1) * 300);
        expect(unread(world)).toBeLessThanOrEqual(WINDOW);
        expect(clock.pending, "timers").toBeLessThanOrEqual(10);
        expect(client.pending).toBe(0);
      }
      expect(unread(world), "the device does not keep up").toBeGreaterThan(0);
      clock.runUntil(() => world.arrived.length === sent.length, 3_600_000);
      expect(world.arrived).toEqual(sent);
      expect(world.timesOf("disconnected")).toEqual([]);
      world.publish("still there", 2);
      clock.advance(10_000);
      expect(world.endedAs("acknowledged")).toEqual(["still there"]);
    });
  }

  test("of commands to an alarm is answered within its queue, and the last command counts", () => {
    const world = new FaultWorld({ conditions: { latency: 5 } });
    const { broker, clock, network } = world;
    const board = new FakeBoard(clock);
    const transport = new BusyProvider(network.provider("hall"), clock, { every: 10, bytes: 32 });
    const ports = {
      transport,
      clock,
      timers: clock,
      random: () => 0.5,
      pins: board,
      wallClock: board,
      log: board,
    };
    const alarm = new Device(loadConfig([{ values: HALL }]), { ...ports, deviceId: "hall" });
    alarm.start();
    clock.advance(5000);
    const { pending } = clock;
    for (let i = 0; i < 5000; i += 1) {
      broker.publish("hall/alarm/command", i % 2 === 0 ? "disarm" : "arm", { qos: 1 });
      clock.advance(1);
      expect(alarm.client.pending).toBeLessThanOrEqual(64 + 20);
    }
    expect(clock.pending).toBeLessThanOrEqual(pending + 4);
    broker.publish("hall/alarm/command", "disarm", { qos: 1 });
    clock.advance(600_000);
    expect(alarm.client.connected).toBe(true);
    expect(alarm.client.pending).toBe(0);
    expect(Buffer.from(broker.retained.get("hall/alarm/state")?.payload ?? []).toString()).toBe("disarmed");
    expect(broker.connectionEvents.map(({ type }) => type)).toEqual(["connected"]);
    expect(broker.sessions.get("hall")?.queue).toEqual([]);
  });
});

describe("1,000 subscriptions", () => {
  test("are asked for eight at a time, each gets its own messages, and all are asked for again", () => {
    const world = new FaultWorld({ conditions: { latency: 5 } });
    const { broker, client, clock } = world;
    const subscribes: number[] = [];
    broker.fault = (direction, packet) => {
      if (direction === "in" && packet.cmd === "subscribe")
        subscribes.push(packet.subscriptions?.length ?? 0);
      return false;
    };
    const got: string[] = [];
    for (let i = 0; i < 1000; i += 1) {
      const onMessage = ({ topicName }: { readonly topicName: string }) => got.push(`${i} ${topicName}`);
      client.subscribe(`room/${i}/+`, { onMessage }, 1);
    }
    client.start();
    world.untilReady();
    expect(subscribes).toEqual(Array.from({ length: 125 }, () => 8));
    expect(broker.sessions.get("door")?.subscriptions.size).toBe(1000);
    for (let i = 0; i < 1000; i += 1) broker.publish(`room/${i}/light`, "on", { qos: 1 });
    clock.advance(10_000);
    expect(got).toEqual(Array.from({ length: 1000 }, (_, i) => `${i} room/${i}/light`));
    broker.stop({ loseSessions: true });
    broker.start();
    world.untilReady();
    expect(broker.sessions.get("door")?.subscriptions.size).toBe(1000);
    expect(subscribes).toHaveLength(250);
    expect(world.violations).toEqual([]);
  });
});

describe("topic names of 64 KiB", () => {
  const longest = "t".repeat(65_535);

  test("are refused by the caller's hand when they are longer than 65,535 bytes [MQTT-1.5.3]", () => {
    const { client } = new FaultWorld();
    for (const name of [`${longest}t`, "é".repeat(32_768)]) {
      expect(() => client.publish({ topicName: name, payload: "" })).toThrow(UsageError);
      expect(() => client.subscribe(name, { onMessage: () => {} })).toThrow(UsageError);
    }
    expect(client.pending).toBe(0);
  });

  test("are refused with an outcome when they are over max_queue_bytes, and what waited stays", () => {
    const { client, clock } = new FaultWorld();
    client.publish({ topicName: "t", payload: "waits", qos: 1 });
    const delivery = client.publish({ topicName: longest, payload: "", qos: 1 });
    clock.advance(0);
    expect([delivery.outcome, delivery.reason]).toEqual(["refused", "packet-too-large"]);
    expect(client.pending).toBe(1);
  });

  test("go out, and are subscribed to, where the queue has room for them", () => {
    const world = new FaultWorld({ mqtt: { maximumQueueBytes: 70_000 } });
    const { broker, client, clock } = world;
    client.subscribe(longest, { onMessage: () => {} });
    client.start();
    world.untilReady();
    const delivery = client.publish({ topicName: longest, payload: "x", qos: 2 });
    clock.advance(1000);
    expect(delivery.outcome).toBe("acknowledged");
    expect(broker.published.map(({ topicName, text }) => [topicName.length, text])).toEqual([[65_535, "x"]]);
  });

  test("are skipped when they come: the message is told as refused and acknowledged, the next one arrives", () => {
    const world = new FaultWorld();
    const { broker, client, clock } = world;
    world.listen();
    client.subscribe("#", { onMessage: () => {} }, 1);
    client.start();
    world.untilReady();
    broker.publish(longest, "x", { qos: 1 });
    broker.publish("in", "next", { qos: 1 });
    clock.advance(1000);
    const refused = world.events.filter(({ event }) => event.type === "message-refused");
    expect(refused.map(({ event }) => event)).toEqual([
      { type: "message-refused", topicName: "", payloadLength: 1 },
    ]);
    expect(broker.sessions.get("door")?.inFlight.size).toBe(0);
    expect([world.arrived, client.connected]).toEqual([["next"], true]);
  });
});
