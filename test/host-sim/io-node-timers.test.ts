/** Real timers on Node: prompt, never early, without limit; long delays are seen with vitest's own clock. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { NodeClock } from "../../host-sim/io/node-clock.js";
import type { NodeTimer } from "../../host-sim/io/node-timers.js";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import { SharedTimeout } from "../../host-sim/io/shared-timeout.js";

const DAY = 86_400_000;

describe("the clock on Node", () => {
  test("never goes back", () => {
    const clock = new NodeClock();
    let last = clock.now();
    for (let index = 0; index < 1_000; index += 1) {
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });
});

describe("a timer on Node, in real time,", () => {
  test("with a delay of 0 expires once the caller has returned, before any other delay", async () => {
    const calls: string[] = [];
    await new Promise<void>((resolve) => {
      const timers = new NodeTimers();
      timers.create(resolve).schedule(5);
      timers.create(() => calls.push("later")).schedule(1);
      timers.create(() => calls.push("at once")).schedule(0);
      calls.push("returned");
    });
    expect(calls).toEqual(["returned", "at once", "later"]);
  });

  test("with a delay of 0 does not wait for the next millisecond", async () => {
    const rounds = 500;
    const start = performance.now();
    await new Promise<void>((resolve) => {
      let count = 0;
      const timer = new NodeTimers().create(() => {
        count += 1;
        if (count === rounds) {
          resolve();
        } else {
          timer.schedule(0);
        }
      });
      timer.schedule(0);
    });
    expect(performance.now() - start).toBeLessThan(rounds / 2);
  });

  test("never expires early", async () => {
    const early: number[] = [];
    const one = (delay: number) =>
      new Promise<void>((resolve) => {
        const start = performance.now();
        const timer = new NodeTimers().create(() => {
          const passed = performance.now() - start;
          if (passed < delay) {
            early.push(passed - delay);
          }
          resolve();
        });
        timer.schedule(delay);
      });
    await Promise.all(Array.from({ length: 200 }, (_, index) => one(1 + index * 0.13)));
    expect(early).toEqual([]);
  });
});

describe("a timer on Node", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** With a timeout of its own: that of the process goes by real time. */
  function createProvider() {
    vi.useFakeTimers();
    return new NodeTimers(new SharedTimeout<NodeTimer>());
  }

  function create() {
    const timers = createProvider();
    const expiries: number[] = [];
    const start = performance.now();
    const timer = timers.create(() => expiries.push(performance.now() - start));
    return { timer, expiries };
  }

  test("expires once", () => {
    const { timer, expiries } = create();
    timer.schedule(100);
    vi.advanceTimersByTime(1_000);
    expect(expiries).toEqual([100]);
  });

  test("hands over the target it was made for, at once or later, each its own", () => {
    const timers = createProvider();
    const handed: unknown[] = [];
    for (const [target, delay] of [
      ["at once", 0],
      ["later", 10],
      [undefined, 20],
    ] as const) {
      timers.create((given) => handed.push(given), target).schedule(delay);
    }
    timers.create((given) => handed.push(given)).schedule(30);
    vi.advanceTimersByTime(50);
    expect(handed).toEqual(["at once", "later", undefined, undefined]);
  });

  test("needs one timeout of Node's, however often another one is scheduled at once meanwhile", () => {
    const timers = createProvider();
    vi.advanceTimersByTime(0.4);
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    const expiries: number[] = [];
    timers.create(() => expiries.push(performance.now())).schedule(100);
    let rounds = 0;
    const other = timers.create(() => {
      rounds += 1;
      if (rounds < 1_000) other.schedule(0);
    });
    other.schedule(0);
    vi.advanceTimersByTime(1_000);
    expect([rounds, expiries.length, setTimeout.mock.calls.length]).toEqual([1_000, 1, 1]);
  });

  test("replaces the earlier schedule by an earlier or a later one", () => {
    const { timer, expiries } = create();
    timer.schedule(100);
    timer.schedule(50);
    vi.advanceTimersByTime(60);
    expect(expiries).toEqual([50]);
    timer.schedule(100);
    vi.advanceTimersByTime(90);
    timer.schedule(100);
    vi.advanceTimersByTime(1_000);
    expect(expiries).toEqual([50, 250]);
  });

  test("costs no new timeout when it is only moved later", () => {
    const { timer } = create();
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    for (let index = 0; index < 1_000; index += 1) {
      timer.schedule(60_000 + index);
    }
    expect(setTimeout).toHaveBeenCalledTimes(1);
  });

  test("costs no new timeout when it is asked for at once in between, as for each packet", () => {
    const timer = createProvider().create(() => timer.schedule(60_000));
    timer.schedule(60_000);
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    for (let index = 0; index < 100; index += 1) {
      timer.schedule(0);
      vi.advanceTimersByTime(1);
    }
    expect(setTimeout).not.toHaveBeenCalled();
  });

  test("leaves nothing running when it expired at once and was not scheduled again", () => {
    const { timer, expiries } = create();
    timer.schedule(1_000);
    timer.schedule(0);
    vi.advanceTimersByTime(1);
    expect(expiries).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not expire after a power cut, whether it was scheduled before or is afterwards", () => {
    const timers = createProvider();
    let count = 0;
    const [first, second] = [1, 2].map(() => timers.create(() => (count += 1)));
    first?.schedule(10);
    timers.powerOff();
    second?.schedule(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(count).toBe(0);
  });

  test("takes no timeout of its own when others wait, whoever has made them", () => {
    const one = createProvider();
    const other = new NodeTimers(one.timeout);
    const expired: number[] = [];
    for (const delay of [30, 10, 20, 10]) {
      one.create(() => expired.push(delay)).schedule(delay);
      other.create(() => expired.push(delay + 1)).schedule(delay + 1);
    }
    expect(vi.getTimerCount()).toBe(1);
    other.powerOff();
    vi.advanceTimersByTime(100);
    expect(expired).toEqual([10, 10, 20, 30]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that fails does not hold others up", () => {
    const timers = createProvider();
    const expired: string[] = [];
    timers
      .create(() => {
        throw new Error("no");
      })
      .schedule(10);
    timers.create(() => expired.push("same time")).schedule(10);
    timers.create(() => expired.push("later")).schedule(20);
    expect(() => vi.advanceTimersByTime(10)).toThrow("no");
    vi.advanceTimersByTime(20);
    expect(expired).toEqual(["same time", "later"]);
  });

  test("does not expire after a power cut when it was to do so at once", () => {
    const timers = createProvider();
    let count = 0;
    timers.create(() => (count += 1)).schedule(0);
    timers.powerOff();
    vi.advanceTimersByTime(100);
    expect(count).toBe(0);
  });

  test("can be moved from at once to later, and from later to at once", () => {
    const { timer, expiries } = create();
    timer.schedule(0);
    timer.schedule(10);
    vi.advanceTimersByTime(20);
    expect(expiries).toEqual([10]);
    timer.schedule(10);
    timer.schedule(0);
    vi.advanceTimersByTime(20);
    expect(expiries).toEqual([10, 20]);
  });

  test("does not expire after cancel, and leaves nothing running", () => {
    const { timer, expiries } = create();
    timer.schedule(10);
    timer.cancel();
    timer.schedule(0);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(expiries).toEqual([]);
  });

  test("may schedule itself again when it expires", () => {
    let count = 0;
    const timer = createProvider().create(() => {
      count += 1;
      timer.schedule(10);
    });
    timer.schedule(10);
    vi.advanceTimersByTime(50);
    expect(count).toBe(5);
  });

  test("takes delays beyond what setTimeout can", () => {
    const { timer, expiries } = create();
    timer.schedule(60 * DAY);
    vi.advanceTimersByTime(60 * DAY - 1);
    expect(expiries).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expiries).toEqual([60 * DAY]);
  });

  test("with an infinite delay never expires", () => {
    const { timer, expiries } = create();
    timer.schedule(10);
    timer.schedule(Number.POSITIVE_INFINITY);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100 * DAY);
    expect(expiries).toEqual([]);
  });

  test("takes a negative delay as 0 and refuses one that is not a number", () => {
    const { timer, expiries } = create();
    timer.schedule(-5);
    vi.advanceTimersByTime(0);
    expect(expiries).toEqual([0]);
    expect(() => timer.schedule(Number.NaN)).toThrow(RangeError);
  });
});
