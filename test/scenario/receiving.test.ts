/** Messages from the server: delivered and acknowledged as their QoS says, over connections and sessions. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

const QOS2 = '34 06 00 01 "a" 00 07 "x"';
const QOS2_AGAIN = '3c 06 00 01 "a" 00 07 "x"';

function subscribed(): ClientWorld {
  const world = new ClientWorld();
  world.connectSubscribed("a", 2);
  return world;
}

describe("an arriving message", () => {
  test("is not acknowledged with QoS 0, with PUBACK with QoS 1, with PUBREC with QoS 2 [MQTT-3.3.4-1]", () => {
    const world = subscribed();
    world.server.send('30 04 00 01 "a" "x"');
    world.server.expectNothing();
    world.server.send('32 06 00 01 "a" 00 07 "x"');
    world.server.expect("40 02 00 07");
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    expect(world.messages).toEqual(['a "x", QoS 0', 'a "x", QoS 1', 'a "x", QoS 2']);
  });

  for (const id of ["00 01", "00 7b", "34 6f", "ff ff"]) {
    test(`is acknowledged by its own packet identifier ${id} [MQTT-2.3.1-6]`, () => {
      const world = subscribed();
      world.server.send(`32 06 00 01 "a" ${id} "x"`);
      world.server.expect(`40 02 ${id}`);
      world.server.send(`34 06 00 01 "a" ${id} "x"`);
      world.server.expect(`50 02 ${id}`);
      world.server.send(`62 02 ${id}`);
      world.server.expect(`70 02 ${id}`);
    });
  }

  test("with QoS 0 has no packet identifier: what looks like one is payload [MQTT-2.3.1-5]", () => {
    const world = subscribed();
    world.server.send('30 06 00 01 "a" 30 37 "x"');
    expect(world.messages).toEqual(['a "07x", QoS 0']);
  });

  test("is acknowledged though nobody has subscribed to it [MQTT-4.5.0-2]", () => {
    const world = subscribed();
    world.server.send('32 06 00 01 "b" 00 07 "x" 34 06 00 01 "b" 00 08 "x"');
    world.server.expect("40 02 00 07 50 02 00 08");
    expect(world.messages).toEqual([]);
  });

  test("says whether it was retained, and whether it may have come before", () => {
    const world = subscribed();
    world.server.send('31 04 00 01 "a" "x" 3b 06 00 01 "a" 00 07 "x"');
    expect(world.messages).toEqual(['a "x", QoS 0, retained', 'a "x", QoS 1, retained, duplicate']);
  });

  test("may be empty", () => {
    const world = subscribed();
    world.server.send('30 03 00 01 "a" 32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08');
    world.server.expect("40 02 00 07 50 02 00 08");
    expect(world.messages).toEqual(['a "", QoS 0', 'a "", QoS 1', 'a "", QoS 2']);
  });

  test("goes to the handlers of every filter that matches, in the order subscribed", () => {
    const world = new ClientWorld();
    const got: string[] = [];
    for (const topicFilter of ["a/b", "a/+", "#", "b", "+/b/#"]) {
      world.client.subscribe(topicFilter, { onMessage: () => got.push(topicFilter) });
    }
    world.connect();
    world.grant();
    world.server.send('30 06 00 03 "a/b" "x"');
    expect(got).toEqual(["a/b", "a/+", "#", "+/b/#"]);
    world.server.send('30 07 00 04 "$a/b" "x"');
    expect(got).toHaveLength(4);
  });
});

describe("acknowledgements leave in the order of the messages", () => {
  for (const segment of [1, 7, 1_000_000]) {
    for (const [qos, first, answer] of [
      [1, 0x32, 0x40],
      [2, 0x34, 0x50],
    ] as const) {
      test(`QoS ${qos}, 20 at once, in pieces of ${segment} bytes [MQTT-4.6.0-2] [MQTT-4.6.0-3]`, () => {
        const world = new ClientWorld({ conditions: { segment } });
        world.connectSubscribed("a", 2);
        const identifiers = Array.from({ length: 20 }, (_, index) => 1 + ((index * 7) % 20));
        world.server.send(
          Uint8Array.from(identifiers.flatMap((id) => [first, 6, 0, 1, 0x61, 0, id, 0x30 + id])),
        );
        const answers = identifiers.map(
          (id) => `${answer.toString(16)} 02 00 ${id.toString(16).padStart(2, "0")}`,
        );
        world.server.expect(answers.join(" "));
        expect(world.messages).toHaveLength(20);
      });
    }
  }

  test("also when their QoS differs", () => {
    const world = subscribed();
    world.server.send(
      '32 05 00 01 "a" 00 01 34 05 00 01 "a" 00 02 30 03 00 01 "a" 62 02 00 09 32 05 00 01 "a" 00 03',
    );
    world.server.expect("40 02 00 01 50 02 00 02 70 02 00 09 40 02 00 03");
  });
});

describe("QoS 1 in", () => {
  test("is a new message after PUBACK, whatever DUP says [MQTT-4.3.2-2]", () => {
    const world = subscribed();
    world.server.send('32 06 00 01 "a" 00 05 "x"');
    world.server.send('3a 06 00 01 "a" 00 05 "x"');
    world.server.expect("40 02 00 05 40 02 00 05");
    expect(world.messages).toEqual(['a "x", QoS 1', 'a "x", QoS 1, duplicate']);
  });
});

describe("QoS 2 in", () => {
  test("is delivered once until PUBREL, and is a new message after it [MQTT-4.3.3-2]", () => {
    const world = subscribed();
    world.server.send(QOS2);
    world.server.send(QOS2_AGAIN);
    world.server.send(QOS2);
    world.server.expect("50 02 00 07 50 02 00 07 50 02 00 07");
    world.server.send("62 02 00 07 62 02 00 07");
    world.server.expect("70 02 00 07 70 02 00 07");
    expect(world.messages).toHaveLength(1);
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    expect(world.messages).toHaveLength(2);
  });

  test("is delivered once though the connection is lost at any point, session present [MQTT-4.1.0-1]", () => {
    const world = subscribed();
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    world.cut(true);
    world.server.send(QOS2_AGAIN);
    world.server.expect("50 02 00 07");
    world.server.reset();
    world.advance(4000);
    world.server.greet({ sessionPresent: true });
    world.server.send("62 02 00 07");
    world.server.expect("70 02 00 07");
    world.server.reset();
    world.advance(8000);
    world.server.greet({ sessionPresent: true });
    world.server.send("62 02 00 07");
    world.server.expect("70 02 00 07");
    expect(world.messages).toHaveLength(1);
    world.server.send(QOS2);
    expect(world.messages).toHaveLength(2);
  });

  test("is not delivered twice when PUBREC was lost together with the connection", () => {
    const world = subscribed();
    world.server.vanish("up");
    world.server.send(QOS2);
    expect(world.messages).toHaveLength(1);
    world.cut(true);
    world.server.send(QOS2_AGAIN);
    world.server.expect("50 02 00 07");
    expect(world.messages).toHaveLength(1);
  });

  test("is a new message when the session is absent [MQTT-3.1.2-6]", () => {
    const world = subscribed();
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    world.cut(false);
    world.grant();
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    expect(world.messages).toHaveLength(2);
  });

  test("does not mix with packet identifiers of the client's own", () => {
    const world = subscribed();
    for (let count = 2; count <= 7; count += 1) world.publish("own", 2);
    world.advance(0);
    for (let messageId = 2; messageId <= 7; messageId += 1) {
      world.server.expectPacket({ cmd: "publish", messageId });
    }
    world.server.send(QOS2);
    world.server.expect("50 02 00 07");
    world.server.send("50 02 00 07");
    world.server.expect("62 02 00 07");
    world.server.send("62 02 00 07");
    world.server.expect("70 02 00 07");
    world.server.send("70 02 00 07");
    expect([world.messages.length, world.outcomes]).toEqual([1, ["own: acknowledged"]]);
  });

  test("answers PUBREL for what it does not know, so that the server can forget it", () => {
    const world = subscribed();
    world.server.send("62 02 12 34");
    world.server.expect("70 02 12 34");
  });
});
