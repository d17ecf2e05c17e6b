/** The reconnect table, second by second, without jitter and with it. Long, because the seconds are written out. */

import { describe, expect, test } from "vitest";
import type { ServerName } from "../../src/mqtt/event.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { ReconnectOptions } from "../../src/mqtt/reconnect.js";
import { Reconnector } from "../../src/mqtt/reconnect.js";

const OPTIONS: ReconnectOptions = {
  reconnectMinimum: 2000,
  reconnectMaximum: 60_000,
  reconnectStable: 30_000,
};

/** Puts the jitter in the middle: none. */
const HALF = (): number => 0.5;

/** What becomes of an attempt: how long it takes to fail, or how long the connection lasts. */
type Fate = { readonly fails: Milliseconds } | { readonly lasts: Milliseconds };

const AT_ONCE: Fate = { fails: 0 };

/** Looks every second from `from` to `to`, as a clock would; returns the attempts as `second server`. */
function attempts(
  reconnector: Reconnector<ReconnectOptions>,
  from: number,
  to: number,
  fateOf: (server: ServerName, second: number) => Fate = () => AT_ONCE,
): readonly string[] {
  const seen: string[] = [];
  let failsAt: Milliseconds | undefined;
  for (let second = from; second <= to; second += 1) {
    const now = second * 1000;
    if (failsAt !== undefined && now >= failsAt) {
      reconnector.failed(now);
      failsAt = undefined;
    }
    const server = reconnector.takeAttempt(now);
    if (server === undefined) continue;
    seen.push(`${second} ${server}`);
    const fate = fateOf(server, second);
    if ("lasts" in fate) reconnector.succeeded(now);
    failsAt = now + ("lasts" in fate ? fate.lasts : fate.fails);
    if (failsAt === now) {
      reconnector.failed(now);
      failsAt = undefined;
    }
  }
  return seen;
}

function started(backup?: ReconnectOptions, primary = OPTIONS, random = HALF): Reconnector<ReconnectOptions> {
  const reconnector = new Reconnector(primary, backup, random);
  reconnector.start(0);
  return reconnector;
}

/** Fails `count` attempts in a row, each as soon as it is due; returns when the last one was. */
function failAttempts(reconnector: Reconnector<ReconnectOptions>, count: number): Milliseconds {
  let now = 0;
  for (let i = 0; i < count; i += 1) {
    now = reconnector.deadline as Milliseconds;
    reconnector.takeAttempt(now);
    reconnector.failed(now);
  }
  return now;
}

describe("with one server", () => {
  test("tries at once, waits 2, 4, 8, 16, 32, 60 s, and then 60 s for ever", () => {
    expect(attempts(started(), 0, 500)).toEqual([
      "0 mqtt",
      "2 mqtt",
      "6 mqtt",
      "14 mqtt",
      "30 mqtt",
      "62 mqtt",
      "122 mqtt",
      "182 mqtt",
      "242 mqtt",
      "302 mqtt",
      "362 mqtt",
      "422 mqtt",
      "482 mqtt",
    ]);
  });

  test("still waits 60 s a week later", () => {
    const reconnector = started();
    const now = failAttempts(reconnector, 10_080);
    expect(reconnector.deadline).toBe(now + 60_000);
    expect(reconnector.server).toBe("mqtt");
  });

  test("waits from the end of an attempt, not from its beginning", () => {
    expect(attempts(started(), 0, 90, () => ({ fails: 10_000 }))).toEqual([
      "0 mqtt",
      "12 mqtt",
      "26 mqtt",
      "44 mqtt",
      "70 mqtt",
    ]);
  });

  test("climbs from its own minimum to its own maximum", () => {
    const primary = { ...OPTIONS, reconnectMinimum: 3000, reconnectMaximum: 10_000 };
    expect(attempts(started(undefined, primary), 0, 40)).toEqual([
      "0 mqtt",
      "3 mqtt",
      "9 mqtt",
      "19 mqtt",
      "29 mqtt",
      "39 mqtt",
    ]);
  });
});

describe("with a backup", () => {
  test("switches to it when the attempt after the longest wait fails, climbs anew, and comes back", () => {
    expect(attempts(started(OPTIONS), 0, 490)).toEqual([
      "0 mqtt",
      "2 mqtt",
      "6 mqtt",
      "14 mqtt",
      "30 mqtt",
      "62 mqtt",
      "122 mqtt",
      "124 mqtt1",
      "128 mqtt1",
      "136 mqtt1",
      "152 mqtt1",
      "184 mqtt1",
      "244 mqtt1",
      "246 mqtt",
      "250 mqtt",
      "258 mqtt",
      "274 mqtt",
      "306 mqtt",
      "366 mqtt",
      "368 mqtt1",
      "372 mqtt1",
      "380 mqtt1",
      "396 mqtt1",
      "428 mqtt1",
      "488 mqtt1",
      "490 mqtt",
    ]);
  });

  test("climbs there by its own settings", () => {
    const backup = { ...OPTIONS, reconnectMinimum: 5000, reconnectMaximum: 15_000 };
    expect(attempts(started(backup), 0, 170).slice(6)).toEqual([
      "122 mqtt",
      "127 mqtt1",
      "137 mqtt1",
      "152 mqtt1",
      "154 mqtt",
      "158 mqtt",
      "166 mqtt",
    ]);
  });

  test("tries it once a turn when it has only one wait", () => {
    const backup = { ...OPTIONS, reconnectMinimum: 60_000 };
    expect(attempts(started(backup), 0, 215).slice(6)).toEqual([
      "122 mqtt",
      "182 mqtt1",
      "184 mqtt",
      "188 mqtt",
      "196 mqtt",
      "212 mqtt",
    ]);
  });

  test("stays with it as long as it works, and reconnects to it when it drops", () => {
    const fateOf = (server: ServerName, second: number): Fate =>
      server === "mqtt1" && second < 200 ? { lasts: 100_000 } : AT_ONCE;
    expect(attempts(started(OPTIONS), 0, 350, fateOf).slice(7)).toEqual([
      "124 mqtt1",
      "226 mqtt1",
      "230 mqtt1",
      "238 mqtt1",
      "254 mqtt1",
      "286 mqtt1",
      "346 mqtt1",
      "348 mqtt",
    ]);
  });

  test("does not switch while the primary drops now and then but comes back", () => {
    const seen = attempts(started(OPTIONS), 0, 2000, () => ({ lasts: 60_000 }));
    expect(seen.filter((line) => line.endsWith("mqtt1"))).toEqual([]);
    expect(seen.slice(0, 3)).toEqual(["0 mqtt", "62 mqtt", "124 mqtt"]);
  });

  test("with no waits between minimum and maximum is tried after every failure of the other", () => {
    const options = { ...OPTIONS, reconnectMinimum: 7000, reconnectMaximum: 7000 };
    expect(attempts(started(options, options), 0, 35)).toEqual([
      "0 mqtt",
      "7 mqtt",
      "14 mqtt1",
      "21 mqtt",
      "28 mqtt1",
      "35 mqtt",
    ]);
  });
});

describe("a connection counts as stable", () => {
  test("after `reconnectStable`: then the ladder starts anew", () => {
    const fateOf = (_: ServerName, second: number): Fate => (second === 62 ? { lasts: 30_000 } : AT_ONCE);
    expect(attempts(started(), 0, 110, fateOf).slice(5)).toEqual([
      "62 mqtt",
      "94 mqtt",
      "98 mqtt",
      "106 mqtt",
    ]);
  });

  test("not a second earlier: then the ladder goes on where it was", () => {
    const fateOf = (_: ServerName, second: number): Fate => (second === 14 ? { lasts: 29_000 } : AT_ONCE);
    expect(attempts(started(), 0, 160, fateOf).slice(3)).toEqual([
      "14 mqtt",
      "59 mqtt",
      "91 mqtt",
      "151 mqtt",
    ]);
  });

  test("so a server that accepts and drops climbs the ladder and fails over", () => {
    const fateOf = (server: ServerName): Fate => (server === "mqtt" ? { lasts: 1000 } : { lasts: 500_000 });
    expect(attempts(started(OPTIONS), 0, 300, fateOf)).toEqual([
      "0 mqtt",
      "3 mqtt",
      "8 mqtt",
      "17 mqtt",
      "34 mqtt",
      "67 mqtt",
      "128 mqtt",
      "131 mqtt1",
    ]);
  });

  test("by the settings of the server it is with", () => {
    const backup = { ...OPTIONS, reconnectStable: 5000 };
    const fateOf = (server: ServerName): Fate => (server === "mqtt1" ? { lasts: 6000 } : AT_ONCE);
    expect(attempts(started(backup), 0, 160, fateOf).slice(7)).toEqual([
      "124 mqtt1",
      "132 mqtt1",
      "140 mqtt1",
      "148 mqtt1",
      "156 mqtt1",
    ]);
  });

  test("at once, when that is 0", () => {
    const primary = { ...OPTIONS, reconnectStable: 0 };
    const seen = attempts(started(OPTIONS, primary), 0, 8, () => ({ lasts: 0 }));
    expect(seen).toEqual(["0 mqtt", "2 mqtt", "4 mqtt", "6 mqtt", "8 mqtt"]);
  });
});

describe("attempts are counted", () => {
  test("from 1, and anew with each server and after a stable connection", () => {
    const reconnector = started(OPTIONS);
    const counts: number[] = [];
    for (let i = 0; i < 15; i += 1) {
      const now = reconnector.deadline as Milliseconds;
      reconnector.takeAttempt(now);
      counts.push(reconnector.attempt);
      if (i === 13) {
        reconnector.succeeded(now);
        reconnector.failed(now + 30_000);
      } else {
        reconnector.failed(now);
      }
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 1, 1]);
  });
});

describe("jitter", () => {
  test("takes at most 10 % off each wait", () => {
    const reconnector = started(undefined, OPTIONS, () => 0);
    expect(waits(reconnector, 8)).toEqual([0, 1800, 3600, 7200, 14_400, 28_800, 54_000, 54_000]);
  });

  test("adds less than 10 % to each wait", () => {
    const almostOne = 1 - 2 ** -53;
    const reconnector = started(undefined, OPTIONS, () => almostOne);
    const seen = waits(reconnector, 8);
    const highest = [0, 2200, 4400, 8800, 17_600, 35_200, 66_000, 66_000];
    expect(seen.map(Math.round)).toEqual(highest);
    expect(seen.every((wait, i) => wait <= (highest[i] as number) + 1e-6)).toBe(true);
  });

  test("is drawn anew for each wait", () => {
    const draws = [0, 0.25, 0.5, 0.75];
    const reconnector = started(undefined, OPTIONS, () => draws.shift() as number);
    expect(waits(reconnector, 5).map(Math.round)).toEqual([0, 1800, 3800, 8000, 16_800]);
  });

  test("does not build up: the rungs are doubled without it", () => {
    const reconnector = started(OPTIONS, OPTIONS, () => 0);
    failAttempts(reconnector, 7);
    expect(reconnector.server).toBe("mqtt1");
  });
});

describe("start and stop", () => {
  test("before start nothing is due", () => {
    const reconnector = new Reconnector(OPTIONS, undefined, HALF);
    expect([reconnector.deadline, reconnector.takeAttempt(1e9)]).toEqual([undefined, undefined]);
    expect([reconnector.server, reconnector.attempt]).toEqual(["mqtt", 0]);
  });

  test("start makes the first attempt due at once, whatever the time", () => {
    const reconnector = new Reconnector(OPTIONS, undefined, HALF);
    reconnector.start(123_456);
    expect([reconnector.deadline, reconnector.takeAttempt(123_456)]).toEqual([123_456, "mqtt"]);
  });

  test("start does nothing when already started", () => {
    const reconnector = started();
    reconnector.takeAttempt(0);
    reconnector.start(1);
    expect([reconnector.deadline, reconnector.takeAttempt(1)]).toEqual([undefined, undefined]);
    reconnector.failed(1);
    reconnector.start(2);
    expect(reconnector.deadline).toBe(2001);
    reconnector.takeAttempt(2001);
    reconnector.succeeded(2001);
    reconnector.start(2002);
    expect(reconnector.deadline).toBe(undefined);
  });

  test("stop ends waiting, attempting and being up alike, and what comes later is ignored", () => {
    for (const steps of [0, 1, 2]) {
      const reconnector = started();
      if (steps > 0) reconnector.takeAttempt(0);
      if (steps > 1) reconnector.succeeded(0);
      reconnector.stop();
      reconnector.succeeded(5);
      reconnector.failed(6);
      expect([reconnector.deadline, reconnector.takeAttempt(1e9)]).toEqual([undefined, undefined]);
    }
  });

  test("start after stop begins the ladder anew, at the server that was used last", () => {
    const reconnector = started(OPTIONS);
    failAttempts(reconnector, 9);
    expect([reconnector.server, reconnector.attempt]).toEqual(["mqtt1", 2]);
    reconnector.stop();
    reconnector.start(500_000);
    expect([reconnector.server, reconnector.attempt]).toEqual(["mqtt1", 0]);
    expect(attempts(reconnector, 500, 515)).toEqual(["500 mqtt1", "502 mqtt1", "506 mqtt1", "514 mqtt1"]);
  });

  test("calls that come at the wrong time change nothing", () => {
    const reconnector = started();
    reconnector.failed(0);
    reconnector.succeeded(0);
    expect([reconnector.deadline, reconnector.attempt]).toEqual([0, 0]);
    expect(reconnector.takeAttempt(0)).toBe("mqtt");
    expect(reconnector.takeAttempt(0)).toBe(undefined);
    reconnector.succeeded(0);
    reconnector.succeeded(29_000);
    reconnector.failed(30_000);
    expect(reconnector.deadline).toBe(32_000);
    reconnector.failed(31_000);
    reconnector.succeeded(31_000);
    expect(reconnector.deadline).toBe(32_000);
    expect([reconnector.takeAttempt(31_999), reconnector.takeAttempt(32_000)]).toEqual([undefined, "mqtt"]);
  });
});

/** The next `count` waits, each of whose attempts fails at once. */
function waits(reconnector: Reconnector<ReconnectOptions>, count: number): readonly Milliseconds[] {
  const seen: Milliseconds[] = [];
  let now = 0;
  for (let i = 0; i < count; i += 1) {
    const deadline = reconnector.deadline as Milliseconds;
    seen.push(deadline - now);
    now = deadline;
    reconnector.takeAttempt(now);
    reconnector.failed(now);
  }
  return seen;
}
