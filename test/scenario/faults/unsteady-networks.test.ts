/** Wi-Fi that comes and goes, names that stand for other addresses, links that are slow or tear packets apart. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../host-sim/io/random.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { MiniBroker } from "../../support/mini-broker.js";
import { generatePacket } from "../../support/server-codec.js";
import { ClientWorld } from "../support/client-world.js";
import { FaultWorld } from "../support/fault-world.js";
import { UnsteadyProvider } from "../support/unsteady-provider.js";

class UnsteadyWorld extends FaultWorld {
  get unsteady(): UnsteadyProvider {
    return this.provider as UnsteadyProvider;
  }
}

function unsteadyWorld(latency = 0): UnsteadyWorld {
  return new UnsteadyWorld({
    conditions: { latency },
    wrap: (provider, clock) => new UnsteadyProvider(provider, clock),
  });
}

describe("Wi-Fi that flaps", () => {
  test("500 times costs no message, no timer and no link", () => {
    const world = unsteadyWorld(10);
    const { client, clock, broker, network, unsteady } = world;
    const random = seededRandom(7);
    world.listen();
    client.start();
    world.untilReady();
    const sent: string[] = [];
    const promised: string[] = [];
    for (let flap = 0; flap < 500; flap += 1) {
      sent.push(`${flap}`);
      promised.push(`in ${flap}`);
      world.publish(`${flap}`, flap % 2 === 0 ? 1 : 2);
      broker.publish("in", `in ${flap}`, { qos: 2 });
      // In any phase of the exchanges.
      clock.advance(random() * 80);
      unsteady.isUp = false;
      // Half of the links break, half just fall silent.
      for (const link of network.links) {
        if (flap % 2 === 0) link.reset();
        else link.vanish();
      }
      clock.advance(random() * 20_000);
      unsteady.isUp = true;
      clock.advance(random() * 80_000);
      expect(client.pending).toBeLessThanOrEqual(64);
      // The client's one timer, and what each of at most three connections has at the broker and under way.
      expect(clock.pending).toBeLessThanOrEqual(12);
    }
    clock.advance(300_000);
    expect(unsteady.refusals, "attempts without Wi-Fi").toBeGreaterThan(300);
    expect(world.endedAs("acknowledged")).toEqual(sent);
    expect(new Set(broker.texts("out"))).toEqual(new Set(sent));
    const exact = broker.published.filter(({ topicName, qos }) => topicName === "out" && qos === 2);
    expect(exact).toHaveLength(250);
    expect(world.arrived).toEqual(promised);
    expect(world.violations).toEqual([]);
    client.stop();
    clock.advance(300_000);
    expect([clock.pending, network.links.length]).toEqual([0, 0]);
  });

  test("for an hour leaves the schedule as it is: 2, 4, 8, 16, 32 and then 60 s", () => {
    const world = unsteadyWorld();
    world.unsteady.isUp = false;
    world.client.start();
    world.clock.advance(3_600_000);
    const gaps = world.attemptTimes.slice(1).map((time, i) => time - (world.attemptTimes[i] as number));
    expect(gaps.slice(0, 6)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000]);
    expect(new Set(gaps.slice(5))).toEqual(new Set([60_000]));
    world.unsteady.isUp = true;
    world.publish("x");
    world.clock.advance(60_000);
    expect(world.broker.texts("out")).toEqual(["x"]);
  });
});

describe("a broker's name", () => {
  test("is resolved anew at each attempt, so that a broker that has moved is found at the next one", () => {
    const world = unsteadyWorld();
    const { broker, client, clock, network, unsteady } = world;
    const moved = new MiniBroker(network, { host: "10.0.0.2" });
    client.start();
    clock.advance(40_000);
    world.publish("before");
    clock.advance(10);
    broker.stop();
    world.publish("after", 2);
    clock.advance(100);
    unsteady.addresses.set("broker", "10.0.0.2");
    const [lost = Number.NaN] = world.timesOf("disconnected");
    clock.advance(10_000);
    expect(world.attemptTimes).toEqual([0, lost + 2000]);
    expect([broker.texts("out"), moved.texts("out")]).toEqual([["before"], ["after"]]);
    expect(world.unsettled).toEqual([]);
  });

  test("that cannot be resolved for a while costs only the time until the next attempt", () => {
    const world = unsteadyWorld();
    const { broker, client, clock, network } = world;
    client.start();
    clock.advance(40_000);
    network.setHost("broker", "unknown");
    network.cut("broker");
    world.publish("x", 2);
    // Attempts after 2, 6, 14 and 30 s.
    clock.advance(15_000);
    network.setHost("broker", "up");
    clock.advance(14_999);
    expect(broker.texts("out")).toEqual([]);
    clock.advance(1);
    expect(broker.texts("out")).toEqual(["x"]);
    expect(world.attemptTimes).toEqual([0, 42_000, 46_000, 54_000, 70_000]);
  });
});

describe("a broker of one byte a second", () => {
  test("is not given up once it is connected: every message is acknowledged in the end", () => {
    const world = new FaultWorld();
    const { broker, client, clock, network } = world;
    world.listen();
    client.start();
    world.untilReady();
    for (const link of network.links) link.setConditions({ bandwidth: 1 });
    const sent = ["a", "b", "c", "d"];
    for (const [index, text] of sent.entries()) world.publish(text, index % 2 === 0 ? 1 : 2);
    broker.publish("in", "slowly", { qos: 2 });
    clock.advance(300_000);
    expect(world.timesOf("disconnected")).toEqual([]);
    expect(broker.texts("out").toSorted()).toEqual(sent);
    expect(world.endedAs("acknowledged")).toEqual(sent);
    expect(world.arrived).toEqual(["slowly"]);
    expect(client.pending).toBe(0);
  });

  test("is given up before CONNACK when that takes longer than the connect timeout, and nothing is lost", () => {
    const world = new FaultWorld({ conditions: { bandwidth: 1 } });
    const { broker, client, clock } = world;
    world.publish("x");
    client.start();
    // CONNECT is 18 bytes: 18 s.
    clock.advance(40_000);
    expect(world.attemptTimes).toEqual([0, 17_000, 36_000]);
    expect([broker.texts("out"), client.pending, world.unsettled]).toEqual([[], 1, ["x"]]);
  });

  test("is waited for with a connect timeout that is long enough", () => {
    const world = new FaultWorld({ conditions: { bandwidth: 1 }, mqtt: { connectTimeout: 30_000 } });
    world.publish("x", 2);
    world.client.start();
    world.clock.advance(120_000);
    expect(world.attemptTimes).toEqual([0]);
    expect([world.broker.texts("out"), world.endedAs("acknowledged")]).toEqual([["x"], ["x"]]);
  });
});

describe("what the broker sends", () => {
  const payload = Buffer.from("payload");
  const stream = Buffer.concat([
    generatePacket({ cmd: "suback", messageId: 1, granted: [2] }),
    ...([0, 1, 2] as const).map((qos: QoS) =>
      generatePacket({
        cmd: "publish",
        topic: "in",
        payload,
        qos,
        dup: false,
        retain: false,
        messageId: 40 + qos,
      }),
    ),
    generatePacket({ cmd: "pubrel", messageId: 42 }),
    generatePacket({ cmd: "pingresp" }),
  ]);

  /** Everything the client tells and sends when it gets `parts`. */
  function runOf(parts: readonly Uint8Array[]): readonly unknown[] {
    const world = new ClientWorld();
    world.subscribe("in", 2);
    world.connect();
    for (const part of parts) world.server.send(part);
    return [
      world.news(),
      world.messages,
      world.server.received
        .slice(1)
        .map(({ cmd }) => cmd)
        .sort(),
    ];
  }

  test("means the same torn in two at any byte, in single bytes and all at once", () => {
    const whole = runOf([stream]);
    expect(whole[1]).toHaveLength(3);
    for (let at = 1; at < stream.length; at += 1) {
      expect(runOf([stream.subarray(0, at), stream.subarray(at)]), `torn at byte ${at}`).toEqual(whole);
    }
    expect(runOf(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });
});
