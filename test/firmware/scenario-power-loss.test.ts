/** A door that moves, a power that goes: the events are there after the restart. */

import { describe, expect, test } from "vitest";
import { MemoryFlash } from "../support/memory-flash.js";
import { CLOSED, FRONT, OPEN, World } from "./world.js";

interface DoorEvent {
  readonly seq: number;
  readonly boot: string;
  readonly late: boolean;
}

function eventsOf(world: World): readonly DoorEvent[] {
  return world.broker.texts("front/door/event").map((text) => JSON.parse(text) as DoorEvent);
}

/** A device whose power goes at the end, while there is no broker. */
function liveWithoutBroker(world: World, flash: MemoryFlash, config = FRONT): void {
  world.broker.stop();
  const { board, device, provider } = world.createDevice(config, undefined, { flash });
  device.start();
  world.clock.advance(1000);
  for (const level of config.app === "door-sensor" ? ([OPEN, CLOSED, OPEN] as const) : []) {
    board.set(4, level);
    world.clock.advance(1000);
  }
  provider.powerOff();
  device.client.abandon();
  world.broker.start();
}

describe("a door sensor that loses its power", () => {
  test("sends the events from before, late and in order, then what is now", () => {
    const world = new World();
    const flash = new MemoryFlash(4096, 4);
    liveWithoutBroker(world, flash);
    const { board, device } = world.createDevice(FRONT, undefined, { flash: flash.restarted() });
    device.start();
    world.clock.advance(1000);
    expect(board.lines).toContain("info: messages from before the restart that are sent now: 3");
    expect(eventsOf(world).map(({ seq, late }) => [seq, late])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    board.set(4, OPEN);
    world.clock.advance(1000);
    const events = eventsOf(world);
    expect(events.at(-1)).toMatchObject({ seq: 1, late: false });
    expect(events.at(-1)?.boot).not.toBe(events[0]?.boot);
  });

  test("keeps nothing when the config says so, or an app has no need of it", () => {
    for (const config of [
      { ...FRONT, device: { id: "front", queue_store: "ram" as const } },
      { ...FRONT, app: "climate-sensor" as const },
    ]) {
      const world = new World();
      const flash = new MemoryFlash(4096, 4);
      liveWithoutBroker(world, flash, config);
      expect(flash.work).toBe(0);
    }
  });

  test("says so when flash is asked for and there is none", () => {
    const world = new World();
    const config = { ...FRONT, device: { id: "front", queue_store: "flash" as const } };
    expect(world.startDevice(config).board.lines).toContain(
      "warn: device.queue_store is flash, but there is none here: messages do not survive a loss of power",
    );
  });
});
