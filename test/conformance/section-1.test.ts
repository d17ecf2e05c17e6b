/** Section 1.5.3: the strings that leave a client, and those it takes. */

import { describe, expect, test } from "vitest";
import { bytesFromHex } from "../mqtt/support/hex.js";
import { ILL_FORMED } from "../mqtt/support/utf8-cases.js";
import { ClientWorld } from "../scenario/support/client-world.js";

const onMessage = () => {};

/** Every string that an application can hand over, each made of `text`. */
const STRINGS: readonly (readonly [string, (world: ClientWorld, text: string) => void])[] = [
  ["a client identifier", (_, text) => new ClientWorld({ mqtt: { clientIdentifier: text } })],
  ["a user name", (_, text) => new ClientWorld({ mqtt: { userName: text } })],
  [
    "a will topic",
    (_, text) =>
      new ClientWorld({
        mqtt: { will: { topicName: text, payload: new Uint8Array(0), qos: 0, retain: false } },
      }),
  ],
  ["a topic name", (world, text) => world.client.publish({ topicName: text, payload: "x", qos: 1 })],
  ["a topic filter", (world, text) => world.client.subscribe(text, { onMessage })],
];

describe("a string received", () => {
  for (const { name, hex } of ILL_FORMED) {
    test(`a topic name with ${name} closes the connection, and nothing is acknowledged [MQTT-1.5.3-1]`, () => {
      const world = new ClientWorld();
      world.connectSubscribed("#", 2);
      const topicName = bytesFromHex(`"a/" ${hex}`);
      world.server.send(
        Uint8Array.of(0x32, topicName.length + 5, 0, topicName.length, ...topicName, 0, 9, 1),
      );
      world.server.expectEnd();
      expect(world.log.at(-2)).toBe("disconnected from mqtt: protocol-error (connected), MQTT-1.5.3-1");
      expect(world.messages).toEqual([]);
    });
  }
});

describe("a string to be sent", () => {
  for (const [what, use] of STRINGS) {
    // That each of them is UTF-8 has a statement of its own too: [MQTT-3.1.3-4] for the client identifier,
    // [MQTT-3.1.3-11] user name, [MQTT-3.1.3-10] will topic, [MQTT-3.3.2-1] topic name, [MQTT-3.8.3-1] topic filter.
    test(`a lone surrogate in ${what} is refused before a byte leaves [MQTT-1.5.3-1]`, () =>
      expectRefused(use, ["a\ud800b", "\udc00", "a\udbff"]));

    test(`U+0000 in ${what} is refused before a byte leaves [MQTT-1.5.3-2]`, () =>
      expectRefused(use, ["\0", "a\0", "\0a"]));
  }

  function expectRefused(use: (world: ClientWorld, text: string) => void, texts: readonly string[]): void {
    const world = new ClientWorld();
    world.connect();
    for (const text of texts) {
      expect(() => use(world, text)).toThrow(expect.objectContaining({ code: "invalid-string" }));
    }
    world.server.expectNothing();
  }
});

describe("a topic name that is too long to be held", () => {
  for (const [what, hex, statement] of [
    ["ill-formed UTF-8", "ed a0 80", "MQTT-1.5.3-1"],
    ["U+0000", "00", "MQTT-1.5.3-2"],
    ["a wildcard", "23", "MQTT-3.3.2-2"],
  ] as const) {
    // [MQTT-1.5.3-1], [MQTT-1.5.3-2] and [MQTT-3.3.2-2], one each.
    test(`${what} in a topic name too long to be held closes the connection [${statement}]`, () => {
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
});
