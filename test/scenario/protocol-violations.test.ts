/** A server that breaks the specification: the connection is closed, the statement is named, nothing is acknowledged. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

const VIOLATIONS = [
  ["PUBACK with reserved flags", "41 02 00 01", "MQTT-2.2.2-2"],
  ["PUBREC with reserved flags", "52 02 00 01", "MQTT-2.2.2-2"],
  ["PUBREL without its flags", "60 02 00 01", "MQTT-2.2.2-2"],
  ["PUBCOMP with reserved flags", "71 02 00 01", "MQTT-2.2.2-2"],
  ["SUBACK with reserved flags", "92 03 00 01 01", "MQTT-2.2.2-2"],
  ["UNSUBACK with reserved flags", "b2 02 00 01", "MQTT-2.2.2-2"],
  ["PINGRESP with reserved flags", "d1 00", "MQTT-2.2.2-2"],
  ["PUBLISH with QoS 3", '36 06 00 01 "a" 00 09 "x"', "MQTT-3.3.1-4"],
  ["PUBLISH with QoS 0 and DUP", '38 04 00 01 "a" "x"', "MQTT-3.3.1-2"],
  ["PUBLISH with packet identifier 0", '32 06 00 01 "a" 00 00 "x"', "MQTT-2.3.1-1"],
  ["PUBREL with packet identifier 0", "62 02 00 00", "MQTT-2.3.1-1"],
  ["PUBLISH with an empty topic name", '32 05 00 00 00 09 "x"', "MQTT-4.7.3-1"],
  ["PUBLISH with + in its topic name", '32 08 00 03 "a/+" 00 09 "x"', "MQTT-3.3.2-2"],
  ["PUBLISH with # in its topic name", '32 06 00 01 "#" 00 09 "x"', "MQTT-3.3.2-2"],
  ["PUBLISH with U+0000 in its topic name", '32 08 00 03 "a" 00 "p" 00 09 "x"', "MQTT-1.5.3-2"],
  ["PUBLISH with an encoded surrogate", '32 08 00 03 ed a0 80 00 09 "x"', "MQTT-1.5.3-1"],
  ["PUBLISH with truncated UTF-8", '32 06 00 01 c3 00 09 "x"', "MQTT-1.5.3-1"],
  ["PUBLISH that ends inside its topic name", '32 04 00 09 "ab"', "MQTT-3.3.2-1"],
  ["a streamed PUBLISH with # in its topic name", '32 86 18 00 01 "#" 00 09', "MQTT-3.3.2-2"],
  ["a streamed PUBLISH with packet identifier 0", '32 86 18 00 01 "a" 00 00', "MQTT-2.3.1-1"],
  ["SUBACK without a return code", "90 02 00 01", "MQTT-3.8.4-5"],
  ["PINGRESP with a body", "d0 01 00", "MQTT-4.8.0-1"],
  ["PUBACK of a wrong length", "40 03 00 01 00", "MQTT-4.8.0-1"],
  ["a remaining length of five bytes", "30 ff ff ff ff 01", "MQTT-4.8.0-1"],
  ["CONNECT", '10 0c 00 04 "MQTT" 04 02 00 00 00 00', "MQTT-4.8.0-1"],
  ["SUBSCRIBE", '82 06 00 01 00 01 "a" 00', "MQTT-4.8.0-1"],
  ["UNSUBSCRIBE", 'a2 05 00 01 00 01 "a"', "MQTT-4.8.0-1"],
  ["PINGREQ", "c0 00", "MQTT-4.8.0-1"],
  ["DISCONNECT", "e0 00", "MQTT-4.8.0-1"],
  ["packet type 0", "00 00", "MQTT-4.8.0-1"],
  ["packet type 15", "f0 00", "MQTT-4.8.0-1"],
] as const;

describe("a violation by the server closes the connection [MQTT-4.8.0-1]", () => {
  for (const [what, sent, statement] of VIOLATIONS) {
    test(`${what} [${statement}]`, () => {
      const world = new ClientWorld();
      world.connectSubscribed("#", 2);
      world.news();
      // A message before it is delivered; one behind it is not looked at.
      world.server.send(`30 04 00 01 "a" "1" ${sent} 32 06 00 01 "a" 00 08 "2"`);
      world.server.expectEnd();
      expect(world.news()).toEqual([
        `disconnected from mqtt: protocol-error (connected), ${statement}`,
        "waiting 2 s for mqtt",
      ]);
      expect(world.messages).toEqual(['a "1", QoS 0']);
      world.advance(2000);
      world.server.greet();
      expect(world.client.connected).toBe(true);
    });
  }

  test("and takes a stream that was under way with it", () => {
    const world = new ClientWorld();
    const calls: string[] = [];
    const sink = {
      onChunk: () => calls.push("chunk"),
      onEnd: () => calls.push("end"),
      onAborted: () => calls.push("aborted"),
    };
    world.connectSubscribed("a", 1, { onStream: () => sink });
    world.server.send(`30 84 18 00 01 "a" "${"x".repeat(3073)}" 30 84 18 00 01 "a" "y"`);
    world.server.send(`"${"y".repeat(3072)}" f0 00`);
    world.server.expectEnd();
    expect(calls.filter((call) => call !== "chunk")).toEqual(["end", "end"]);
    world.advance(2000);
    world.server.greet({ sessionPresent: true });
    world.server.send('30 84 18 00 01 "a" "y"');
    world.server.reset();
    world.advance(0);
    expect(calls.at(-1)).toBe("aborted");
  });

  test("and the message that was being handled is not acknowledged, but delivered again if its QoS is 1", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    world.server.send('32 06 00 01 "a" 00 05 "1" 34 06 00 01 "a" 00 06 "2" f0 00');
    world.server.expectEnd();
    world.advance(2000);
    world.server.greet({ sessionPresent: true });
    world.server.send('3a 06 00 01 "a" 00 05 "1" 3c 06 00 01 "a" 00 06 "2"');
    world.server.expect("40 02 00 05 50 02 00 06");
    expect(world.messages).toEqual(['a "1", QoS 1', 'a "2", QoS 2', 'a "1", QoS 1, duplicate']);
  });
});
