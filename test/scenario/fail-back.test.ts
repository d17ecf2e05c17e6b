/** Back to the primary once it has been good for long enough, at a quiet moment, without losing a message. */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { MiniBroker } from "../support/mini-broker.js";
import { ClientWorld } from "./support/client-world.js";

const OPTIONS: Partial<ServerOptions> = {
  reconnectMinimum: 1000,
  reconnectMaximum: 1000,
  failBackAfter: 40_000,
};

/** A client that has failed over to the backup, the primary being down. */
class FailBackWorld extends ClientWorld {
  readonly primary: MiniBroker;
  readonly secondary: MiniBroker;

  /** @param probeReturnCode what the primary answers to probes */
  constructor(
    mqtt: Partial<ServerOptions> = OPTIONS,
    mqtt1: Partial<ServerOptions> = {},
    probeReturnCode = 0,
  ) {
    super({ mqtt, mqtt1, isServed: false });
    this.primary = new MiniBroker(this.network, {
      authenticate: ({ clientId }) => (clientId.endsWith("-probe") ? probeReturnCode : 0),
    });
    this.secondary = new MiniBroker(this.network, { host: "backup" });
    this.primary.stop();
    this.client.start();
    this.advance(10_000);
    expect(this.client.server).toBe("mqtt1");
    expect(this.client.connected).toBe(true);
    this.news();
  }

  /** Until the client is where it should be; returns how long that took. */
  waitFor(server: "mqtt" | "mqtt1", limit = 600_000): number {
    const start = this.clock.now();
    while (this.clock.now() - start < limit) {
      this.advance(1000);
      if (this.client.connected && this.client.server === server) break;
    }
    return this.clock.now() - start;
  }

  get probes(): number {
    const probes = this.primary.connectionEvents.filter(
      ({ clientIdentifier, type }) => clientIdentifier.endsWith("-probe") && type === "connected",
    );
    return probes.length;
  }
}

describe("while the backup is in use", () => {
  test("the primary is probed, and gone back to once it has been good for failback_after", () => {
    const world = new FailBackWorld();
    world.advance(60_000);
    expect(world.client.server).toBe("mqtt1");
    world.primary.start();
    const took = world.waitFor("mqtt");
    // From the first good probe, which comes within 10 s, at the rhythm of the probes.
    expect(took).toBeGreaterThanOrEqual(40_000);
    expect(took).toBeLessThanOrEqual(61_000);
    expect(world.news()).toEqual([
      "failing back",
      "disconnected from mqtt1: requested (connected)",
      "connecting to mqtt, attempt 1",
      "connected to mqtt",
    ]);
    expect(world.primary.connectionEvents.some(({ type }) => type.startsWith("violation"))).toBe(false);
  });

  test("a primary that comes and goes is not good", () => {
    const world = new FailBackWorld();
    for (let i = 0; i < 10; i += 1) {
      world.primary.start();
      world.advance(25_000);
      world.primary.stop();
      world.advance(15_000);
    }
    expect(world.client.server).toBe("mqtt1");
    expect(world.probes).toBeGreaterThan(10);
    expect(world.news()).toEqual([]);
  });

  test("a primary that accepts and refuses is not good, one that dislikes the probe's name is", () => {
    for (const [returnCode, expected] of [
      [3, "mqtt1"],
      [5, "mqtt1"],
      [2, "mqtt"],
    ] as const) {
      const world = new FailBackWorld(OPTIONS, {}, returnCode);
      world.primary.start();
      world.advance(200_000);
      expect(world.client.server, `return code ${returnCode}`).toBe(expected);
    }
  });

  test("nothing of the probes is left: no session, no timer, no link", () => {
    const world = new FailBackWorld();
    world.primary.start();
    world.waitFor("mqtt");
    world.advance(1000);
    expect([...world.primary.sessions.keys()].filter((name) => name.endsWith("-probe"))).toEqual([]);
    world.client.stop();
    world.advance(60_000);
    expect([world.clock.pending, world.network.links.length]).toEqual([0, 0]);
  });

  test("the client waits until no message is under way", () => {
    const world = new FailBackWorld();
    world.primary.start();
    let lost = true;
    world.secondary.fault = (direction, { cmd }) => lost && direction === "out" && cmd === "puback";
    world.publish("a", 1);
    world.advance(120_000);
    expect(world.client.server).toBe("mqtt1");
    lost = false;
    // The acknowledgement is lost for good: only a new connection sends the message again.
    world.secondary.kick("door");
    world.waitFor("mqtt");
    expect(world.client.server).toBe("mqtt");
    expect(world.outcomes).toEqual(["a: acknowledged"]);
  });

  test("messages in both directions go on arriving across the move", () => {
    const world = new FailBackWorld();
    world.subscribe("in");
    world.advance(1000);
    world.primary.start();
    for (let i = 0; i < 100; i += 1) {
      world.publish(`m${i}`, 1);
      world.advance(1000);
    }
    expect(world.client.server).toBe("mqtt");
    const all = [...world.primary.texts("t"), ...world.secondary.texts("t")];
    expect(new Set(all).size).toBe(100);
    expect(all).toHaveLength(100);
    world.primary.publish("in", "hello");
    world.advance(100);
    expect(world.messages.at(-1)).toContain("hello");
  });

  test("whoever looks at the backup learns from the will that the device is gone", () => {
    const will = { topicName: "w", payload: new Uint8Array([0x78]), qos: 1, retain: true } as const;
    const world = new FailBackWorld(OPTIONS, { will });
    world.primary.start();
    world.waitFor("mqtt");
    world.advance(100);
    expect(world.secondary.texts("w")).toEqual(["x"]);
  });

  test("without failback_after it stays where it is, as Mongoose does", () => {
    const world = new FailBackWorld({ ...OPTIONS, failBackAfter: 0 });
    world.primary.start();
    world.advance(86_400_000);
    expect(world.client.server).toBe("mqtt1");
    expect(world.probes).toBe(0);
  });

  test("a black-holed primary does not hold the probes up", () => {
    const world = new FailBackWorld();
    world.network.setHost("broker", "silent");
    world.advance(300_000);
    world.network.setHost("broker", "up");
    world.primary.start();
    expect(world.waitFor("mqtt")).toBeLessThanOrEqual(61_000);
  });
});
