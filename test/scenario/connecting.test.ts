/** From the first byte to CONNACK: what is sent, what is accepted, what ends the attempt, and when. */

import { describe, expect, test } from "vitest";
import { CONNECT } from "../mqtt/support/server-options.js";
import { ClientWorld } from "./support/client-world.js";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe("the first packet", () => {
  test("is CONNECT, whatever was asked for before, and nothing follows it before CONNACK [MQTT-3.1.0-1]", () => {
    const world = new ClientWorld({ mqtt: { queueQos0: true } });
    world.publish("0", 0);
    world.publish("1", 1);
    world.subscribe("a");
    world.client.start();
    world.publish("2", 2);
    world.subscribe("b");
    world.client.unsubscribe("b");
    world.server.expect(CONNECT);
    world.advance(14_000);
    world.publish("3", 1);
    world.server.expectNothing();
    world.server.send("20 02 00 00");
    world.server.expect('82 06 00 01 00 01 "a" 01');
    world.server.expect('30 04 00 01 "t" "0"');
    world.server.expect('32 06 00 01 "t" 00 02 "1" 34 06 00 01 "t" 00 03 "2" 32 06 00 01 "t" 00 04 "3"');
    world.server.expectNothing();
  });

  test("carries client identifier, will topic, will message, user name and password, in this order [MQTT-3.1.3-1]", () => {
    const will = { topicName: "w", payload: bytes("gone"), qos: 1, retain: true } as const;
    const world = new ClientWorld({ mqtt: { will, userName: "ü", password: bytes("p"), keepAlive: 258 } });
    world.client.start();
    world.server.expect(
      '10 20 00 04 "MQTT" 04 ec 01 02 00 04 "door" 00 01 "w" 00 04 "gone" 00 02 "ü" 00 01 "p"',
    );
  });

  test("says so when it wants a clean session, and carries nothing it was not given [MQTT-3.1.2-11]", () => {
    const world = new ClientWorld({ mqtt: { cleanSession: true, clientIdentifier: "", keepAlive: 0 } });
    world.client.start();
    world.server.expect('10 0c 00 04 "MQTT" 04 02 00 00 00 00');
  });

  test("is the same byte for byte on every connection, so that it names the same session [MQTT-3.1.3-2]", () => {
    const world = new ClientWorld();
    world.client.start();
    for (const wait of [2000, 4000, 8000]) {
      world.server.expect(CONNECT);
      world.server.send("20 02 01 00");
      world.server.close();
      world.advance(wait);
      world.server.accept();
    }
    world.server.expect(CONNECT);
  });
});

describe("CONNACK", () => {
  for (const returnCode of [1, 2, 3, 4, 5]) {
    test(`with return code ${returnCode} is told as a refusal, and the client tries again`, () => {
      const world = new ClientWorld();
      world.client.start();
      world.server.greet({ returnCode });
      world.server.expectEnd();
      expect(world.news()).toEqual([
        "connecting to mqtt, attempt 1",
        `disconnected from mqtt: refused (connack), return code ${returnCode}`,
        "waiting 2 s for mqtt",
      ]);
      expect(world.events[1]).toMatchObject({ returnCode });
      world.advance(2000);
      world.server.greet();
      expect(world.client.connected).toBe(true);
    });
  }

  test("that refuses is seen although the server ends the stream right behind it", () => {
    const world = new ClientWorld();
    world.client.start();
    const connection = world.server.accept();
    connection.link.server.write(Uint8Array.of(0x20, 2, 0, 5));
    connection.link.server.close();
    expect(world.news()[1]).toBe("disconnected from mqtt: refused (connack), return code 5");
  });

  test("may come in the same segment as messages, and byte by byte", () => {
    for (const segment of [1, 1000]) {
      const world = new ClientWorld({ conditions: { segment } });
      world.subscribe("a");
      world.client.start();
      world.server.expect(CONNECT);
      world.server.send('20 02 01 00 32 06 00 01 "a" 00 07 "x"');
      expect(world.messages).toEqual(['a "x", QoS 1']);
      expect(world.server.received.map(({ cmd }) => cmd).sort()).toEqual(["connect", "puback", "subscribe"]);
    }
  });

  for (const [what, sent, statement] of [
    ["another packet instead", "d0 00", "MQTT-3.2.0-1"],
    ["a message instead", '30 04 00 01 "a" "x"', "MQTT-3.2.0-1"],
    ["a message too long to be held", '30 84 18 00 01 "a"', "MQTT-3.2.0-1"],
    ["reserved flags", "20 02 02 00", "MQTT-4.8.0-1"],
    ["a reserved return code", "20 02 00 06", "MQTT-3.2.2-6"],
    ["session present and a refusal", "20 02 01 05", "MQTT-3.2.2-4"],
    ["wrong fixed header flags", "21 02 00 00", "MQTT-2.2.2-2"],
    ["a wrong length", "20 03 00 00 00", "MQTT-4.8.0-1"],
    ["something that is not MQTT", '"HTTP/1.1 400 Bad Request"', "MQTT-2.2.2-2"],
  ] as const) {
    test(`with ${what} ends the attempt [${statement}]`, () => {
      const world = new ClientWorld();
      world.subscribe("a");
      world.client.start();
      world.server.expect(CONNECT);
      world.server.send(sent);
      world.server.expectEnd();
      expect(world.news().slice(1)).toEqual([
        `disconnected from mqtt: protocol-error (connack), ${statement}`,
        "waiting 2 s for mqtt",
      ]);
      expect(world.messages).toEqual([]);
    });
  }

  test("with session present is refused when a clean session was asked for [MQTT-3.2.2-1]", () => {
    const world = new ClientWorld({ mqtt: { cleanSession: true } });
    world.client.start();
    world.server.greet({ sessionPresent: true });
    world.server.expectEnd();
    expect(world.news()[1]).toBe("disconnected from mqtt: protocol-error (connack), MQTT-3.2.2-1");
  });

  test("a second time closes the connection [MQTT-3.2.0-1]", () => {
    const world = new ClientWorld();
    world.connect();
    world.server.send("20 02 00 00");
    world.server.expectEnd();
    expect(world.news()[2]).toBe("disconnected from mqtt: protocol-error (connected), MQTT-3.2.0-1");
  });
});

describe("an attempt", () => {
  test("ends after the connect timeout when nobody answers at all", () => {
    const world = new ClientWorld();
    world.network.setHost("broker", "silent");
    world.client.start();
    world.advance(14_999);
    expect(world.news()).toEqual(["connecting to mqtt, attempt 1"]);
    world.advance(1);
    expect(world.news()).toEqual(["disconnected from mqtt: connect-timeout (open)", "waiting 2 s for mqtt"]);
  });

  test("ends after the connect timeout when the server accepts the stream and says nothing", () => {
    const world = new ClientWorld({ conditions: { latency: 1000 } });
    world.client.start();
    world.advance(14_999);
    expect(world.news()).toEqual(["connecting to mqtt, attempt 1"]);
    world.advance(1);
    expect(world.news()[0]).toBe("disconnected from mqtt: connect-timeout (connack)");
    world.advance(1000);
    world.server.expect(CONNECT);
    world.server.expectEnd();
  });

  test("is not ended by the connect timeout once CONNACK has come, not even half of one counts", () => {
    const world = new ClientWorld();
    world.client.start();
    world.server.expect(CONNECT);
    world.server.send("20 02 00");
    world.advance(14_999);
    world.server.send("00");
    world.advance(1);
    expect(world.client.connected).toBe(true);
    const other = new ClientWorld();
    other.client.start();
    other.server.expect(CONNECT);
    other.server.send("20 02 00");
    other.advance(15_000);
    other.server.expectEnd();
  });

  test("fails with the cause that the network gives", () => {
    for (const [state, code] of [
      ["refusing", "ECONNREFUSED"],
      ["unknown", "ENOTFOUND"],
    ] as const) {
      const world = new ClientWorld();
      world.network.setHost("broker", state);
      world.client.start();
      expect(world.news()[1]).toBe("disconnected from mqtt: network (open)");
      expect(world.events[1]).toMatchObject({ cause: { code } });
    }
  });

  test("tells how the stream ended before CONNACK: by the server, or broken", () => {
    for (const [act, reason] of [
      ["close", "closed-by-server"],
      ["reset", "network"],
    ] as const) {
      const world = new ClientWorld();
      world.client.start();
      world.server.expect(CONNECT);
      world.server[act]();
      expect(world.news()[1]).toBe(`disconnected from mqtt: ${reason} (connack)`);
    }
  });

  test("leaves messages, subscriptions and identifiers as they were", () => {
    const world = new ClientWorld();
    world.subscribe("a");
    world.publish("x");
    world.client.start();
    world.server.greet({ returnCode: 3 });
    world.advance(2000);
    world.server.greet();
    world.server.expect('82 06 00 01 00 01 "a" 01 32 06 00 01 "t" 00 02 "x"');
  });
});
