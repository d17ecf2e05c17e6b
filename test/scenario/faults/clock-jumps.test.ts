/** The time of day jumps: only what is said of the time of day changes, no schedule does. */

import { describe, expect, test } from "vitest";
import { CLOSED, FRONT, OPEN, World } from "../../firmware/world.js";

interface Run {
  /** `time type` of everything the client told. */
  readonly log: readonly string[];
  readonly events: readonly { readonly seq: number; readonly time: string; readonly uptime: number }[];
}

/** A door, an outage in the middle, and the time of day set to `times` one after the other, if there are any. */
function run(times: readonly string[]): Run {
  const world = new World();
  const log: string[] = [];
  const { device, board } = world.createDevice(FRONT, ({ type }) => log.push(`${world.clock.now()} ${type}`));
  board.setTime("2026-03-04T05:06:07.000Z");
  const jumps = times[Symbol.iterator]();
  const jump = () => {
    const { value } = jumps.next();
    if (value !== undefined) board.setTime(value);
  };
  device.start();
  for (let round = 0; round < 6; round += 1) {
    world.clock.advance(40_000);
    jump();
    board.set(4, round % 2 === 0 ? OPEN : CLOSED);
    world.clock.advance(1000);
    if (round === 1) world.broker.stop();
    if (round === 3) world.broker.start();
  }
  world.clock.advance(300_000);
  return { log, events: world.broker.texts("front/door/event").map((text) => JSON.parse(text)) };
}

const JUMPS = [
  "2027-03-04T05:06:07.000Z",
  "2025-01-01T00:00:00.000Z",
  "2036-02-07T06:28:17.000Z",
  "1970-01-01T00:01:00.000Z",
  "2026-03-04T05:06:07.000Z",
  "2038-01-19T03:14:08.000Z",
];

describe("a time of day that jumps forwards and backwards", () => {
  test("moves no attempt, no ping and no timeout", () => {
    const steady = run([]);
    expect(steady.log.filter((line) => line.endsWith("connecting")).length).toBeGreaterThan(4);
    expect(run(JUMPS).log).toEqual(steady.log);
  });

  test("costs no event and no order: each has its number, and how long after the start it was", () => {
    const steady = run([]);
    const jumping = run(JUMPS);
    expect(jumping.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(jumping.events.map(({ uptime }) => uptime)).toEqual(steady.events.map(({ uptime }) => uptime));
  });

  test("gives each event the time of day that the device knew when it happened", () => {
    expect(run(JUMPS).events.map(({ time }) => time)).toEqual(JUMPS);
  });
});
