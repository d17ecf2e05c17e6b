/** Both brokers are gone for a day: what the queue has room for is kept, and delivered at the attempt that is due. */

import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../../src/config/schema.js";
import { CLOSED, FRONT, OPEN, World } from "../../firmware/world.js";
import { FaultWorld } from "../support/fault-world.js";

const DAY = 86_400_000;

/** When the next attempt is, as the client has told. */
function dueTime(world: FaultWorld): number {
  const last = world.events.findLast(({ event }) => event.type === "waiting");
  if (last?.event.type !== "waiting") throw new Error("the client does not wait");
  return last.time + last.event.delay;
}

describe("both brokers gone for a day", () => {
  test("cost nothing that the queue had room for; attempts go on at the rhythm of both ladders", () => {
    const world = new FaultWorld({ mqtt1: {} });
    const { backup, broker, client, clock, network } = world;
    client.start();
    world.untilReady();
    for (const host of ["broker", "backup"]) {
      network.setHost(host, "refusing");
      network.cut(host);
    }
    const sent = Array.from({ length: 64 }, (_, index) => `${index}`);
    for (const text of sent) {
      world.publish(text, Number(text) % 2 === 0 ? 1 : 2);
      clock.advance(DAY / 64);
      expect(client.pending).toBeLessThanOrEqual(64);
      expect([clock.pending, network.links.length]).toEqual([1, 0]);
    }
    // Six waits at each server, 122 s in all: 2 + 4 + 8 + 16 + 32 + 60 s.
    const attempts = world.attemptTimes.length;
    expect(attempts).toBeGreaterThan((DAY / 122_000) * 6 - 6);
    expect(attempts).toBeLessThan((DAY / 122_000) * 6 + 6);
    const due = dueTime(world);
    for (const host of ["broker", "backup"]) network.setHost(host, "up");
    clock.advanceTo(due - 1);
    expect([...broker.texts("out"), ...backup.texts("out")]).toEqual([]);
    clock.advanceTo(due);
    expect([...broker.texts("out"), ...backup.texts("out")].toSorted()).toEqual(sent.toSorted());
    expect(world.endedAs("acknowledged")).toEqual(sent);
    expect(due - DAY).toBeLessThanOrEqual(60_000);
  });

  test("cost a door sensor none of 64 events, nor their times, nor the door's state in the end", () => {
    const world = new World();
    const config: PartialConfig = { ...FRONT, mqtt1: { enable: true, server: "backup" } };
    const front = world.startDevice(config);
    front.board.setTime("2026-03-04T00:00:00.000Z");
    const start = world.clock.now();
    for (const broker of [world.broker, world.backup]) broker.stop({ loseSessions: true });
    const times: string[] = [];
    for (let i = 0; i < 64; i += 1) {
      world.clock.advance(DAY / 64);
      front.board.set(4, i % 2 === 0 ? OPEN : CLOSED);
      times.push(new Date(Date.parse("2026-03-04T00:00:00.000Z") + world.clock.now() - start).toISOString());
    }
    for (const broker of [world.broker, world.backup]) broker.start();
    world.clock.advance(66_000 + 1000);
    const events = [world.broker, world.backup].flatMap((broker) =>
      broker.texts("front/door/event").map((text) => JSON.parse(text) as { seq: number; time: string }),
    );
    expect(events.map(({ seq }) => seq)).toEqual(times.map((_, index) => index + 1));
    expect(events.map(({ time }) => time)).toEqual(times);
    const states = [world.broker, world.backup].flatMap((broker) => broker.texts("front/door/state"));
    expect(states.at(-1)).toBe("closed");
  });
});
