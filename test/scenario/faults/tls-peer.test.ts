/** A server behind TLS vanishes, in the handshake and after it: found in time, and nothing is lost. */

import { describe, expect, test } from "vitest";
import { FaultWorld } from "../support/fault-world.js";
import { openTlsFront, TLS, TLS_PORT, tlsProvider } from "../support/tls-front.js";

function tlsWorld(): FaultWorld {
  const world = new FaultWorld({
    conditions: { latency: 20 },
    mqtt: { endpoint: { host: "broker", port: TLS_PORT, tls: TLS } },
    wrap: tlsProvider,
  });
  openTlsFront(world.network);
  return world;
}

/** The client's connection to the front. */
function vanish({ network }: FaultWorld): void {
  for (const link of network.linksTo("broker", TLS_PORT)) link.vanish();
}

describe("a TLS peer that vanishes", () => {
  test("at any moment of the handshake is given up after the connect timeout, and reached at the next attempt", () => {
    const ready = tlsWorld();
    ready.client.start();
    ready.untilReady();
    const whole = ready.clock.now();
    // TCP, two flights of TLS, and CONNECT with CONNACK.
    expect(whole).toBeGreaterThan(6 * 20);
    for (let moment = 0; moment < whole; moment += 10) {
      const world = tlsWorld();
      world.publish("x", 2);
      world.client.start();
      world.clock.advance(moment);
      vanish(world);
      world.clock.advance(30_000);
      expect(world.attemptTimes, `vanished after ${moment} ms`).toEqual([0, 17_000]);
      expect(world.broker.texts("out")).toEqual(["x"]);
      expect(world.unsettled).toEqual([]);
    }
  });

  test("while connected is given up within keep alive + 10 s, and messages under way arrive after that", () => {
    for (let moment = 0; moment <= 200; moment += 10) {
      const world = tlsWorld();
      const { broker, client, clock } = world;
      world.listen();
      client.start();
      world.untilReady();
      const start = clock.now();
      world.publish("up", 2);
      broker.publish("in", "down", { qos: 2 });
      clock.advance(moment);
      vanish(world);
      clock.advance(90_000);
      const [lost = Number.NaN] = world.timesOf("disconnected");
      expect(lost - start, `vanished after ${moment} ms`).toBeLessThanOrEqual(70_000 + moment);
      expect(world.attemptTimes).toEqual([0, lost + 2000]);
      expect([broker.texts("out"), world.arrived]).toEqual([["up"], ["down"]]);
      expect(world.unsettled).toEqual([]);
    }
  });

  test("by a reset, in the middle of a record, is found at once", () => {
    const world = tlsWorld();
    const { broker, client, clock, network } = world;
    client.start();
    world.untilReady();
    for (const link of network.linksTo("broker", TLS_PORT))
      link.setConditions({ segment: 10, bandwidth: 100 });
    world.publish("x".repeat(200), 2);
    clock.advance(500);
    const start = clock.now();
    for (const link of network.linksTo("broker", TLS_PORT)) link.reset();
    clock.advance(60_000);
    expect(world.timesOf("disconnected")).toEqual([start]);
    expect(broker.texts("out")).toEqual(["x".repeat(200)]);
  });
});
