/** What each side remembers does not fit together: sessions nobody expects, two devices with one name, no room left. */

import { describe, expect, test } from "vitest";
import { MqttClient } from "../../../src/mqtt/client.js";
import { OPTIONS } from "../../mqtt/support/server-options.js";
import { ClientWorld } from "../support/client-world.js";
import { FaultWorld } from "../support/fault-world.js";

describe("a session that the client does not remember", () => {
  test("goes on: what the broker kept arrives, and no exchange is left open", () => {
    const world = new FaultWorld({ conditions: { latency: 5 } });
    const { broker, client, clock } = world;
    // A first life that ends with exchanges of every kind open, and takes its memory with it.
    client.subscribe("in", { onMessage: () => {} }, 2);
    client.start();
    world.untilReady();
    const late = ["pubrec", "pubcomp", "pubrel", "puback"];
    broker.fault = (direction, { cmd }) => direction === "out" && late.includes(cmd);
    world.publish("first life", 2);
    world.publish("first life too", 1);
    for (const qos of [1, 2, 2] as const) broker.publish("in", `kept at QoS ${qos}`, { qos });
    clock.advance(100);
    client.abandon();
    clock.advance(100);
    broker.fault = undefined;
    const session = broker.sessions.get("door");
    expect(session?.inFlight.size).toBeGreaterThan(0);
    const second = new SecondLife(world);
    second.client.start();
    clock.advance(60_000);
    expect(second.presences).toEqual([true]);
    expect(session?.inFlight.size).toBe(0);
    second.client.publish({ topicName: "out", payload: "second life", qos: 2 });
    clock.advance(60_000);
    expect(broker.texts("out").at(-1)).toBe("second life");
    expect(second.client.pending).toBe(0);
    expect(world.violations).toEqual([]);
  });

  test("may lack the subscriptions of this life: they are asked for although it is present", () => {
    const world = new ClientWorld();
    world.subscribe("new");
    world.connect(true);
    expect(world.grant()).toEqual(["new"]);
    world.server.expectNothing();
  });
});

/** Another client of the same name and without memory, on the same network. */
class SecondLife {
  readonly client: MqttClient;
  readonly presences: boolean[] = [];

  constructor({ clock, network }: FaultWorld) {
    const onEvent = (event: { readonly type: string; readonly sessionPresent?: boolean }) => {
      if (event.type === "connected") this.presences.push(event.sessionPresent === true);
    };
    const ports = { transport: network.provider("second"), clock, timers: clock, random: () => 0.5 };
    this.client = new MqttClient({ ...ports, observer: { onEvent } }, OPTIONS);
  }
}

describe("two devices with one client identifier", () => {
  test("push each other out ever more seldom, and what either publishes at QoS 1 arrives", () => {
    const world = new FaultWorld({ conditions: { latency: 5 } });
    const { broker, client, clock } = world;
    const other = new SecondLife(world);
    client.start();
    other.client.start();
    const sent: string[] = [];
    for (let i = 0; i < 120; i += 1) {
      sent.push(`one ${i}`, `other ${i}`);
      world.publish(`one ${i}`);
      other.client.publish({ topicName: "out", payload: `other ${i}`, qos: 1 });
      clock.advance(10_000);
    }
    const takeovers = broker.connectionEvents.filter(({ type }) => type === "taken over");
    // In 20 minutes: the waits grow to a minute, for either.
    expect(takeovers.length).toBeGreaterThan(10);
    expect(takeovers.length).toBeLessThan(60);
    expect(world.timesOf("client-identifier-in-use").length).toBeGreaterThan(0);
    other.client.stop();
    client.stop();
    clock.advance(20_000);
    for (const one of [client, other.client]) {
      one.start();
      clock.advance(120_000);
      one.stop();
      clock.advance(20_000);
    }
    expect(new Set(broker.texts("out"))).toEqual(new Set(sent));
    expect([client.pending, other.client.pending, clock.pending]).toEqual([0, 0, 0]);
    expect(world.violations).toEqual([]);
  });
});

describe("all 65,535 packet identifiers in use", () => {
  test("let the next message and the next subscription wait for one, and lose neither", () => {
    const all = 65_535;
    const world = new FaultWorld({
      mqtt: { maximumInFlight: all, maximumQueueLength: all + 1, maximumQueueBytes: 10_000_000 },
    });
    const { broker, client, clock } = world;
    const unanswered: number[] = [];
    broker.fault = (direction, packet) => {
      if (direction !== "out" || packet.cmd !== "puback") return false;
      unanswered.push(packet.messageId ?? 0);
      return true;
    };
    client.start();
    world.untilReady();
    for (let i = 0; i <= all; i += 1) client.publish({ topicName: "out", payload: "", qos: 1 });
    clock.advance(1000);
    world.listen();
    clock.advance(1000);
    expect(broker.published).toHaveLength(all);
    expect(new Set(unanswered).size).toBe(all);
    expect(client.pending).toBe(all + 1);
    expect(broker.sessions.get("door")?.subscriptions.size).toBe(0);
    // Two are answered late: the subscription takes one of the identifiers, the message the other.
    broker.fault = undefined;
    const [{ server }] = world.network.links as [(typeof world.network.links)[number]];
    const answer = (messageId: number) =>
      server.write(Uint8Array.of(0x40, 2, messageId >> 8, messageId & 0xff));
    for (const messageId of unanswered.splice(100, 2)) answer(messageId);
    clock.advance(1000);
    expect(broker.published).toHaveLength(all + 1);
    expect([...(broker.sessions.get("door")?.subscriptions.keys() ?? [])]).toEqual(["in"]);
    expect([client.connected, client.pending]).toEqual([true, all - 2]);
    for (const messageId of unanswered) answer(messageId);
    clock.advance(1000);
    expect([client.pending, client.counters.acknowledged]).toEqual([0, all + 1]);
    expect(world.violations).toEqual([]);
  });
});
