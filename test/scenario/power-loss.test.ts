/** Power fails at any byte that goes to the flash: what was said to be stored arrives, and QoS 2 arrives once. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { MiniBroker } from "../support/mini-broker.js";
import { PoweredClient } from "./support/powered-client.js";

class World {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork(this.clock, { latency: 5 });
  readonly broker = new MiniBroker(this.network);
  readonly device: PoweredClient;
  #sent = 0;

  constructor(options = {}, flash?: MemoryFlash) {
    this.device = new PoweredClient(this.network, this.clock, options, flash);
  }

  /** Traffic in both directions, on a link that breaks now and then; some of it while there is no server. */
  live(): void {
    this.clock.advance(100);
    for (let round = 0; round < 6 && this.device.isOn; round += 1) {
      for (const qos of [1, 2, 2, 1] as const) {
        this.#sent += 1;
        this.device.publish(`m${this.#sent}`, qos);
        this.broker.publish("in/a", `c${this.#sent}`, { qos: 2 });
        this.clock.advance(7);
      }
      if (round === 1) this.device.drop();
      if (round === 2) {
        this.broker.stop();
        this.clock.advance(10);
        this.device.publish(`m${this.#sent}-offline`, 2);
        this.broker.start();
      }
      this.clock.advance(2500);
    }
  }

  /** Everything that can still arrive does. */
  settle(): void {
    this.clock.advance(120_000);
  }

  /** What holds at the end, whatever happened. */
  check(): void {
    const texts = this.broker.texts("out/#");
    for (const text of this.device.stored) expect(texts, `${text} has arrived`).toContain(text);
    const exact = this.broker.texts("out/2");
    expect(new Set(exact).size, "QoS 2 to the server, once each").toBe(exact.length);
    const { arrived } = this.device;
    expect(new Set(arrived).size, "QoS 2 to the device, once each").toBe(arrived.length);
    const violations = this.broker.connectionEvents.filter(({ type }) => type.startsWith("violation"));
    expect(violations).toEqual([]);
  }
}

/** Bytes that go to the flash in an undisturbed life. */
function workOfALife(options: Partial<ServerOptions>): number {
  const world = new World(options);
  world.device.boot();
  world.live();
  world.settle();
  world.check();
  expect(world.device.stored).toHaveLength(25);
  expect(world.device.arrived).toHaveLength(24);
  expect(Math.min(...world.device.flash.erasures), "both halves were used").toBe(1);
  return world.device.flash.work;
}

describe.each([
  ["a device whose power fails", {}],
  ["a device whose power fails, and which does not wait for CONNACK", { earlyPublish: true }],
] as const)("%s", (_, options) => {
  test("at any byte of any write to its flash, loses nothing stored and repeats nothing of QoS 2", () => {
    const work = workOfALife(options);
    for (let power = 0; power < work; power += 1) {
      const world = new World(options);
      world.device.boot(power);
      world.live();
      world.device.boot();
      world.settle();
      world.check();
    }
  });

  test("again and again, while it recovers too, still does not", () => {
    for (let seed = 1; seed <= 250; seed += 1) {
      const world = new World(options);
      for (let life = 0; life < 6; life += 1) {
        // Some lives are too short for the first record, some see it all.
        world.device.boot((seed * 7919 + life * 104_729) % 6000);
        world.live();
        if (world.device.isOn) world.device.powerOff();
      }
      world.device.boot();
      world.settle();
      world.check();
    }
  });

  test("at any moment between writes does not either", () => {
    for (let time = 0; time < 2600; time += 9) {
      const world = new World(options);
      world.device.boot();
      for (const [index, qos] of ([2, 1, 2] as const).entries()) world.device.publish(`m${index}`, qos);
      world.broker.publish("in/a", "c", { qos: 2 });
      world.clock.advance(time);
      world.device.powerOff();
      world.device.boot();
      world.settle();
      world.check();
      expect(world.device.stored).toHaveLength(3);
    }
  });
});

describe("messages from before a restart", () => {
  test("are told of, counted as pending, and sent first, in order", () => {
    const world = new World();
    world.broker.stop();
    world.device.boot();
    for (const text of ["a", "b", "c"]) world.device.publish(text, 1);
    world.device.powerOff();
    world.device.boot();
    expect(world.device.client.pending).toBe(3);
    expect(world.device.events).toContainEqual({ type: "restored", messageCount: 3 });
    world.device.publish("d", 1);
    world.broker.start();
    world.settle();
    expect(world.broker.texts("out/#")).toEqual(["a", "b", "c", "d"]);
    expect(world.device.client.pending).toBe(0);
  });

  test("say that they are late, where they have a place for it", () => {
    const world = new World();
    world.broker.stop();
    world.device.boot();
    const payload = '{"late":false}';
    world.device.client.publish({
      topicName: "out/1",
      payload,
      qos: 1,
      lateOffset: payload.indexOf("false"),
    });
    world.device.powerOff();
    world.device.boot();
    world.broker.start();
    world.settle();
    expect(world.broker.texts("out/1").map((text) => JSON.parse(text))).toEqual([{ late: true }]);
  });

  test("go to a server that has forgotten the session as new ones", () => {
    const world = new World();
    world.device.boot();
    world.settle();
    world.broker.fault = (direction, { cmd }) => direction === "out" && cmd === "puback";
    world.device.publish("a", 1);
    world.clock.advance(100);
    world.device.powerOff();
    world.broker.fault = undefined;
    world.broker.stop({ loseSessions: true });
    world.broker.start();
    world.device.boot();
    world.settle();
    expect(world.broker.texts("out/1")).toEqual(["a", "a"]);
    expect(world.device.client.pending).toBe(0);
    world.device.powerOff();
    world.device.boot();
    world.settle();
    expect(world.broker.texts("out/1")).toEqual(["a", "a"]);
  });

  test("are not those that may expire, of QoS 0, or states", () => {
    const world = new World();
    world.broker.stop();
    world.device.boot();
    const { client } = world.device;
    const deliveries = [
      client.publish({ topicName: "t", payload: "x", qos: 1, expiresAfter: 1000 }),
      client.publish({ topicName: "t", payload: "x", qos: 1, kind: "state" }),
      client.publish({ topicName: "t", payload: "x" }),
    ];
    expect(deliveries.map(({ isStored }) => isStored)).toEqual([false, false, false]);
  });
});

describe("flash that cannot be used", () => {
  test("is told of once, and the client goes on without", () => {
    const world = new World();
    world.device.boot();
    world.settle();
    world.device.flash.write = () => {
      throw new Error("worn out");
    };
    world.device.publish("a", 1);
    world.device.publish("b", 1);
    world.settle();
    expect(world.device.stored).toEqual([]);
    expect(world.broker.texts("out/1")).toEqual(["a", "b"]);
    const failures = world.device.events.filter(({ type }) => type === "store-failed");
    expect(failures).toEqual([{ type: "store-failed", error: new Error("worn out") }]);
  });

  test("is not written to for more than it has room for, and the rest is sent all the same", () => {
    const world = new World(
      { maximumQueueBytes: 100_000, maximumQueueLength: 1000 },
      new MemoryFlash(1024, 4),
    );
    world.broker.stop();
    world.device.boot();
    for (let i = 0; i < 100; i += 1) world.device.publish(`m${i}`, 1);
    const { length } = world.device.stored;
    expect(length).toBeGreaterThan(10);
    expect(length).toBeLessThan(60);
    // A full store is no reason to erase at every message.
    expect(Math.max(...world.device.flash.erasures)).toBeLessThanOrEqual(2);
    world.broker.start();
    world.settle();
    expect(world.broker.texts("out/1")).toHaveLength(100);
  });

  test("has its room again when messages are done, also those that were lowered to QoS 0", () => {
    const world = new World({ maximumQos: 0, queueQos0: true });
    world.device.boot();
    world.clock.advance(100);
    // Two bytes of each that are not given back would fill it long before the end.
    for (let i = 0; i < 2500; i += 1) {
      world.device.publish(`m${i}`, 1);
      world.clock.advance(20);
    }
    expect(world.device.stored).toHaveLength(2500);
    expect(world.broker.texts("out/1")).toHaveLength(2500);
  });
});
