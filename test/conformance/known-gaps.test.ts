/**
 * Where the client departs from the specification, as `docs/conformance.md` says. Each of these tests shows what should
 * be, and fails. One that no longer does turns the run red: then it belongs among the others, and out of that list.
 */

import { describe, test } from "vitest";
import { bytesFromHex } from "../mqtt/support/hex.js";
import { ClientWorld } from "../scenario/support/client-world.js";

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
});
