/**
 * Where the client departs from the specification, as `docs/conformance.md` says. Each of these tests shows what should
 * be, and fails. One that no longer does turns the run red: then it belongs among the others, and out of that list.
 */

import { afterEach, describe, expect, test, vi } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import { MqttClient } from "../../src/mqtt/client.js";
import { bytesFromHex } from "../mqtt/support/hex.js";
import { OPTIONS } from "../mqtt/support/server-options.js";
import { ClientWorld } from "../scenario/support/client-world.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { ScriptedServer } from "../support/scripted-server.js";

describe("should be, but is not:", () => {
  for (const [what, hex, statement] of [
    ["ill-formed UTF-8", "ed a0 80", "MQTT-1.5.3-1"],
    ["U+0000", "00", "MQTT-1.5.3-2"],
    ["a wildcard", "23", "MQTT-3.3.2-2"],
  ] as const) {
    test.fails(`${what} in a topic name that is too long to be held closes the connection [${statement}]`, () => {
      const world = new ClientWorld();
      world.connect();
      const topicName = bytesFromHex(`"${"a".repeat(4000)}" ${hex}`);
      const remaining = 2 + topicName.length;
      const header = [
        0x30,
        (remaining & 127) | 128,
        remaining >> 7,
        topicName.length >> 8,
        topicName.length & 255,
      ];
      world.server.send(Uint8Array.of(...header, ...topicName));
      world.server.expectEnd();
    });
  }

  test.fails("session state in flash is not used under another client identifier [MQTT-3.1.3-2]", () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(clock);
    const server = new ScriptedServer(network);
    const flash = new MemoryFlash(4096, 2);
    const start = (clientIdentifier: string, memory: MemoryFlash): MqttClient => {
      const transport = network.provider(clientIdentifier);
      const ports = { transport, clock, timers: clock, random: () => 0.5, flash: memory };
      const client = new MqttClient(ports, { ...OPTIONS, clientIdentifier });
      client.start();
      return client;
    };
    const door = start("door", flash);
    server.greet();
    door.publish({ topicName: "t", payload: "x", qos: 1 });
    server.expect('32 06 00 01 "t" 00 01 "x"');
    door.abandon();
    server.expectEnd();
    start("gate", flash.restarted());
    server.greet({ sessionPresent: true });
    // As a new message it may come.
    const again = server.received.filter((packet) => packet.cmd === "publish" && packet.dup);
    expect(again).toEqual([]);
  });

  test.fails("a PUBREL that is repeated for a repeated PUBREC keeps to the order of the PUBRECs [MQTT-4.6.0-4]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ["a", "b"]) world.publish(payload, 2);
    world.advance(0);
    world.server.send("50 02 00 01");
    world.server.send("50 02 00 02 50 02 00 01");
    const released = world.server.received.filter(({ cmd }) => cmd === "pubrel");
    expect(released.map(({ messageId }) => messageId)).toEqual([1, 2, 1]);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** From now on no array of `byteLength` bytes can be made. */
  function exhaustMemory(byteLength: number): void {
    vi.stubGlobal(
      "Uint8Array",
      new Proxy(Uint8Array, {
        construct(target, given: readonly unknown[]) {
          if (given[0] === byteLength) throw new RangeError("out of memory");
          return Reflect.construct(target, given);
        },
      }),
    );
  }

  test.fails("a PUBLISH for which there is no memory closes the connection, and is not acknowledged [MQTT-4.8.0-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1);
    exhaustMemory(1944);
    // Only a part of it, so that nobody but the client needs an array for the whole packet.
    world.server.send(`32 95 0f 00 01 "a" 00 07 "${"x".repeat(936)}"`);
    world.server.expectEnd();
  });

  test.fails("a QoS 2 message whose identifier there is no memory for closes the connection, and is not acknowledged [MQTT-4.8.0-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    // A segment of the set of identifiers.
    exhaustMemory(128);
    world.server.send('34 06 00 01 "a" 20 00 "x"');
    world.server.expectEnd();
  });
});
