/** Section 3: control packets, where nothing but the wire can show a statement. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { MqttClient } from "../../src/mqtt/client.js";
import { encodedLength } from "../../src/mqtt/encode.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { SUBSCRIBE, UNSUBSCRIBE } from "../../src/mqtt/packet-type.js";
import { bytesFromHex } from "../mqtt/support/hex.js";
import { OPTIONS } from "../mqtt/support/server-options.js";
import { ClientWorld } from "../scenario/support/client-world.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { ScriptedServer } from "../support/scripted-server.js";

/** A QoS the types do not allow. */
const THREE = 3 as unknown as QoS;

describe("a client that wants a clean session", () => {
  function cleanWorld(): ClientWorld {
    return new ClientWorld({ mqtt: { cleanSession: true } });
  }

  test("forgets what it received by halves [MQTT-3.1.2-6]", () => {
    const world = cleanWorld();
    world.connectSubscribed("a", 2);
    world.server.send('34 06 00 01 "a" 00 07 "1"');
    world.server.expect("50 02 00 07");
    world.cut(false);
    world.grant();
    world.server.send('34 06 00 01 "a" 00 07 "2"');
    world.server.expect("50 02 00 07");
    expect(world.messages).toEqual(['a "1", QoS 2', 'a "2", QoS 2']);
  });

  test("sends neither DUP nor PUBREL of an earlier connection [MQTT-3.1.2-6]", () => {
    const world = cleanWorld();
    world.client.start();
    expect(world.server.greet()).toMatchObject({ clean: true });
    for (const payload of ["released", "2", "1"]) world.publish(payload, payload === "1" ? 1 : 2);
    world.advance(0);
    world.server.send("50 02 00 01");
    world.server.reset();
    world.advance(2000);
    expect(world.server.greet()).toMatchObject({ clean: true });
    world.server.expect('34 06 00 01 "t" 00 04 "2" 32 06 00 01 "t" 00 05 "1"');
    world.server.expectNothing();
  });
});

describe("a client identifier", () => {
  test("of two servers is in a session of its own at each, with a client identifier of its own [MQTT-3.1.3-2]", () => {
    const times = { reconnectMinimum: 1000, reconnectMaximum: 1000 };
    const world = new ClientWorld({
      mqtt: { ...times, clientIdentifier: "door" },
      mqtt1: { ...times, clientIdentifier: "back door" },
    });
    world.subscribe("a", 2);
    world.client.start();
    expect(world.server.greet()).toMatchObject({ clientId: "door" });
    world.grant();
    world.server.send('34 06 00 01 "a" 00 07 "1"');
    world.server.expect("50 02 00 07");
    world.network.setHost("broker", "refusing");
    world.server.reset();
    world.clock.runUntil(() => world.backup.waitingCount > 0, 60_000);
    expect(world.backup.greet()).toMatchObject({ clientId: "back door" });
    world.grant(world.backup);
    world.backup.send('34 06 00 01 "a" 00 07 "2" 34 06 00 01 "a" 00 08 "3"');
    world.backup.expect("50 02 00 07 50 02 00 08");
    world.backup.send("62 02 00 07");
    world.backup.expect("70 02 00 07");
    world.network.setHost("broker", "up");
    world.network.setHost("backup", "refusing");
    world.backup.reset();
    world.clock.runUntil(() => world.server.waitingCount > 0, 60_000);
    expect(world.server.greet({ sessionPresent: true })).toMatchObject({ clientId: "door" });
    world.server.send('3c 06 00 01 "a" 00 07 "1" 34 06 00 01 "a" 00 08 "4"');
    world.server.expect("50 02 00 07 50 02 00 08");
    expect(world.messages.map((text) => text.slice(0, 5))).toEqual(['a "1"', 'a "2"', 'a "3"', 'a "4"']);
  });
});

describe("session state in flash memory", () => {
  test("is used under the client identifier it belongs to, and not under another [MQTT-3.1.3-2]", () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(clock);
    const server = new ScriptedServer(network);
    const start = (clientIdentifier: string, flash: MemoryFlash): MqttClient => {
      const transport = network.provider(clientIdentifier);
      const ports = { transport, clock, timers: clock, random: () => 0.5, flash };
      const client = new MqttClient(ports, { ...OPTIONS, clientIdentifier });
      client.start();
      return client;
    };
    const flash = new MemoryFlash(4096, 2);
    const door = start("door", flash);
    server.greet();
    door.publish({ topicName: "t", payload: "x", qos: 1 });
    server.expect('32 06 00 01 "t" 00 01 "x"');
    door.abandon();
    server.expectEnd();
    // The restart of one device, and what its memory would be in another.
    for (const [clientIdentifier, dup] of [
      ["door", true],
      ["gate", false],
    ] as const) {
      const client = start(clientIdentifier, flash.restarted());
      server.greet({ sessionPresent: true });
      // The message itself is not lost with the session.
      expect(server.expectPacket({ cmd: "publish", payload: "x" }).dup).toBe(dup);
      client.abandon();
      server.expectEnd();
    }
  });
});

describe("CONNECT", () => {
  test("has fields for an empty client identifier, will message and user name, also before others [MQTT-3.1.2-9] [MQTT-3.1.2-19] [MQTT-3.1.3-3]", () => {
    const will = { topicName: "w", payload: new Uint8Array(0), qos: 0, retain: false } as const;
    const password = Uint8Array.of(0x70);
    const mqtt = { cleanSession: true, clientIdentifier: "", will, userName: "", password };
    const world = new ClientWorld({ mqtt });
    world.client.start();
    world.server.expect('10 16 00 04 "MQTT" 04 c6 00 3c 00 00 00 01 "w" 00 00 00 00 00 01 "p"');
    world.server.expectNothing();
  });

  test("with a will of QoS 3 is never sent [MQTT-3.1.2-14]", () => {
    const will = { topicName: "w", payload: new Uint8Array(0), qos: THREE, retain: false };
    expect(() => new ClientWorld({ mqtt: { will } })).toThrow("will QoS");
  });
});

describe("PUBLISH", () => {
  test("with QoS 3 is refused before a byte leaves [MQTT-3.3.1-4]", () => {
    const world = new ClientWorld();
    world.connect();
    expect(() => world.client.publish({ topicName: "a", payload: "x", qos: THREE })).toThrow("QoS");
    world.server.expectNothing();
  });

  test("has its topic name first, in UTF-8 [MQTT-3.3.2-1]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const qos of [0, 1, 2] as const) world.publish("x", qos, { topicName: "tür/日" });
    world.server.expect('30 0b 00 08 "tür/日" "x"');
    world.server.expect('32 0d 00 08 74 c3 bc 72 2f e6 97 a5 00 01 "x"');
    world.server.expect('34 0d 00 08 "tür/日" 00 02 "x"');
  });
});

describe("PUBREL", () => {
  test("with any flags but 0010 closes the connection [MQTT-3.6.1-1]", () => {
    for (let flags = 0; flags < 16; flags += 1) {
      const world = new ClientWorld();
      world.connect();
      world.server.send(Uint8Array.of(0x60 | flags, 2, 0, 7));
      if (flags === 2) world.server.expect("70 02 00 07");
      else world.server.expectEnd();
    }
  });
});

describe("a request for no topic filter", () => {
  test("SUBSCRIBE without a topic filter cannot be made, and none is sent when nothing is to be asked for [MQTT-3.8.3-3]", () => {
    const none = { type: SUBSCRIBE, packetIdentifier: 1, subscriptions: [] } as const;
    expect(() => encodedLength(none)).toThrow("SUBSCRIBE without a topic filter");
    const world = new ClientWorld();
    world.connect();
    world.server.expectNothing();
    world.subscribe("a");
    world.client.unsubscribe("a");
    world.server.expectNothing();
  });

  test("UNSUBSCRIBE without a topic filter cannot be made, and none is sent when nothing is to be taken back [MQTT-3.10.3-2]", () => {
    const none = { type: UNSUBSCRIBE, packetIdentifier: 1, topicFilters: [] } as const;
    expect(() => encodedLength(none)).toThrow("UNSUBSCRIBE without a topic filter");
    const world = new ClientWorld();
    world.connectSubscribed("a");
    world.client.unsubscribe("b");
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 02 00 01 "a"');
    world.server.send("b0 02 00 02");
    world.client.unsubscribe("a");
    world.server.expectNothing();
  });
});

describe("the end", () => {
  test("DISCONNECT is the last packet, whatever is asked for or arrives behind it [MQTT-3.14.4-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    // All of this before the client has its turn.
    world.client.stop();
    for (const qos of [0, 1, 2] as const) world.publish("x", qos);
    world.subscribe("b");
    world.client.unsubscribe("a");
    const { link } = world.server.connection;
    link.server.write(bytesFromHex('32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08 62 02 00 09'));
    world.advance(120_000);
    world.server.expect("e0 00");
    world.server.expectEnd();
    world.server.expectNoConnection();
    expect(world.messages).toEqual([]);
  });

  test("a message that comes while DISCONNECT waits for room is neither delivered nor acknowledged [MQTT-3.14.4-2]", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connectSubscribed("a", 2);
    const { link } = world.server.connection;
    link.stall("up");
    world.client.publish({ topicName: "t", payload: new Uint8Array(100_000) });
    world.advance(0);
    world.client.stop();
    world.advance(0);
    world.server.send('32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08');
    link.resume("up");
    world.server.expectPacket({ cmd: "publish", qos: 0 });
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.messages).toEqual([]);
  });
});
