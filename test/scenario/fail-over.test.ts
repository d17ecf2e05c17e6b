/** The backup server: when the client goes there, second by second, and when it comes back. */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { ClientWorld } from "./support/client-world.js";

/** Waits of 3, 6, 10 s. */
const OWN_WAITS = { reconnectMinimum: 3000, reconnectMaximum: 10_000, reconnectStable: 5000 } as const;

function worldWith(mqtt1?: Partial<ServerOptions>, mqtt: Partial<ServerOptions> = {}): ClientWorld {
  return new ClientWorld({ mqtt, ...(mqtt1 === undefined ? {} : { mqtt1 }) });
}

/** `0 mqtt, 2 mqtt, …`: the seconds at which attempts begin within the next `seconds`, and at which server. */
function attempts(world: ClientWorld, seconds: number): string {
  const start = world.clock.now();
  const begun: string[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    world.clock.advanceTo(start + second * 1000);
    for (const event of world.events.splice(0)) {
      if (event.type === "connecting") begun.push(`${second} ${event.server}`);
    }
  }
  return begun.join(", ");
}

describe("with both servers down", () => {
  test("the client tries mqtt after 0, 2, 4, 8, 16, 32, 60 s, then mqtt1 by its own waits, then mqtt again", () => {
    const world = worldWith(OWN_WAITS);
    for (const host of ["broker", "backup"]) world.network.setHost(host, "refusing");
    world.client.start();
    expect(attempts(world, 290)).toBe(
      [
        "0 mqtt, 2 mqtt, 6 mqtt, 14 mqtt, 30 mqtt, 62 mqtt, 122 mqtt",
        "125 mqtt1, 131 mqtt1, 141 mqtt1",
        "143 mqtt, 147 mqtt, 155 mqtt, 171 mqtt, 203 mqtt, 263 mqtt",
        "266 mqtt1, 272 mqtt1, 282 mqtt1",
        "284 mqtt, 288 mqtt",
      ].join(", "),
    );
    expect(world.log.filter((line) => line.includes("switched"))).toEqual([
      "waiting 3 s for mqtt1, switched",
      "waiting 2 s for mqtt, switched",
      "waiting 3 s for mqtt1, switched",
      "waiting 2 s for mqtt, switched",
    ]);
  });

  test("attempts that nobody answers take their timeout, and the waits begin after it", () => {
    const world = worldWith(OWN_WAITS, { reconnectMaximum: 4000 });
    for (const host of ["broker", "backup"]) world.network.setHost(host, "silent");
    world.client.start();
    expect(attempts(world, 100)).toBe("0 mqtt, 17 mqtt, 36 mqtt, 54 mqtt1, 75 mqtt1, 100 mqtt1");
  });

  test("without a backup it goes on trying every 60 s", () => {
    const world = worldWith();
    world.network.setHost("broker", "refusing");
    world.client.start();
    expect(attempts(world, 310)).toBe(
      "0 mqtt, 2 mqtt, 6 mqtt, 14 mqtt, 30 mqtt, 62 mqtt, 122 mqtt, 182 mqtt, 242 mqtt, 302 mqtt",
    );
  });

  test("each wait varies by up to a tenth either way", () => {
    for (const [random, second] of [
      [0, 1.8],
      [0.999_999, 2.2],
    ] as const) {
      const world = new ClientWorld({ random: () => random });
      world.network.setHost("broker", "refusing");
      world.client.start();
      world.advance(0);
      expect(world.clock.deadline).toBeCloseTo(second * 1000, 2);
    }
  });
});

describe("the backup", () => {
  /** On the backup, connected. */
  function failedOver(mqtt: Partial<ServerOptions> = {}): ClientWorld {
    const world = worldWith(OWN_WAITS, mqtt);
    world.network.setHost("broker", "refusing");
    world.client.start();
    world.advance(125_000);
    world.backup.greet();
    expect(world.client.server).toBe("mqtt1");
    return world;
  }

  test("is kept once it works, though the primary is back", () => {
    const world = failedOver();
    world.network.setHost("broker", "up");
    world.events.length = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      world.advance(59_000);
      world.backup.send("d0 00");
    }
    expect(world.client.connected).toBe(true);
    world.server.expectNoConnection();
  });

  test("is tried again in the same way when it drops, and left when it fails through", () => {
    const world = failedOver();
    world.advance(5000);
    world.events.length = 0;
    world.network.setHost("backup", "refusing");
    world.backup.close();
    expect(attempts(world, 40)).toBe("3 mqtt1, 9 mqtt1, 19 mqtt1, 21 mqtt, 25 mqtt, 33 mqtt");
  });

  test("is left sooner when it drops before it was stable: the waits go on where they were", () => {
    const world = failedOver();
    world.advance(4999);
    world.events.length = 0;
    world.network.setHost("backup", "refusing");
    world.backup.close();
    // The 3 s wait was over already.
    expect(attempts(world, 20)).toBe("6 mqtt1, 16 mqtt1, 18 mqtt");
  });

  test("is reached although the primary accepts, and drops each connection", () => {
    const world = worldWith(OWN_WAITS);
    world.client.start();
    for (const wait of [2000, 4000, 8000, 16_000, 32_000, 60_000]) {
      world.server.greet();
      world.server.close();
      world.advance(wait);
    }
    world.server.greet();
    world.server.close();
    world.advance(3000);
    world.backup.greet();
    expect(world.client.connected).toBe(true);
    world.server.expectNoConnection();
  });

  test("is not tried when the primary drops connections that have been stable", () => {
    const world = worldWith(OWN_WAITS);
    world.client.start();
    for (let round = 0; round < 20; round += 1) {
      world.server.greet();
      world.advance(30_000);
      world.server.close();
      world.advance(2000);
    }
    world.server.greet();
    world.backup.expectNoConnection();
  });

  test("is used after stop and start, too", () => {
    const world = failedOver();
    world.client.stop();
    world.backup.expectPacket({ cmd: "disconnect" });
    world.client.start();
    world.backup.greet();
    expect(world.client.server).toBe("mqtt1");
  });

  test("has settings of its own: session, keep alive, client identifier, QoS, window", () => {
    const world = new ClientWorld({
      mqtt1: {
        ...OWN_WAITS,
        clientIdentifier: "other",
        cleanSession: true,
        keepAlive: 7,
        maximumQos: 1,
        maximumInFlight: 1,
      },
    });
    world.network.setHost("broker", "refusing");
    world.publish("a", 2);
    world.publish("b", 2);
    world.client.start();
    world.advance(125_000);
    expect(world.backup.greet()).toMatchObject({ clientId: "other", clean: true, keepalive: 7 });
    world.backup.expect('32 06 00 01 "t" 00 01 "a"');
    world.backup.expectNothing();
    world.advance(6300);
    world.backup.expect("c0 00");
  });
});

describe("two devices with one client identifier", () => {
  test("are told after three short connections in a row that the server ended", () => {
    const world = new ClientWorld();
    world.client.start();
    for (const wait of [2000, 4000, 8000, 16_000, 32_000, 60_000]) {
      world.server.greet();
      world.server.close();
      world.advance(wait);
    }
    const told = "client identifier in use at mqtt: door";
    expect(world.log.filter((line) => line === told)).toHaveLength(2);
    const at = world.log.indexOf(told);
    expect(world.log.slice(0, at).filter((line) => line.startsWith("disconnected"))).toHaveLength(3);
  });

  for (const [what, act] of [
    ["refusals", (world: ClientWorld) => world.server.greet({ returnCode: 2 })],
    [
      "connections that break",
      (world: ClientWorld) => {
        world.server.greet();
        world.server.reset();
      },
    ],
    [
      "connections that lasted for minutes",
      (world: ClientWorld) => {
        world.server.greet();
        world.advance(59_000);
        world.server.send("d0 00");
        world.advance(59_000);
        world.server.send("d0 00");
        world.advance(2001);
        world.server.close();
      },
    ],
  ] as const) {
    test(`are not suspected because of ${what}`, () => {
      const world = new ClientWorld();
      world.client.start();
      for (let round = 0; round < 8; round += 1) {
        world.clock.runUntil(() => world.server.waitingCount > 0, 61_000);
        act(world);
      }
      expect(world.log.filter((line) => line.startsWith("client identifier"))).toEqual([]);
    });
  }
});
