/** Keep alive: nothing sent for too long, nothing heard for too long. */

import { describe, expect, test } from "vitest";
import { KeepAlive } from "../../src/mqtt/keep-alive.js";
import { every, keepAlivePlan, runKeepAlive } from "./support/keep-alive-run.js";

describe("PINGREQ", () => {
  for (const [keepAlive, pings] of [
    [1, [900, 1800, 2700]],
    [2, [1800, 3600, 5400]],
    [10, [9000, 18_000, 27_000]],
    [11, [10_000, 20_000, 30_000]],
    [60, [59_000, 118_000, 177_000]],
    [65_535, [65_534_000, 131_068_000, 196_602_000]],
  ] as const) {
    test(`is sent on a quiet connection a little before ${keepAlive} s are over, again and again`, () => {
      const until = (pings[2] as number) + 10;
      const report = runKeepAlive(keepAlivePlan({ keepAlive, until }));
      expect(report.pings).toEqual(pings);
      expect(report.dead).toBe(undefined);
    });
  }

  for (const keepAlive of [1, 2, 7, 30, 60, 600]) {
    test(`leaves no gap of more than ${keepAlive} s, even with a timer as late as the margin [MQTT-3.1.2-23]`, () => {
      const lateness = Math.min(keepAlive * 100, 1000);
      for (const sends of [[], [1], every(keepAlive * 700, keepAlive * 5000)]) {
        const plan = keepAlivePlan({ keepAlive, sends, lateness, latency: 20, until: keepAlive * 20_000 });
        const { longestGap, dead } = runKeepAlive(plan);
        expect([longestGap <= keepAlive * 1000, dead]).toEqual([true, undefined]);
      }
    });
  }

  test("is due counting from what was sent, not from what was received [MQTT-3.1.2-23]", () => {
    const report = runKeepAlive(keepAlivePlan({ receives: every(1000, 30_000), until: 30_000 }));
    expect(report.pings).toEqual([9000, 18_000, 27_000]);
  });

  test("is due while QoS 0 goes out every second, because nothing comes back", () => {
    const report = runKeepAlive(keepAlivePlan({ sends: every(1000, 30_000), until: 30_000 }));
    expect(report.pings).toEqual([9000, 18_000, 27_000]);
    expect(report.dead).toBe(undefined);
  });

  test("is not needed while there is traffic both ways", () => {
    const plan = keepAlivePlan({ sends: every(8000, 100_000), receives: every(8999, 100_000) });
    expect(runKeepAlive(plan).pings).toEqual([]);
  });

  test("is given once each time it is due, and not before", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    expect([machine.takePing(0), machine.takePing(8999)]).toEqual([false, false]);
    expect([machine.takePing(9000), machine.takePing(9000), machine.takePing(9001)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("counts from the time it was made at", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 1_000_000);
    expect(machine.deadline).toBe(1_009_000);
    machine.lastSent = 1_004_000;
    expect(machine.deadline).toBe(1_009_000);
    machine.lastReceived = 1_005_000;
    expect(machine.deadline).toBe(1_013_000);
  });
});

describe("a half-open link", () => {
  for (const [name, sends] of [
    ["while nothing is sent", []],
    ["while QoS 0 goes out every second", every(1000, 100_000)],
    ["while something is sent just before each PINGREQ would be due", every(8999, 100_000)],
  ] as const) {
    test(`is given up within keep alive + response timeout of the last byte received, ${name}`, () => {
      for (const silentFrom of [1, 500, 8999, 9000, 9001, 12_345, 27_000, 27_001, 40_000]) {
        const plan = keepAlivePlan({ sends, silentFrom, latency: 1, receives: every(3000, 20_000) });
        const { dead, lastReceived } = runKeepAlive(plan);
        expect(dead !== undefined && dead <= lastReceived + 10_000 + 5000).toBe(true);
      }
    });
  }

  test("is given up at once when the response timeout is over, and not before", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    expect(machine.takePing(9000)).toBe(true);
    expect(machine.deadline).toBe(14_000);
    expect([machine.isDead(13_999), machine.isDead(14_000)]).toEqual([false, true]);
  });

  test("is not given up before a PINGREQ was sent, however late it is", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    expect(machine.isDead(1_000_000)).toBe(false);
    expect(machine.takePing(1_000_000)).toBe(true);
    expect([machine.isDead(1_004_999), machine.isDead(1_005_000)]).toEqual([false, true]);
  });

  test("is not taken for one while bytes arrive after PINGREQ: its answer may wait behind a long PUBLISH", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    machine.takePing(9000);
    machine.lastReceived = 13_000;
    expect(machine.isDead(17_999)).toBe(false);
    machine.lastReceived = 17_999;
    machine.lastSent = 18_000;
    expect(machine.deadline).toBe(22_999);
    expect([machine.isDead(22_998), machine.isDead(22_999)]).toEqual([false, true]);
  });

  test("is not taken for one while a long packet, behind which PINGREQ waits, makes headway", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    machine.delayed(8000);
    expect(machine.isDead(100_000)).toBe(false);
    machine.takePing(9000);
    machine.delayed(12_000);
    expect([machine.isDead(16_999), machine.isDead(17_000)]).toEqual([false, true]);
    machine.answered();
    machine.delayed(18_000);
    expect(machine.isDead(100_000)).toBe(false);
  });

  test("is found by the first of several unanswered PINGREQs", () => {
    const machine = new KeepAlive({ keepAlive: 1, responseTimeout: 5000 }, 0);
    expect([machine.takePing(900), machine.takePing(1800), machine.takePing(2700)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([machine.isDead(5899), machine.isDead(5900)]).toEqual([false, true]);
  });

  test("is forgotten when PINGRESP arrives", () => {
    const machine = new KeepAlive({ keepAlive: 10, responseTimeout: 5000 }, 0);
    machine.takePing(9000);
    machine.lastReceived = 13_999;
    machine.answered();
    expect(machine.isDead(1_000_000)).toBe(false);
    expect(machine.deadline).toBe(18_000);
  });

  test("is not what a slow server is: its answers come just in time for ever", () => {
    const plan = keepAlivePlan({ latency: 4999, until: 1_000_000 });
    expect(runKeepAlive(plan).dead).toBe(undefined);
  });

  test("is what a server is whose answer comes too late", () => {
    expect(runKeepAlive(keepAlivePlan({ latency: 5001 })).dead).toBe(14_000);
  });
});

describe("keep alive 0", () => {
  test("turns everything off", () => {
    const machine = new KeepAlive({ keepAlive: 0, responseTimeout: 5000 }, 0);
    machine.lastSent = 5;
    machine.lastReceived = 6;
    expect(machine.deadline).toBe(undefined);
    expect([machine.takePing(1e12), machine.isDead(1e12)]).toEqual([false, false]);
    expect(runKeepAlive(keepAlivePlan({ keepAlive: 0, until: 1e12 })).pings).toEqual([]);
  });
});

describe("keep alive 65,535", () => {
  test("works for weeks", () => {
    const plan = keepAlivePlan({ keepAlive: 65_535, until: 3e9, latency: 100, silentFrom: 2e9 });
    const { dead, lastReceived, longestGap } = runKeepAlive(plan);
    expect(longestGap <= 65_535_000).toBe(true);
    expect(dead !== undefined && dead > 2e9 && dead <= lastReceived + 65_535_000 + 5000).toBe(true);
  });
});
