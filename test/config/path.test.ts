/** Single values by path: `--set` and its kin. */

import { describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.js";
import { getByPath, parseAssignments, setByPath } from "../../src/config/path.js";
import { problemsOf } from "./support.js";

describe("setByPath", () => {
  test.each([
    ["mqtt.enable", "true", { mqtt: { enable: true } }],
    ["mqtt.enable", "false", { mqtt: { enable: false } }],
    ["mqtt.server", "host:1883", { mqtt: { server: "host:1883" } }],
    ["mqtt.pass", " a=b,c ", { mqtt: { pass: " a=b,c " } }],
    ["mqtt.pass", "", { mqtt: { pass: "" } }],
    ["mqtt.client_id", "42", { mqtt: { client_id: "42" } }],
    ["mqtt1.keep_alive", "30", { mqtt1: { keep_alive: 30 } }],
    ["mqtt.reconnect_timeout_min", "0.5", { mqtt: { reconnect_timeout_min: 0.5 } }],
    ["mqtt.reconnect_timeout_min", ".5", { mqtt: { reconnect_timeout_min: 0.5 } }],
    ["mqtt.reconnect_timeout_min", "1e1", { mqtt: { reconnect_timeout_min: 10 } }],
    ["mqtt.keep_alive", "0", { mqtt: { keep_alive: 0 } }],
    ["mqtt.keep_alive", "-10", { mqtt: { keep_alive: -10 } }],
    ["mqtt.reconnect_timeout_min", "10.05", { mqtt: { reconnect_timeout_min: 10.05 } }],
    ["mqtt.reconnect_timeout_min", "1e10", { mqtt: { reconnect_timeout_min: 1e10 } }],
    ["mqtt.max_qos", "1", { mqtt: { max_qos: 1 } }],
    ["app", "alarm", { app: "alarm" }],
    ["app", "", { app: "" }],
    ["alarm.doors", "a/b, +/c,#", { alarm: { doors: ["a/b", "+/c", "#"] } }],
    ["alarm.doors", "", { alarm: { doors: [] } }],
  ])("%s=%s", (path, text, expected) => {
    expect(setByPath({}, path, text)).toEqual(expected);
  });

  test("keeps what was set before and changes nothing in place", () => {
    const before = Object.freeze({ mqtt: Object.freeze({ server: "a", user: "u" }) });
    const after = setByPath(before, "mqtt.server", "b");
    expect(after).toEqual({ mqtt: { server: "b", user: "u" } });
    expect(before.mqtt.server).toBe("a");
  });

  test("takes a whole config too", () => {
    const config = parseConfig("{}");
    expect(setByPath(config, "door.pin", "5")).toEqual({ ...config, door: { ...config.door, pin: 5 } });
  });

  test.each([
    ["mqtt.enable", "yes", "true or false", '"yes"'],
    ["mqtt.enable", "1", "true or false", '"1"'],
    ["mqtt.keep_alive", "", "an integer from 0 to 65535 (seconds)", '""'],
    ["mqtt.keep_alive", "60s", "an integer from 0 to 65535 (seconds)", '"60s"'],
    ["mqtt.keep_alive", "0x10", "an integer from 0 to 65535 (seconds)", '"0x10"'],
    ["mqtt.keep_alive", "Infinity", "an integer from 0 to 65535 (seconds)", '"Infinity"'],
    ["mqtt.max_qos", "3", "one of 0, 1, 2", '"3"'],
    ["app", "doorbell", 'one of "", "door-sensor", "alarm", "climate-sensor"', '"doorbell"'],
  ])("%s=%s is refused", (path, text, expected, value) => {
    expect(problemsOf(() => setByPath({}, path, text))).toEqual([
      { code: "wrong-type", path, expected, value },
    ]);
  });

  test.each([
    ["mqtt.sever", "mqtt.server"],
    ["mqtt1.keepalive", "mqtt1.keep_alive"],
    ["server", "mqtt.server"],
    ["mqtt.server.port", "mqtt.server"],
    ["mqtt.", undefined],
    ["", undefined],
    ["__proto__.enable", undefined],
    ["mqtt.__proto__", "mqtt.proxy"],
    ["constructor", undefined],
  ])("%j is unknown, and the nearest is %s", (path, suggestion) => {
    const expected = { code: "unknown-key", path, ...(suggestion === undefined ? {} : { suggestion }) };
    expect(problemsOf(() => setByPath({}, path, "1"))).toEqual([expected]);
    expect(problemsOf(() => getByPath(parseConfig("{}"), path))).toEqual([expected]);
  });

  test("a section is not a value", () => {
    expect(problemsOf(() => setByPath({}, "door", "1"))).toEqual([
      { code: "wrong-type", path: "door", expected: "one of its keys, such as door.pin" },
    ]);
  });

  test("leaves ranges to the loading of the whole", () => {
    const values = setByPath({}, "mqtt.keep_alive", "-1");
    expect(problemsOf(() => loadConfig([{ name: "--set", values }]))).toMatchObject([
      { code: "out-of-range", path: "mqtt.keep_alive", source: "--set" },
    ]);
  });
});

describe("getByPath", () => {
  const config = parseConfig('{"mqtt": {"server": "a"}, "alarm": {"doors": ["x"]}}');

  test("gives values and sections", () => {
    expect(getByPath(config, "mqtt.server")).toBe("a");
    expect(getByPath(config, "alarm.doors")).toEqual(["x"]);
    expect(getByPath(config, "app")).toBe("");
    expect(getByPath(config, "door")).toBe(config.door);
  });
});

describe("parseAssignments", () => {
  test("makes a layer of key=value texts; the last one wins", () => {
    const values = parseAssignments(["mqtt.server=a", "mqtt.pass=x=y", "mqtt.server=b:1", " app =alarm"]);
    expect(values).toEqual({ mqtt: { server: "b:1", pass: "x=y" }, app: "alarm" });
    expect(parseAssignments([])).toEqual({});
  });

  test("reports all that is wrong at once", () => {
    const problems = problemsOf(() =>
      parseAssignments(["mqtt.sever=a", "mqtt.keep_alive=x", "mqtt.server", "mqtt.server=ok"]),
    );
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "unknown-key mqtt.sever",
      "wrong-type mqtt.keep_alive",
      "syntax ",
    ]);
  });
});
