/** The broker is killed before each packet of each flow, in both directions: what was promised is kept. */

import { describe, expect, test } from "vitest";
import type { QoS } from "../../../src/mqtt/packet.js";
import { FaultWorld } from "../support/fault-world.js";

/** The broker is back so much later: before the client's first attempt, which is after 2 s. */
const OUTAGE = 1000;

interface Run {
  readonly world: FaultWorld;
  /** Packets that have passed, both ways. */
  readonly passed: number;
}

/** Connects, subscribes, lets one message go each way at `qos`; the broker dies before packet number `strike`. */
function run(qos: QoS, direction: "out" | "in", strike: number, loseSessions: boolean): Run {
  const world = new FaultWorld({ conditions: { latency: 5 } });
  const { broker, client, clock } = world;
  let passed = 0;
  broker.fault = () => {
    passed += 1;
    if (passed !== strike) return false;
    broker.stop({ loseSessions });
    const back = clock.create(() => broker.start());
    back.schedule(OUTAGE);
    return true;
  };
  world.listen();
  client.start();
  world.untilReady();
  if (direction === "out") world.publish("message", qos);
  else broker.publish("in", "message", { qos });
  clock.advance(90_000);
  expect(client.pending).toBe(0);
  expect(world.violations).toEqual([]);
  return { world, passed };
}

/** How often the message came to its receiver. */
function copies({ world }: Run, direction: "out" | "in"): number {
  return direction === "out" ? world.broker.texts("out").length : world.arrived.length;
}

describe.each(["out", "in"] as const)(
  "a broker killed before any packet, a message on its way %s",
  (direction) => {
    for (const qos of [0, 1, 2] as const) {
      test(`at QoS ${qos}, its sessions kept: ${["not twice", "not lost", "neither lost nor twice"][qos]}`, () => {
        const undisturbed = run(qos, direction, 0, false);
        expect(copies(undisturbed, direction)).toBe(1);
        // CONNECT, CONNACK, SUBSCRIBE, SUBACK, the flow itself, PINGREQ and PINGRESP.
        expect(undisturbed.passed).toBe(4 + ([1, 2, 4] as const)[qos] + 2);
        for (let strike = 1; strike <= undisturbed.passed; strike += 1) {
          const struck = run(qos, direction, strike, false);
          const { world } = struck;
          const count = copies(struck, direction);
          if (qos !== 1) expect(count, `packet ${strike}`).toBeLessThanOrEqual(1);
          if (qos !== 0) expect(count, `packet ${strike}`).toBeGreaterThanOrEqual(1);
          expect(world.unsettled).toEqual([]);
          const [lost = Number.NaN] = world.timesOf("disconnected");
          expect(world.attemptTimes, `packet ${strike}`).toEqual([0, lost + 2000]);
        }
      });
    }

    test("at QoS 1, its sessions gone: what the device had to send is not lost", () => {
      for (let strike = 1; strike <= 8; strike += 1) {
        const struck = run(1, direction, strike, true);
        expect(struck.world.unsettled).toEqual([]);
        // What the broker alone knew of is gone with it.
        if (direction === "out")
          expect(copies(struck, direction), `packet ${strike}`).toBeGreaterThanOrEqual(1);
      }
    });

    test("at QoS 2, its sessions gone: at most once", () => {
      for (let strike = 1; strike <= 10; strike += 1) {
        const struck = run(2, direction, strike, true);
        expect(struck.world.unsettled).toEqual([]);
        expect(copies(struck, direction), `packet ${strike}`).toBeLessThanOrEqual(1);
      }
    });
  },
);
