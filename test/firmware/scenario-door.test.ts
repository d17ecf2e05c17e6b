/** The door sensor on the network: what gets through, in which order, whatever happens to the broker. */

import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/schema.js";
import type { TestDevice } from "./world.js";
import { CLOSED, FRONT, OPEN, World } from "./world.js";

interface DoorEvent {
  readonly seq: number;
  readonly state: string;
  readonly time?: string;
  readonly uptime: number;
  readonly boot: string;
}

function eventsOf(world: World): DoorEvent[] {
  return world.broker.texts("front/door/event").map((text) => JSON.parse(text) as DoorEvent);
}

function statesOf(world: World): readonly string[] {
  return world.broker.texts("front/door/state");
}

/** The door is opened and closed, `count` moves in all, one a second. */
function move(world: World, { board }: TestDevice, count: number): void {
  for (let i = 0; i < count; i += 1) {
    board.set(4, i % 2 === 0 ? OPEN : CLOSED);
    world.clock.advance(1000);
  }
}

describe("a door sensor on the network", () => {
  test("publishes the state retained and the event not, both with QoS 1", () => {
    const world = new World();
    move(world, world.startDevice(FRONT), 1);
    const [event, state] = world.broker.published.slice(-2);
    expect(event).toMatchObject({ topicName: "front/door/event", qos: 1, retain: false });
    expect(state).toMatchObject({ topicName: "front/door/state", text: "open", qos: 1, retain: true });
  });

  test("is heard within 100 ms", () => {
    const world = new World();
    const front = world.startDevice(FRONT);
    front.board.set(4, OPEN);
    const took = world.clock.runUntil(() => world.retained("front/door/state") === "open", 1000);
    expect(took).toBe(60);
  });
});

describe("a door that is opened and closed while there is no broker", () => {
  test("is told of afterwards: each event in order, with its number and its original time", () => {
    const world = new World();
    const front = world.startDevice(FRONT);
    front.board.setTime("2026-03-04T05:06:00.000Z");
    world.broker.stop();
    world.clock.advance(10_000);
    move(world, front, 2);
    world.clock.advance(30_000);
    world.broker.start();
    world.clock.advance(120_000);
    expect(eventsOf(world).map(({ seq, state, time }) => [seq, state, time])).toEqual([
      [1, "open", "2026-03-04T05:06:10.000Z"],
      [2, "closed", "2026-03-04T05:06:11.000Z"],
    ]);
    expect(statesOf(world)).toEqual(["closed", "closed"]);
  });

  test("is told of as open when it was left open, once", () => {
    const world = new World();
    const front = world.startDevice(FRONT);
    world.broker.stop({ loseSessions: true });
    move(world, front, 5);
    world.broker.start();
    world.clock.advance(120_000);
    expect(eventsOf(world).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(statesOf(world)).toEqual(["closed", "open"]);
    expect(world.retained("front/door/state")).toBe("open");
  });

  test("is told of although it moved before there was a network at all", () => {
    const world = new World();
    const front = world.createDevice(FRONT);
    world.clock.advance(500);
    move(world, front, 3);
    world.clock.advance(60_000);
    front.board.setTime("2026-03-04T05:07:03.500Z");
    front.device.start();
    world.clock.advance(1000);
    expect(eventsOf(world).map(({ seq, state, time, uptime }) => [seq, state, time, uptime])).toEqual([
      [1, "open", "2026-03-04T05:06:00.500Z", 500],
      [2, "closed", "2026-03-04T05:06:01.500Z", 1500],
      [3, "open", "2026-03-04T05:06:02.500Z", 2500],
    ]);
    expect(statesOf(world)).toEqual(["open"]);
    // These, online, and the connect report.
    expect(world.broker.texts()).toHaveLength(6);
  });

  test("fills the queue with its events alone, up to max_queue_length of them", () => {
    const world = new World();
    const front = world.startDevice(FRONT);
    front.board.setTime("2026-03-04T05:06:00.000Z");
    world.broker.stop();
    world.clock.advance(1000);
    move(world, front, 64);
    expect(front.device.client.pending).toBe(64);
    world.broker.start();
    world.clock.advance(120_000);
    expect(eventsOf(world).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 64 }, (_, index) => index + 1),
    );
    expect(front.board.lines.filter((line) => line.includes("lost"))).toEqual([]);
  });

  test("loses the oldest events when there are more than the queue takes, and says so in the log", () => {
    const world = new World();
    const front = world.startDevice({
      ...FRONT,
      mqtt: { enable: true, server: "broker", max_queue_length: 3 },
    });
    front.board.setTime("2026-03-04T05:06:00.000Z");
    world.broker.stop();
    world.clock.advance(1000);
    move(world, front, 5);
    world.broker.start();
    world.clock.advance(120_000);
    expect(eventsOf(world).map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(front.board.lines.filter((line) => line.includes("lost"))).toHaveLength(2);
    expect(world.retained("front/door/state")).toBe("open");
  });
});

describe("a door sensor whose broker comes and goes", () => {
  test("repeats the retained state for a broker that has lost it", () => {
    const world = new World();
    world.startDevice(FRONT);
    world.broker.stop({ loseSessions: true });
    expect(world.retained("front/door/state")).toBe(undefined);
    world.broker.start();
    world.clock.advance(60_000);
    expect(world.retained("front/door/state")).toBe("closed");
    expect(world.retained("front/status")).toBe("online");
  });

  test("loses nothing on a link that is half open, and repeats an event only under its number", () => {
    const world = new World();
    const front = world.startDevice(FRONT);
    world.broker.fault = (direction, packet) => direction === "out" && packet.cmd === "puback";
    move(world, front, 2);
    world.broker.fault = undefined;
    world.network.down("broker");
    move(world, front, 2);
    world.network.up("broker");
    world.clock.advance(300_000);
    const numbers = eventsOf(world).map(({ seq }) => seq);
    expect([...new Set(numbers)]).toEqual([1, 2, 3, 4]);
    expect(numbers).toEqual([1, 2, 1, 2, 3, 4]);
    expect(world.retained("front/door/state")).toBe("closed");
    expect(world.retained("front/status")).toBe("online");
  });

  test("takes its events and its state to the backup when the primary stays away", () => {
    const world = new World();
    const values: PartialConfig = { ...FRONT, mqtt1: { enable: true, server: "backup" } };
    const front = world.startDevice(values);
    world.broker.stop();
    world.clock.advance(1000);
    move(world, front, 3);
    world.clock.advance(600_000);
    expect(front.device.client.server).toBe("mqtt1");
    expect(world.backup.texts("front/door/event")).toHaveLength(3);
    expect(world.backup.texts("front/door/state")).toEqual(["open"]);
    expect(world.backup.texts("front/status")).toEqual(["online"]);
  });

  test("counts anew after a restart, under another boot number", () => {
    const world = new World();
    const first = world.startDevice(FRONT);
    move(world, first, 1);
    first.device.stop();
    world.clock.advance(1000);
    const second = world.startDevice(FRONT);
    move(world, second, 2);
    const events = eventsOf(world);
    expect(events.map(({ seq }) => seq)).toEqual([1, 1, 2]);
    expect(new Set(events.map(({ boot }) => boot)).size).toBe(2);
    expect(events[1]?.boot).toBe(events[2]?.boot);
  });
});
