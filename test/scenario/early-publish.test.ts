/** `early_publish`: messages leave with CONNECT, and nothing is lost or doubled whatever becomes of the connection. */

import { describe, expect, test } from "vitest";
import type { VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import type { TransportProvider } from "../../src/mqtt/ports.js";
import { CONNECT } from "../mqtt/support/server-options.js";
import { MiniBroker } from "../support/mini-broker.js";
import { ClientWorld } from "./support/client-world.js";
import { FaultWorld } from "./support/fault-world.js";

const CLEAN_CONNECT = '10 10 00 04 "MQTT" 04 02 00 3c 00 04 "door"';
const REFUSED = "20 02 00 05";

function earlyWorld(mqtt: Partial<ServerOptions> = {}): ClientWorld {
  return new ClientWorld({ mqtt: { earlyPublish: true, ...mqtt } });
}

/** PUBLISH of `payload` on "t". */
function publishBytes(qos: 1 | 2, packetIdentifier: number, isAgain = false, payload = "x"): string {
  const first = 0x30 | (isAgain ? 8 : 0) | (qos << 1);
  return `${first.toString(16)} 06 00 01 "t" 00 0${packetIdentifier} "${payload}"`;
}

/** The server acknowledges the message to the end, and it is told so. */
function complete(world: ClientWorld, qos: 1 | 2, packetIdentifier: number): void {
  const { server } = world;
  expect([world.outcomes, world.client.pending]).toEqual([[], 1]);
  if (qos === 2) {
    server.send(`50 02 00 0${packetIdentifier}`);
    server.expect(`62 02 00 0${packetIdentifier}`);
  }
  server.send(`${qos === 1 ? 40 : 70} 02 00 0${packetIdentifier}`);
  expect([world.outcomes, world.client.pending]).toEqual([["x: acknowledged"], 0]);
  server.expectNothing();
}

describe("messages published before the connection", () => {
  test("follow CONNECT in the same segment, in order, and nothing else does before CONNACK (section 3.1.4)", () => {
    const world = new ClientWorld({ isServed: false, mqtt: { earlyPublish: true } });
    const segments: number[] = [];
    world.network.listen("broker", 1883, (link: VirtualLink) => ({
      onReadable(byteLength) {
        segments.push(byteLength);
        link.server.read(new Uint8Array(byteLength));
      },
      onWritable() {},
      onError() {},
    }));
    for (const payload of "ab") world.publish(payload);
    world.subscribe("a");
    world.client.start();
    world.advance(1000);
    expect(segments).toEqual([18 + 8 + 8]);
  });

  test("wait for CONNACK unless it is asked for", () => {
    const world = new ClientWorld();
    world.publish("x");
    world.client.start();
    world.server.expect(CONNECT);
    world.server.expectNothing();
  });

  test("and while CONNACK is awaited leave at once, up to the window", () => {
    const world = earlyWorld({ maximumInFlight: 2 });
    world.client.start();
    world.server.expect(CONNECT);
    for (const payload of "abc") world.publish(payload, 2);
    world.server.expect(publishBytes(2, 1, false, "a") + publishBytes(2, 2, false, "b"));
    world.server.expectNothing();
    world.server.send("20 02 00 00 50 02 00 01");
    world.server.expect("62 02 00 01");
    world.server.send("70 02 00 01");
    world.server.expect(publishBytes(2, 3, false, "c"));
    expect(world.outcomes).toEqual(["a: acknowledged"]);
  });
});

describe.each([1, 2] as const)("an early message of QoS %i", (qos) => {
  describe.each([false, true])("with clean_session %s", (cleanSession) => {
    const connect = cleanSession ? CLEAN_CONNECT : CONNECT;

    function sentEarly(): ClientWorld {
      const world = earlyWorld({ cleanSession });
      world.publish("x", qos);
      world.client.start();
      world.server.expect(connect + publishBytes(qos, 1));
      return world;
    }

    test("is not sent again when CONNACK accepts, the session present or not", () => {
      for (const connack of cleanSession ? ["20 02 00 00"] : ["20 02 00 00", "20 02 01 00"]) {
        const world = sentEarly();
        world.server.send(connack);
        world.server.expectNothing();
        complete(world, qos, 1);
      }
    });

    test("waits as a new one when CONNACK refuses, and leaves with the next CONNECT [MQTT-3.1.4-5]", () => {
      const world = sentEarly();
      for (const [index, wait] of [2000, 4000, 8000].entries()) {
        world.server.send(REFUSED);
        world.server.expectEnd();
        expect([world.outcomes, world.client.pending]).toEqual([[], 1]);
        world.advance(wait);
        world.server.accept();
        world.server.expect(connect + publishBytes(qos, index + 2));
      }
      world.server.send("20 02 00 00");
      complete(world, qos, 4);
    });

    const endings: Readonly<Record<string, (world: ClientWorld) => void>> = {
      "the server ends the connection": ({ server }) => server.close(),
      "the connection breaks": ({ server }) => server.reset(),
      "CONNACK does not come in time": (world) => world.advance(15_000),
      "an acknowledgement comes before CONNACK": ({ server }) => server.send("40 02 00 01"),
      "the client is stopped and started": (world) => {
        world.client.stop();
        world.advance(0);
        world.client.start();
      },
    };

    for (const [ending, end] of Object.entries(endings)) {
      test(`counts as sent when ${ending}`, () => {
        for (const sessionPresent of cleanSession ? [false] : [true, false]) {
          const world = sentEarly();
          end(world);
          expect([world.outcomes, world.client.pending]).toEqual([[], 1]);
          world.advance(2000);
          world.server.accept();
          if (cleanSession) {
            // The server has forgotten all with CONNECT: a new message, and early again [MQTT-3.1.2-6].
            world.server.expect(connect + publishBytes(qos, 2));
            world.server.send("20 02 00 00");
          } else {
            // Only CONNACK tells whether the server has it.
            world.server.expect(connect);
            world.server.expectNothing();
            world.server.sendPacket({ cmd: "connack", returnCode: 0, sessionPresent });
            world.server.expect(sessionPresent ? publishBytes(qos, 1, true) : publishBytes(qos, 2));
          }
          complete(world, qos, sessionPresent ? 1 : 2);
        }
      });
    }

    test("goes to the backup as a new one when the primary refuses too often", () => {
      const times = { earlyPublish: true, cleanSession, reconnectMinimum: 1000, reconnectMaximum: 1000 };
      const world = new ClientWorld({ mqtt: times, mqtt1: times });
      world.publish("x", qos);
      world.client.start();
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        world.server.accept();
        world.server.expect(connect + publishBytes(qos, attempt));
        world.server.send(REFUSED);
        world.advance(1000);
      }
      world.backup.expect(connect + publishBytes(qos, 1));
      world.backup.send("20 02 00 00");
      expect(world.client.pending).toBe(1);
    });

    test("goes to the backup as a new one when the primary never answers", () => {
      const times = { earlyPublish: true, cleanSession, reconnectMinimum: 1000, reconnectMaximum: 1000 };
      const world = new ClientWorld({ mqtt: times, mqtt1: times });
      world.publish("x", qos);
      world.client.start();
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        world.server.accept();
        world.server.close();
        world.advance(1000);
      }
      world.backup.expect(connect + publishBytes(qos, 1));
    });
  });
});

describe("nothing is early", () => {
  test("while older messages are unfinished: the order is kept, and only CONNACK tells whether the server has them", () => {
    const world = earlyWorld();
    world.client.start();
    world.server.greet();
    world.publish("a");
    world.server.expect(publishBytes(1, 1, false, "a"));
    world.server.reset();
    world.publish("b");
    world.advance(2000);
    world.server.accept();
    world.server.expect(CONNECT);
    world.server.expectNothing();
    world.server.send("20 02 01 00");
    world.server.expect(publishBytes(1, 1, true, "a") + publishBytes(1, 2, false, "b"));
  });

  test("while PUBREL is due", () => {
    const world = earlyWorld();
    world.client.start();
    world.server.greet();
    world.publish("a", 2);
    world.server.expect(publishBytes(2, 1, false, "a"));
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01");
    world.server.reset();
    world.publish("b", 2);
    world.advance(2000);
    world.server.accept();
    world.server.expect(CONNECT);
    world.server.expectNothing();
    world.server.send("20 02 01 00");
    world.server.expect(`62 02 00 01 ${publishBytes(2, 2, false, "b")}`);
  });

  test("while a message to the device is received by halves", () => {
    const world = earlyWorld();
    world.connectSubscribed("a", 2);
    world.server.send('34 06 00 01 "a" 00 07 "1"');
    world.server.expect("50 02 00 07");
    world.server.reset();
    world.publish("b");
    world.advance(2000);
    world.server.accept();
    world.server.expect(CONNECT);
    world.server.expectNothing();
  });

  test("at QoS 0, nor what is behind it: nobody would tell what became of it", () => {
    const world = earlyWorld({ queueQos0: true });
    for (const [index, payload] of [..."abc"].entries()) world.publish(payload, index === 1 ? 0 : 1);
    world.client.start();
    world.server.expect(CONNECT + publishBytes(1, 1, false, "a"));
    world.server.expectNothing();
    world.server.send("20 02 00 00");
    world.server.expect(`30 04 00 01 "t" "b" ${publishBytes(1, 2, false, "c")}`);
  });

  test("with max_qos 0", () => {
    const world = earlyWorld({ maximumQos: 0 });
    world.publish("a");
    world.client.start();
    world.server.expect(CONNECT);
    world.server.expectNothing();
    world.server.send("20 02 00 00");
    world.server.expect('30 04 00 01 "t" "a"');
  });

  test("to a server that nobody vouched for: not even CONNECT is sent", () => {
    const written: number[] = [];
    const wrap = (provider: TransportProvider): TransportProvider => ({
      open(endpoint, handler) {
        const stream = provider.open(endpoint, handler);
        return {
          peerVerified: false,
          read: (target) => stream.read(target),
          write: (bytes) => {
            written.push(bytes.length);
            return stream.write(bytes);
          },
          close: () => stream.close(),
        };
      },
    });
    const world = new FaultWorld({ wrap, mqtt: { earlyPublish: true } });
    world.publish("x");
    world.client.start();
    world.clock.advance(60_000);
    expect([written, world.client.pending, world.attemptTimes.length > 3]).toEqual([[], 1, true]);
  });
});

describe("after a refusal", () => {
  /** Sends `payloads` early, and the server refuses. */
  function refusedWorld(mqtt: Partial<ServerOptions>, publish: (world: ClientWorld) => void): ClientWorld {
    const world = earlyWorld(mqtt);
    publish(world);
    world.client.start();
    world.server.expectPacket({ cmd: "connect" });
    world.server.send(REFUSED);
    return world;
  }

  test("messages expire as if they had never been sent", () => {
    const world = refusedWorld({}, (it) => {
      it.publish("x", 1, { expiresAfter: 1500 });
      it.publish("y", 1);
    });
    world.advance(1500);
    expect(world.outcomes).toEqual([]);
    world.advance(1);
    expect(world.outcomes).toEqual(["x: expired"]);
    world.advance(499);
    world.server.accept();
    world.server.expect(CONNECT + publishBytes(1, 3, false, "y"));
  });

  test("a newer state takes the place of one that was sent", () => {
    const world = refusedWorld({}, (it) => it.publish("x", 1, { kind: "state" }));
    world.publish("y", 1, { kind: "state" });
    world.advance(2000);
    expect(world.outcomes).toEqual(["x: replaced"]);
    world.server.accept();
    world.server.expect(CONNECT + publishBytes(1, 2, false, "y"));
  });

  test("they give way when the queue is full, the oldest first", () => {
    const world = refusedWorld({ maximumQueueLength: 2 }, (it) => {
      for (const payload of "ab") it.publish(payload);
    });
    world.publish("c");
    world.advance(2000);
    expect(world.outcomes).toEqual(["a: evicted"]);
    world.server.accept();
    world.server.expect(CONNECT + publishBytes(1, 3, false, "b") + publishBytes(1, 4, false, "c"));
  });

  test("those that an earlier connection had sent stay first, and neither expire nor give way", () => {
    const world = earlyWorld({ cleanSession: true, maximumQueueLength: 2 });
    world.client.start();
    world.server.greet();
    world.publish("a", 1, { expiresAfter: 3000 });
    world.server.expect(publishBytes(1, 1, false, "a"));
    world.server.reset();
    for (const payload of "bc") world.publish(payload);
    world.advance(2000);
    world.server.accept();
    const expected = [2, 3, 4].map((identifier, index) =>
      publishBytes(1, identifier, false, "abc".charAt(index)),
    );
    world.server.expect(CLEAN_CONNECT + expected.join(""));
    world.server.send(REFUSED);
    world.publish("d");
    world.advance(4000);
    expect(world.outcomes).toEqual(["b: evicted", "c: evicted"]);
    world.server.accept();
    world.server.expect(CLEAN_CONNECT + publishBytes(1, 5, false, "a") + publishBytes(1, 6, false, "d"));
  });

  test("in the middle of a long packet, it is sent from its start", () => {
    const world = new ClientWorld({
      mqtt: { earlyPublish: true, maximumQueueBytes: 200_000 },
      conditions: { segment: 1000, bandwidth: 100_000 },
    });
    const payload = "x".repeat(100_000);
    world.publish(payload);
    world.client.start();
    world.clock.runUntil(() => world.server.waitingCount > 0, 100);
    world.server.accept();
    world.clock.runUntil(() => world.server.received.length > 0, 100);
    world.server.send(REFUSED);
    world.advance(10_000);
    world.server.accept();
    world.server.expectPacket({ cmd: "connect" });
    world.server.expectPacket({ cmd: "publish", payload, dup: false });
  });
});

describe("a broker killed before any packet, an early message on its way", () => {
  /** The broker dies before packet number `strike`, and is back a second later. */
  function copies(
    qos: 1 | 2,
    strike: number,
    loseSessions: boolean,
  ): readonly [copies: number, passed: number] {
    const world = new FaultWorld({ mqtt: { earlyPublish: true }, conditions: { latency: 5 } });
    const { broker, client, clock } = world;
    let passed = 0;
    broker.fault = () => {
      passed += 1;
      if (passed !== strike) return false;
      broker.stop({ loseSessions });
      clock.create(() => broker.start()).schedule(1000);
      return true;
    };
    world.publish("message", qos);
    client.start();
    clock.advance(90_000);
    expect([client.pending, world.unsettled, world.violations]).toEqual([0, [], []]);
    return [broker.texts("out").length, passed];
  }

  test("is not lost, and not twice at QoS 2, its sessions kept", () => {
    for (const qos of [1, 2] as const) {
      const [, passed] = copies(qos, 0, false);
      for (let strike = 1; strike <= passed; strike += 1) {
        const [count] = copies(qos, strike, false);
        expect(count, `packet ${strike}`).toBeGreaterThanOrEqual(1);
        if (qos === 2) expect(count, `packet ${strike}`).toBe(1);
      }
    }
  });

  test("is not lost at QoS 1, and not twice at QoS 2, its sessions gone", () => {
    for (const qos of [1, 2] as const) {
      const [, passed] = copies(qos, 0, true);
      for (let strike = 1; strike <= passed; strike += 1) {
        const [count] = copies(qos, strike, true);
        if (qos === 1) expect(count, `packet ${strike}`).toBeGreaterThanOrEqual(1);
        else expect(count, `packet ${strike}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("identifiers", () => {
  test("of early messages stay in use when the server has no session, and all others become free", () => {
    const world = earlyWorld({ maximumInFlight: 3 });
    for (const payload of "ab") world.publish(payload, 2);
    world.subscribe("a");
    world.client.start();
    world.server.expect(CONNECT + publishBytes(2, 1, false, "a") + publishBytes(2, 2, false, "b"));
    world.server.send("20 02 00 00");
    world.server.expectPacket({ cmd: "subscribe", messageId: 3 });
    world.server.send("50 02 00 02 50 02 00 01");
    world.server.expect("62 02 00 02 62 02 00 01");
    world.server.send("70 02 00 01 70 02 00 02");
    expect(world.outcomes).toEqual(["a: acknowledged", "b: acknowledged"]);
  });
});

describe("in round trips, from the pin change of a sleeping device", () => {
  const LATENCY = 50;

  /** When the message is at the broker, and when the device may sleep again. */
  function wake(mqtt: Partial<ServerOptions>, qos: 1 | 2): readonly [arrived: number, asleep: number] {
    const world = new ClientWorld({ isServed: false, mqtt, conditions: { latency: LATENCY } });
    const broker = new MiniBroker(world.network);
    world.publish("open", qos);
    world.client.finish();
    const asleep = world.clock.runUntil(() => world.log.includes("finished, 0 pending"), 60_000);
    world.advance(1000);
    const [message] = broker.published;
    expect([broker.texts(), world.clock.pending, world.network.links]).toEqual([["open"], 0, []]);
    expect(broker.connectionEvents.map(({ type }) => type)).toEqual([
      "connected",
      "disconnected by the client",
    ]);
    return [(message?.time ?? Number.NaN) / (2 * LATENCY), asleep / (2 * LATENCY)];
  }

  test("a message is at the broker after 2.5, and the device asleep after 3", () => {
    expect(wake({}, 1)).toEqual([2.5, 3]);
  });

  test("with early_publish after 1.5, the least that TCP allows, and asleep after 2", () => {
    for (const cleanSession of [false, true])
      expect(wake({ earlyPublish: true, cleanSession }, 1)).toEqual([1.5, 2]);
  });

  test("QoS 2 costs one more until it sleeps, early or not", () => {
    expect([wake({}, 2)[1], wake({ earlyPublish: true }, 2)[1]]).toEqual([4, 3]);
  });
});
