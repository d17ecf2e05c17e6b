/** Random walks: whatever happens to servers and network, promises are kept once everything is up again. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Step, WalkOptions } from "./support/random-walk.js";
import { RandomWalk, step } from "./support/random-walk.js";

const WALKS = 300;

const bounds = fc.record({
  maximumInFlight: fc.constantFrom(1, 2, 20),
  maximumQueueLength: fc.constantFrom(1000, 1000, 3),
  earlyPublish: fc.boolean(),
});

/** Each text once, in the order in which it came first. */
function firsts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function isAscending(texts: readonly string[]): boolean {
  return texts.every((text, index) => index === 0 || Number(texts[index - 1]) < Number(text));
}

/** What holds after every walk. */
function checkAlways(walk: RandomWalk): void {
  const { world, brokers, published, arrived, promised } = walk;
  for (const { text, qos, outcomes } of published) {
    expect([text, outcomes.length]).toEqual([text, 1]);
    expect([qos === 0 ? "sent" : "acknowledged", "refused", "evicted", "expired"]).toContain(outcomes[0]);
  }
  for (const broker of brokers) {
    for (const topicName of ["out/0", "out/1"]) {
      for (const qos of [0, 1, 2] as const) {
        const routed = walk.routed(broker, topicName, qos);
        expect(isAscending(firsts(routed))).toBe(true);
        // QoS 0 and 2 at most once at each server.
        if (qos !== 1) expect(routed).toEqual(firsts(routed));
      }
    }
    const violations = broker.connectionEvents.filter(({ type }) => type.startsWith("violation"));
    expect(violations).toEqual([]);
  }
  const counts = new Map<string, number>();
  for (const text of arrived) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const [text, { qos }] of promised) {
    const count = counts.get(text) ?? 0;
    if (qos === 1) expect([text, count > 0]).toEqual([text, true]);
    if (qos === 2) expect([text, count]).toEqual([text, 1]);
    if (qos === 0) expect(count).toBeLessThanOrEqual(1);
  }
  expect([world.clock.pending, world.network.links.length, world.client.pending]).toEqual([0, 0, 0]);
}

/** How often the brokers together routed each message of this QoS that was acknowledged. */
function timesRouted(walk: RandomWalk, level: QoS): readonly number[] {
  const all = walk.brokers.flatMap(({ published }) =>
    published.map(({ text, from }) => (from === "" ? "" : text)),
  );
  return walk.published
    .filter(({ qos, outcomes }) => qos === level && outcomes[0] === "acknowledged")
    .map(({ text }) => all.filter((other) => other === text).length);
}

function run(options: WalkOptions, steps: readonly Step[]): RandomWalk {
  const walk = new RandomWalk(options);
  walk.world.client.start();
  for (const one of steps) {
    walk.take(one);
    const { pending } = walk.world.client;
    // What has come back from a lost session counts as waiting, and is never evicted.
    expect(pending).toBeLessThanOrEqual(options.maximumQueueLength + 2 * options.maximumInFlight);
  }
  walk.finish();
  checkAlways(walk);
  return walk;
}

function walks(
  fixed: Pick<WalkOptions, "hasBackup" | "losesSessions">,
  check: (walk: RandomWalk) => void,
): void {
  fc.assert(
    fc.property(bounds, fc.array(step, { minLength: 20, maxLength: 120, size: "max" }), (bound, steps) => {
      check(run({ ...fixed, ...bound }, steps));
    }),
    { numRuns: WALKS },
  );
}

describe("after a random walk, everything accepted has its outcome, once, in order", () => {
  test("and with one server that keeps its session, QoS 1 arrived at least once and QoS 2 exactly once", () => {
    walks({ hasBackup: false, losesSessions: false }, (walk) => {
      expect(timesRouted(walk, 1).every((count) => count >= 1)).toBe(true);
      expect(timesRouted(walk, 2).every((count) => count === 1)).toBe(true);
    });
  });

  test("and with one server that may lose its session, QoS 1 arrived at least once and QoS 2 at most once", () => {
    walks({ hasBackup: false, losesSessions: true }, (walk) => {
      expect(timesRouted(walk, 1).every((count) => count >= 1)).toBe(true);
      expect(timesRouted(walk, 2).every((count) => count <= 1)).toBe(true);
    });
  });

  test("and with a backup, both keeping their sessions, QoS 1 and 2 arrived somewhere, QoS 2 once at each at most", () => {
    walks({ hasBackup: true, losesSessions: false }, (walk) => {
      for (const qos of [1, 2] as const) {
        expect(timesRouted(walk, qos).every((count) => count >= 1)).toBe(true);
      }
    });
  });

  test("and with a backup and sessions that may be lost, QoS 1 arrived somewhere", () => {
    walks({ hasBackup: true, losesSessions: true }, (walk) => {
      expect(timesRouted(walk, 1).every((count) => count >= 1)).toBe(true);
    });
  });
});
