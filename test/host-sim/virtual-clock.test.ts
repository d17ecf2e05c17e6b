/** Virtual time: timers in the right order, at the right times, and not an instant of real time. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualWorld } from "../../host-sim/device/virtual-world.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";

const YEAR = 365 * 86_400_000;

/** A clock and a diary: `note("x", 5)` writes down "x" and the time 5 ms from now. */
function createDiary(options = {}) {
  const clock = new VirtualClock(options);
  const entries: string[] = [];
  const note = (text: string, delay: number) => {
    const timer = clock.create(() => entries.push(`${text} ${clock.now()}`));
    timer.schedule(delay);
    return timer;
  };
  return { clock, entries, note };
}

describe("the virtual clock", () => {
  test("starts at 0, or where it is told, and moves only by being advanced", () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    clock.advance(1.5);
    clock.advanceTo(10);
    expect(clock.now()).toBe(10);
    expect(new VirtualClock({ start: 7_000 }).now()).toBe(7_000);
  });

  test("lets timers expire in the order of their times, each at its own", () => {
    const { clock, entries, note } = createDiary();
    note("c", 30);
    note("a", 10);
    note("b", 20.5);
    clock.advance(100);
    expect(entries).toEqual(["a 10", "b 20.5", "c 30"]);
    expect(clock.now()).toBe(100);
  });

  test("lets timers of the same time expire in the order in which they were scheduled", () => {
    const { clock, entries, note } = createDiary();
    const first = note("first", 10);
    note("second", 10);
    note("third", 10);
    first.schedule(10);
    clock.advance(10);
    expect(entries).toEqual(["second 10", "third 10", "first 10"]);
  });

  test("hands each timer the target it was made for, also by way of a device's world", () => {
    const clock = new VirtualClock();
    const world = new VirtualWorld(new VirtualNetwork(clock), "door");
    const handed: unknown[] = [];
    for (const [delay, timers] of [clock, world].entries()) {
      const timer = timers.create((target) => handed.push(target), { delay });
      timer.schedule(delay);
      clock.advance(delay);
      timer.schedule(delay);
      clock.advance(delay);
    }
    expect(handed).toEqual([{ delay: 0 }, { delay: 0 }, { delay: 1 }, { delay: 1 }]);
    world.create((target) => handed.push(target), "off").schedule(0);
    world.powerOff();
    clock.advance(1);
    expect(handed.length).toBe(4);
  });

  test("includes what is due exactly at the end, and nothing after it", () => {
    const { clock, entries, note } = createDiary();
    note("in", 10);
    note("out", 10.001);
    clock.advance(10);
    expect(entries).toEqual(["in 10"]);
  });

  test("honours timers that are scheduled on the way", () => {
    const { clock, entries, note } = createDiary();
    clock
      .create(() => {
        note("soon", 5);
        note("too late", 100);
      })
      .schedule(10);
    clock.advance(50);
    expect(entries).toEqual(["soon 15"]);
  });

  test("runs a timer of 0 ms at the same time, but never inside the caller", () => {
    const { clock, entries, note } = createDiary();
    clock
      .create(() => {
        note("at once", 0);
        entries.push("returned");
      })
      .schedule(10);
    note("same time, earlier scheduled", 10);
    clock.advance(10);
    expect(entries).toEqual(["returned", "same time, earlier scheduled 10", "at once 10"]);
  });

  test("defers a task in the same way", () => {
    const { clock, entries } = createDiary();
    clock.defer(() => entries.push("task"));
    expect(entries).toEqual([]);
    clock.advance(0);
    expect(entries).toEqual(["task"]);
  });

  test("replaces an earlier schedule, and forgets a cancelled one", () => {
    const { clock, entries, note } = createDiary();
    note("moved", 10).schedule(20);
    note("cancelled", 10).cancel();
    expect(clock.pending).toBe(1);
    clock.advance(100);
    expect(entries).toEqual(["moved 20"]);
  });

  test("lets a timer cancel another one of the same time", () => {
    const { clock, entries, note } = createDiary();
    clock.create(() => victim.cancel()).schedule(10);
    const victim = note("victim", 10);
    clock.advance(10);
    expect(entries).toEqual([]);
  });

  test("takes a negative delay as 0, an infinite one as never, and refuses one that is not a number", () => {
    const { clock, entries, note } = createDiary();
    note("late", -5);
    note("never", Number.POSITIVE_INFINITY);
    clock.advance(YEAR);
    expect(entries).toEqual(["late 0"]);
    expect(() => note("when?", Number.NaN)).toThrow(RangeError);
  });

  test("goes to the next timer by runNext, until there is none", () => {
    const { clock, entries, note } = createDiary();
    note("b", 20_000);
    note("a", 10_000);
    expect(clock.deadline).toBe(10_000);
    expect(clock.runNext()).toBe(true);
    expect(entries).toEqual(["a 10000"]);
    expect(clock.runNext()).toBe(true);
    expect(clock.now()).toBe(20_000);
    expect(clock.runNext()).toBe(false);
    expect(clock.deadline).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test("runs until something is so, and says how long it took", () => {
    const { clock, entries, note } = createDiary();
    note("a", 10);
    note("b", 20);
    expect(clock.runUntil(() => entries.length === 1, 100)).toBe(10);
    expect(clock.now()).toBe(10);
    expect(() => clock.runUntil(() => entries.length === 3, 50)).toThrow("not done within 50 ms, at 60 ms");
  });

  test("passes a year of seconds in no time", () => {
    const clock = new VirtualClock();
    let count = 0;
    const timer = clock.create(() => {
      count += 1;
      timer.schedule(60_000);
    });
    timer.schedule(60_000);
    clock.advance(YEAR);
    expect(count).toBe(YEAR / 60_000);
  });

  test("names an endless loop of zero delays instead of hanging", () => {
    const { clock } = createDiary({ stillLimit: 1_000 });
    const timer = clock.create(() => timer.schedule(0));
    timer.schedule(5);
    expect(() => clock.advance(10)).toThrow(
      "1000 timers expired at 5 ms without time passing: an endless loop of zero delays",
    );
  });

  test("does not take many timers at different times for a loop", () => {
    const { clock } = createDiary({ stillLimit: 10 });
    for (let index = 0; index < 100; index += 1) {
      clock.create(() => {}).schedule(index);
    }
    clock.advance(100);
    expect(clock.pending).toBe(0);
  });

  test("cannot be advanced from inside a timer, nor go back", () => {
    const { clock, note } = createDiary();
    clock.create(() => clock.advance(5)).schedule(1);
    note("inner", 2);
    expect(() => clock.advance(10)).toThrow("time cannot be advanced from inside a timer");
    expect(() => clock.advanceTo(0)).toThrow("time cannot go back from 1 to 0 ms");
    expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
  });

  test("goes on after a timer that throws", () => {
    const { clock, entries, note } = createDiary();
    clock
      .create(() => {
        throw new Error("broken");
      })
      .schedule(10);
    note("next", 20);
    expect(() => clock.advance(100)).toThrow("broken");
    expect(clock.now()).toBe(10);
    clock.advance(10);
    expect(entries).toEqual(["next 20"]);
  });

  test("keeps the order of times and of scheduling, whatever is scheduled, moved and cancelled", () => {
    const action = fc.record({
      timer: fc.nat({ max: 9 }),
      delay: fc.option(fc.nat({ max: 20 })),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const clock = new VirtualClock();
        const expired: number[] = [];
        const timers = Array.from({ length: 10 }, (_, index) => clock.create(() => expired.push(index)));
        const model = new Map<number, number>();
        for (const { timer, delay } of actions) {
          model.delete(timer); // A map keeps the order of insertion.
          if (delay === null) {
            timers[timer]?.cancel();
          } else {
            timers[timer]?.schedule(delay);
            model.set(timer, delay);
          }
          expect(clock.pending).toBe(model.size);
        }
        clock.advance(20);
        const expected = [...model].toSorted(([, a], [, b]) => a - b).map(([timer]) => timer);
        expect(expired).toEqual(expected);
      }),
    );
  });
});
