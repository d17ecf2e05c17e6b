/** Whatever keeps the client from its broker: attempts come by the schedule, memory is bounded, the newest arrive. */

import { describe, expect, test } from "vitest";
import type { VirtualLink } from "../../../host-sim/virtual/virtual-link.js";
import type { TransportHandler } from "../../../src/mqtt/ports.js";
import { FaultWorld } from "../support/fault-world.js";

interface Obstacle {
  /** Why each attempt failed. */
  readonly reason: string;
  /** How long each attempt takes to fail, in s. */
  readonly takes: number;
  put(world: ObstacleWorld): void;
  lift(world: ObstacleWorld): void;
}

class ObstacleWorld extends FaultWorld {
  returnCode: number;

  constructor() {
    super({ broker: { authenticate: () => this.returnCode } });
    this.returnCode = 0;
  }
}

/** A host in the network that does not answer as it should. */
function network(state: "refusing" | "silent" | "unknown", reason: string, takes: number): Obstacle {
  return {
    reason,
    takes,
    put: (world) => world.network.setHost("broker", state),
    lift: (world) => world.network.setHost("broker", "up"),
  };
}

/** Some other program that accepts connections in the broker's place. */
function program(reason: string, takes: number, onAccepted: (link: VirtualLink) => void): Obstacle {
  return {
    reason,
    takes,
    put: (world) => {
      world.broker.stop();
      world.network.listen("broker", 1883, (link): TransportHandler => {
        world.clock.defer(() => world.clock.defer(() => onAccepted(link)));
        const onReadable = (byteLength: number) => link.server.read(new Uint8Array(byteLength));
        return { onReadable, onWritable: () => {}, onError: () => {} };
      });
    },
    lift: (world) => {
      world.network.unlisten("broker", 1883);
      world.broker.start();
    },
  };
}

function refusal(returnCode: number): Obstacle {
  return {
    reason: "refused",
    takes: 0,
    put: (world) => {
      world.returnCode = returnCode;
    },
    lift: (world) => {
      world.returnCode = 0;
    },
  };
}

/** Seconds from the failure of an attempt to the next one. */
const WAITS = [2, 4, 8, 16, 32, 60, 60];

const OBSTACLES: Readonly<Record<string, Obstacle>> = {
  "nobody listens": network("refusing", "network", 0),
  "a black hole": network("silent", "connect-timeout", 15),
  "a name that cannot be resolved": network("unknown", "network", 0),
  "a server that accepts and closes": program("closed-by-server", 0, (link) => link.server.close()),
  "a server that accepts and resets": program("network", 0, (link) => link.server.reset()),
  "a server that accepts and says nothing": program("connect-timeout", 15, () => {}),
  "a server that is no MQTT server": program("protocol-error", 0, (link) =>
    link.server.write(new Uint8Array(Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"))),
  ),
  "CONNACK 1, unacceptable protocol version": refusal(1),
  "CONNACK 2, identifier rejected": refusal(2),
  "CONNACK 3, server unavailable": refusal(3),
  "CONNACK 4, bad user name or password": refusal(4),
  "CONNACK 5, not authorized": refusal(5),
};

describe("in the way to the broker", () => {
  for (const [what, obstacle] of Object.entries(OBSTACLES)) {
    test(`${what}: attempts after 2, 4, 8, 16, 32, 60, 60 s, and the newest 64 messages at the one that succeeds`, () => {
      const world = new ObstacleWorld();
      const { broker, client, clock, network: net } = world;
      obstacle.put(world);
      client.start();
      const due = [0];
      for (const wait of WAITS) due.push((due.at(-1) as number) + (obstacle.takes + wait) * 1000);
      const last = due.at(-1) as number;
      // A message a second: more than the queue takes.
      let count = 0;
      while (clock.now() < last - 1000) {
        world.publish(`${count}`, count % 2 === 0 ? 1 : 2);
        count += 1;
        clock.advance(1000);
        expect(client.pending).toBeLessThanOrEqual(64);
        expect(clock.pending, "timers").toBeLessThanOrEqual(4);
        expect(net.links.length, "links").toBeLessThanOrEqual(1);
      }
      obstacle.lift(world);
      clock.advanceTo(last - 1);
      expect(broker.texts("out")).toEqual([]);
      clock.advanceTo(last);
      expect(world.attemptTimes).toEqual(due);
      expect(world.timesOf("connected")).toEqual([last]);
      const reasons = world.events.flatMap(({ event }) =>
        event.type === "disconnected" ? [event.reason] : [],
      );
      expect(new Set(reasons)).toEqual(new Set([obstacle.reason]));
      const newest = Array.from({ length: 64 }, (_, index) => `${count - 64 + index}`);
      expect([...broker.texts("out")].sort(byNumber)).toEqual(newest);
      expect(world.endedAs("acknowledged")).toEqual(newest);
      expect(world.endedAs("evicted")).toHaveLength(count - 64);
      expect(world.unsettled).toEqual([]);
      expect(world.violations).toEqual([]);
    });
  }
});

function byNumber(one: string, other: string): number {
  return Number(one) - Number(other);
}
