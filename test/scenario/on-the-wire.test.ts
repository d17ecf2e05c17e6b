/** Whole sessions as a capture would show them, for the statements about every packet a client sends. */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { ClientWorld } from "./support/client-world.js";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** The CONNECT that a client with these options sends, after its protocol name and level. */
function expectConnect(options: Partial<ServerOptions>, expected: string): void {
  const world = new ClientWorld({ mqtt: { clientIdentifier: "c", keepAlive: 0, ...options } });
  world.client.start();
  world.server.expect(`10 ?? 00 04 "MQTT" 04 ${expected}`);
  world.server.expectNothing();
}

describe("CONNECT", () => {
  const will = { topicName: "w", payload: bytes("x"), qos: 0, retain: false } as const;

  test("without a will has will flag, QoS and retain 0 [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15]", () =>
    expectConnect({}, '00 00 00 00 01 "c"'));

  test("with a will carries topic and message, which may be empty or binary [MQTT-3.1.2-9]", () => {
    expectConnect({ will }, '04 00 00 00 01 "c" 00 01 "w" 00 01 "x"');
    expectConnect({ will: { ...will, payload: bytes("") } }, '04 00 00 00 01 "c" 00 01 "w" 00 00');
    const payload = Uint8Array.of(0, 255, 0xc0);
    expectConnect({ will: { ...will, payload } }, '04 00 00 00 01 "c" 00 01 "w" 00 03 00 ff c0');
  });

  test("has the QoS and the retain flag of the will [MQTT-3.1.2-14]", () => {
    for (const [qos, flags] of [
      [0, "24"],
      [1, "2c"],
      [2, "34"],
    ] as const) {
      expectConnect({ will: { ...will, qos, retain: true } }, `${flags} 00 00 00 01 "c" 00 01 "w" 00 01 "x"`);
    }
  });

  test("has user name and password fields exactly when it has them, though they be empty [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.2-20] [MQTT-3.1.2-21]", () => {
    expectConnect({ userName: "u" }, '80 00 00 00 01 "c" 00 01 "u"');
    expectConnect({ userName: "" }, '80 00 00 00 01 "c" 00 00');
    expectConnect({ userName: "u", password: bytes("p") }, 'c0 00 00 00 01 "c" 00 01 "u" 00 01 "p"');
    expectConnect({ userName: "", password: bytes("") }, 'c0 00 00 00 01 "c" 00 00 00 00');
  });

  test("begins its payload with the client identifier, empty or not, in UTF-8 [MQTT-3.1.3-3] [MQTT-3.1.3-4]", () => {
    expectConnect({ clientIdentifier: "", cleanSession: true }, "02 00 00 00 00");
    expectConnect({ clientIdentifier: "tür" }, "00 00 00 00 04 74 c3 bc 72");
  });

  test("has will topic and user name in UTF-8 [MQTT-3.1.3-10] [MQTT-3.1.3-11]", () =>
    expectConnect(
      { will: { ...will, topicName: "é" }, userName: "日" },
      '84 00 00 00 01 "c" 00 02 c3 a9 00 01 "x" 00 03 e6 97 a5',
    ));
});

describe("a client", () => {
  test("begins every packet with the byte the specification says [MQTT-2.2.2-1] [MQTT-3.6.1-1]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    for (const qos of [0, 1, 2] as const) world.publish("x", qos, { retain: qos === 1 });
    world.advance(0);
    world.server.send('32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08 62 02 00 08 50 02 00 03');
    world.client.unsubscribe("a");
    world.advance(59_000);
    world.client.stop();
    const { unread } = world.server.connection;
    const firsts: string[] = [];
    for (let at = 0; at < unread.length; at += 2 + (unread[at + 1] as number)) {
      firsts.push((unread[at] as number).toString(16));
    }
    expect(firsts).toEqual(["30", "33", "34", "40", "50", "70", "62", "a2", "c0", "e0"]);
  });

  test("keeps a session over connections, in both directions [MQTT-3.1.2-4] [MQTT-4.1.0-1]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    for (const qos of [1, 2] as const) world.publish(`${qos}`, qos);
    world.publish("released", 2);
    world.advance(0);
    world.server.send('50 02 00 04 34 06 00 01 "a" 00 07 "x"');
    world.cut(true);
    world.server.expect('62 02 00 04 3a 06 00 01 "t" 00 02 "1" 3c 06 00 01 "t" 00 03 "2"');
    world.server.send('3c 06 00 01 "a" 00 07 "x" 62 02 00 07');
    world.server.expect("50 02 00 07 70 02 00 07");
    expect(world.messages).toHaveLength(1);
  });

  test("does not need the server to say anything but CONNACK and answers [MQTT-7.1.2-1]", () => {
    for (const segment of [1, 2, 1000]) {
      const world = new ClientWorld({ conditions: { segment, latency: 3 } });
      world.client.start();
      world.advance(6);
      world.advance(3);
      world.server.greet();
      world.advance(3);
      world.publish("x", 2);
      world.advance(3);
      world.server.expect('34 06 00 01 "t" 00 01 "x"');
      world.server.send("50 02 00 01");
      world.advance(6);
      world.server.expect("62 02 00 01");
      world.server.send("70 02 00 01");
      world.advance(3);
      expect(world.outcomes).toEqual(["x: acknowledged"]);
    }
  });

  test("sends no wildcard and no U+0000 in a topic name, but refuses it [MQTT-4.7.1-1] [MQTT-4.7.3-2]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const topicName of ["a/+", "#", "+", "a#", "a\0", ""]) {
      expect(() => world.client.publish({ topicName, payload: "x" })).toThrow("topic name");
    }
    for (const topicFilter of ["a\0", "", "a#", "a+/b"]) {
      expect(() => world.client.subscribe(topicFilter, { onMessage() {} })).toThrow("topic filter");
    }
    world.server.expectNothing();
  });

  test("subscribes with every valid kind of filter, in UTF-8 [MQTT-3.8.3-1]", () => {
    const world = new ClientWorld();
    for (const topicFilter of ["#", "a/#", "/#", "+", "+/+", "/+", "a/+/b", "ü"])
      world.subscribe(topicFilter, 0);
    world.connect();
    expect(world.grant()).toEqual(["#", "a/#", "/#", "+", "+/+", "/+", "a/+/b", "ü"]);
  });
});
