/** The nearest known key for an unknown one. */

import { describe, expect, test } from "vitest";
import { editDistance } from "../../src/config/suggest.js";
import { nested, problemsWith } from "./support.js";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["server", "server", 0],
  ["sever", "server", 1],
  ["servers", "server", 1],
  ["berver", "server", 1],
  ["sevrer", "server", 1],
  ["kitten", "sitting", 3],
  ["abcd", "badc", 2],
])("from %j to %j it is %i steps", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

describe("an unknown key", () => {
  test.each([
    ["mqtt.sever", "mqtt.server"],
    ["mqtt.srever", "mqtt.server"],
    ["mqtt1.Server", "mqtt1.server"],
    ["mqtt.keepalive", "mqtt.keep_alive"],
    ["mqtt.keepAlive", "mqtt.keep_alive"],
    ["mqtt.keep-alive", "mqtt.keep_alive"],
    ["mqtt.clientId", "mqtt.client_id"],
    ["mqtt.username", "mqtt.user"],
    ["mqtt.password", "mqtt.pass"],
    ["mqtt.enabled", "mqtt.enable"],
    ["mqtt.reconnect_timeout_mim", "mqtt.reconnect_timeout_min"],
    ["mqtt.will_tpoic", "mqtt.will_topic"],
    ["mqtt.max_qos_", "mqtt.max_qos"],
    ["mqtt2", "mqtt"],
    ["mqqt1", "mqtt1"],
    ["apps", "app"],
    ["door.gpio_pin", undefined],
    ["alarm.door", "alarm.doors"],
    ["alarm.siren", "alarm.siren_pin"],
    ["server", "mqtt.server"],
    ["sever", "mqtt.server"],
    ["id", "device.id"],
    ["keep_alive", "mqtt.keep_alive"],
    ["door.siren_pin", "alarm.siren_pin"],
    ["ethernet", undefined],
    ["mqtt.foo", undefined],
    ["mqtt.qos", undefined],
    ["mqtt.completely_different", undefined],
    ["x".repeat(1000), undefined],
  ])("%s leads to %s", (path, suggestion) => {
    const [problem] = problemsWith(nested(path, 1));
    expect(problem?.code).toBe("unknown-key");
    expect(problem?.suggestion).toBe(suggestion);
  });

  test("with dots in it leads to the key it would be if nested", () => {
    expect(problemsWith({ mqtt: { "will.topic": "x" } })[0]?.suggestion).toBe("mqtt.will_topic");
    expect(problemsWith({ "mqtt.keep_alive": 60 })).toEqual([
      { code: "unknown-key", path: '["mqtt.keep_alive"]', suggestion: "mqtt.keep_alive" },
    ]);
  });
});
