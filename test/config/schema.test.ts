/** The schema: which keys there are, their defaults, ranges and types, and that validation follows it. */

import { describe, expect, expectTypeOf, test } from "vitest";
import type { Group, Key } from "../../src/config/key.js";
import { loadConfig, parseConfig } from "../../src/config/load.js";
import type { Config, PartialConfig } from "../../src/config/schema.js";
import { SCHEMA } from "../../src/config/schema.js";
import { nested, problemsWith } from "./support.js";

/** The schema of the Mongoose OS `mqtt` library, but for the two defaults that Reed changes (see below). */
const MONGOOSE_DEFAULTS = {
  enable: false,
  client_id: "",
  user: "",
  pass: "",
  reconnect_timeout_min: 2,
  reconnect_timeout_max: 60,
  ssl_cert: "",
  ssl_key: "",
  ssl_ca_cert: "",
  ssl_cipher_suites: "",
  ssl_psk_identity: "",
  ssl_psk_key: "",
  clean_session: true,
  keep_alive: 60,
  will_topic: "",
  will_message: "",
  will_retain: false,
  max_qos: 2,
  recv_mbuf_limit: 3072,
  require_time: false,
  cloud_events: true,
  ws_enable: false,
  ws_path: "/mqtt",
  debug_use_log_level: false,
};

/** Mongoose: a server that is gone, and 5. */
const CHANGED_DEFAULTS = { server: "", max_queue_length: 64 };

const REED_DEFAULTS = {
  will_qos: 0,
  max_inflight: 20,
  max_queue_bytes: 16384,
  queue_qos0: false,
  early_publish: false,
  reconnect_stable: 30,
  failback_after: 0,
  connect_timeout: 15,
  response_timeout: 10,
  ssl_alpn: "",
  proxy: "",
};

const SERVER_DEFAULTS = { ...MONGOOSE_DEFAULTS, ...CHANGED_DEFAULTS, ...REED_DEFAULTS };

const DEFAULTS = {
  device: { id: "", queue_store: "", report: true },
  app: "",
  mqtt: SERVER_DEFAULTS,
  mqtt1: SERVER_DEFAULTS,
  door: { pin: 4, active_low: true, debounce: 50, state_topic: "", event_topic: "", status_topic: "" },
  alarm: {
    doors: [],
    command_topic: "",
    state_topic: "",
    status_topic: "",
    siren_pin: 18,
    siren_active_low: false,
    trigger_on_retained: false,
    armed: false,
  },
  climate: {
    sensor: "sht3x",
    sda_pin: 21,
    scl_pin: 22,
    i2c_address: 68,
    analog_pin: 34,
    analog_offset: 500,
    analog_slope: 10,
    analog_full_scale: 2450,
    interval: 10,
    average: 6,
    temperature_dead_band: 0.2,
    humidity_dead_band: 1,
    report_interval: 300,
    topic: "",
    topic_qos: 1,
    topic_retain: true,
    status_topic: "",
  },
  wifi: { sta: { ssid: "", pass: "" }, sta1: { ssid: "", pass: "" } },
  sntp: { server: "pool.ntp.org" },
  status_led: { pin: -1, active_low: false },
};

const RANGES: Record<string, readonly [number, number]> = {
  reconnect_timeout_min: [0.01, 86_400],
  reconnect_timeout_max: [0.01, 86_400],
  keep_alive: [0, 65_535],
  recv_mbuf_limit: [64, 268_435_455],
  max_queue_length: [0, 65_535],
  max_inflight: [1, 65_535],
  max_queue_bytes: [512, 16_777_216],
  reconnect_stable: [0, 86_400],
  failback_after: [0, 86_400],
  connect_timeout: [0.1, 3600],
  response_timeout: [0.1, 3600],
  pin: [0, 255],
  debounce: [0, 10_000],
  siren_pin: [0, 255],
  sda_pin: [0, 255],
  scl_pin: [0, 255],
  analog_pin: [0, 255],
  analog_offset: [-5000, 5000],
  analog_slope: [-1000, 1000],
  analog_full_scale: [100, 10_000],
  interval: [1, 3600],
  average: [1, 60],
  temperature_dead_band: [0, 100],
  humidity_dead_band: [0, 100],
  report_interval: [1, 86_400],
  "status_led.pin": [-1, 255],
};

/** Every key with its path. */
const KEYS = keysOf(SCHEMA, "");

function keysOf(section: Group, path: string): { path: string; name: string; key: Key }[] {
  return Object.entries(section.keys).flatMap(([name, node]) => {
    const own = path === "" ? name : `${path}.${name}`;
    return node.type === "group" ? keysOf(node, own) : [{ path: own, name, key: node }];
  });
}

function only(...types: readonly Key["type"][]) {
  return KEYS.filter(({ key }) => types.includes(key.type));
}

/** Whether the key by itself accepts the value; what it needs besides is not the question here. */
function accepts(path: string, value: unknown): boolean {
  return !problemsWith(nested(path, value)).some(
    ({ path: at, code }) => at.startsWith(path) && code !== "contradiction",
  );
}

describe("defaults", () => {
  test("an empty config has the default of every key, and no others", () => {
    expect(parseConfig("{}")).toEqual(DEFAULTS);
  });

  test("no layers at all are the defaults too", () => {
    expect(loadConfig()).toEqual(DEFAULTS);
  });

  test("every default is valid by itself", () => {
    for (const { path, key } of KEYS) expect(accepts(path, key.default), path).toBe(true);
  });

  test("the backup has defaults of its own and takes nothing over from the primary", () => {
    const { mqtt1 } = loadConfig([
      { values: { mqtt: { enable: true, server: "a", user: "u", keep_alive: 7 } } },
    ]);
    expect(mqtt1).toEqual(SERVER_DEFAULTS);
  });

  test("a config is frozen, every section and every list of it", () => {
    const config = loadConfig([{ values: { alarm: { doors: ["a"] } } }]);
    for (const part of [config, config.device, config.mqtt, config.mqtt1, config.door, config.alarm.doors]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(parseConfig("{}").alarm.doors)).toBe(true);
  });
});

describe("the schema", () => {
  test("marks as Mongoose's the keys of its schema, and all others as Reed's", () => {
    const mongoose = new Set(Object.keys({ ...MONGOOSE_DEFAULTS, ...CHANGED_DEFAULTS }));
    for (const { path, name, key } of KEYS) {
      const expected = path.startsWith("mqtt") && mongoose.has(name) ? "mongoose" : "reed";
      expect(key.origin, path).toBe(expected);
    }
  });

  test("gives mqtt and mqtt1 the same keys", () => {
    expect(SCHEMA.keys.mqtt1.keys).toBe(SCHEMA.keys.mqtt.keys);
  });

  test("explains every key and every section in a sentence", () => {
    for (const { path, key } of KEYS) expect(key.doc, path).toMatch(/^[A-Z].{10,}\.$/);
    for (const node of Object.values(SCHEMA.keys)) expect(node.doc).toMatch(/^[A-Z].{5,}\.$/);
  });

  test("is frozen at every level", () => {
    expect(Object.isFrozen(SCHEMA) && Object.isFrozen(SCHEMA.keys)).toBe(true);
    for (const node of Object.values(SCHEMA.keys)) expect(Object.isFrozen(node)).toBe(true);
    for (const { path, key } of KEYS) {
      expect(Object.isFrozen(key), path).toBe(true);
      if (key.type === "choice") expect(Object.isFrozen(key.choices), path).toBe(true);
      if (key.type === "strings") expect(Object.isFrozen(key.default), path).toBe(true);
    }
  });

  test("says of every pattern what it wants, and every pattern takes the default", () => {
    for (const { path, key } of KEYS) {
      if (key.type !== "string" || key.pattern === undefined) continue;
      expect(key.expected, path).toBeDefined();
      expect(new RegExp(key.pattern).test(key.default), path).toBe(true);
    }
  });

  test("gives the values types, down to the literals of choices", () => {
    expectTypeOf<Config["app"]>().toEqualTypeOf<"" | "door-sensor" | "alarm" | "climate-sensor">();
    expectTypeOf<Config["mqtt"]["max_qos"]>().toEqualTypeOf<0 | 1 | 2>();
    expectTypeOf<Config["mqtt"]["keep_alive"]>().toEqualTypeOf<number>();
    expectTypeOf<Config["mqtt1"]["clean_session"]>().toEqualTypeOf<boolean>();
    expectTypeOf<Config["device"]["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Config["alarm"]["doors"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<{ mqtt: { server: "a" } }>().toExtend<PartialConfig>();
    expectTypeOf<{ mqtt: { keep_alive: "60" } }>().not.toExtend<PartialConfig>();
  });
});

describe("validation by type", () => {
  const samples = [true, 1, 1.5, -1, "text", null, [], [1], {}, { a: 1 }];

  test.each(only("boolean"))("$path takes true and false only", ({ path }) => {
    expect(samples.filter((value) => accepts(path, value))).toEqual([true]);
    expect(accepts(path, false)).toBe(true);
  });

  test.each(only("integer"))(
    "$path takes integers from its minimum to its maximum",
    ({ path, name, key }) => {
      if (key.type !== "integer") return;
      expect([key.minimum, key.maximum]).toEqual(RANGES[path] ?? RANGES[name]);
      expect(accepts(path, key.minimum)).toBe(true);
      expect(accepts(path, key.maximum)).toBe(true);
      expect(accepts(path, key.minimum - 1)).toBe(false);
      expect(accepts(path, key.maximum + 1)).toBe(false);
      expect(accepts(path, key.default + 0.5)).toBe(false);
      for (const value of [true, "60", null, [], {}, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(accepts(path, value), String(value)).toBe(false);
      }
    },
  );

  test.each(only("number"))(
    "$path takes numbers, fractions too, from its minimum to its maximum",
    (entry) => {
      const { path, name, key } = entry;
      if (key.type !== "number") return;
      expect([key.minimum, key.maximum]).toEqual(RANGES[path] ?? RANGES[name]);
      expect(accepts(path, key.minimum)).toBe(true);
      expect(accepts(path, key.maximum)).toBe(true);
      expect(accepts(path, key.default + 0.5)).toBe(true);
      expect(accepts(path, key.minimum - 0.001)).toBe(false);
      expect(accepts(path, key.maximum + 0.001)).toBe(false);
      for (const value of [true, "60", null, [], {}, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(accepts(path, value), String(value)).toBe(false);
      }
    },
  );

  test.each(only("choice"))("$path takes its choices only", ({ path, key }) => {
    if (key.type !== "choice") return;
    for (const choice of key.choices) expect(accepts(path, choice)).toBe(true);
    for (const value of ["other", 3, -1, "0", null, true, [], {}]) expect(accepts(path, value)).toBe(false);
  });

  test.each(only("string"))("$path takes texts only", ({ path }) => {
    for (const value of [true, 1, null, [], ["a"], {}]) expect(accepts(path, value)).toBe(false);
  });

  test.each(only("string"))(
    "$path takes no U+0000 [MQTT-1.5.3-2] and no lone surrogate [MQTT-1.5.3-1]",
    (entry) => {
      expect(accepts(entry.path, "/a\0b")).toBe(false);
      expect(accepts(entry.path, "/a\ud800")).toBe(false);
      expect(accepts(entry.path, "\udc00/")).toBe(false);
    },
  );

  test.each(only("string"))("$path takes texts up to its limit in bytes of UTF-8", ({ path, key }) => {
    if (key.type !== "string") return;
    const limit = key.maximumBytes ?? 65_535;
    if (/(server|ws_path|ssl_cipher_suites|proxy)$/.test(path)) return;
    const digit = "a";
    expect(accepts(path, digit.repeat(limit))).toBe(true);
    expect(accepts(path, digit.repeat(limit + 1))).toBe(false);
    if (key.pattern?.includes("0-9A-F")) return;
    expect(accepts(path, "é".repeat(Math.floor(limit / 2)))).toBe(true);
    expect(accepts(path, "é".repeat(Math.floor(limit / 2) + 1))).toBe(false);
    expect(accepts(path, "😀".repeat(Math.floor(limit / 4)))).toBe(true);
    expect(accepts(path, "😀".repeat(Math.floor(limit / 4) + 1))).toBe(false);
  });

  test.each(KEYS.filter(({ name }) => name.endsWith("_topic")))(
    "$path takes topic names only",
    ({ path }) => {
      for (const topic of ["a", "a/b", "/", "$aws/x", "é/ä", " "]) expect(accepts(path, topic)).toBe(true);
      for (const topic of ["+", "#", "a/+", "a/#", "a+", "a#b"]) expect(accepts(path, topic)).toBe(false);
    },
  );

  test("alarm.doors takes topic filters, at most 64", () => {
    expect(accepts("alarm.doors", new Array(64).fill("a"))).toBe(true);
    expect(accepts("alarm.doors", new Array(65).fill("a"))).toBe(false);
    expect(accepts("alarm.doors", ["+", "#", "a/+/b", "a/#", "/", "+/+", "/#", "a//b", "$SYS/#"])).toBe(true);
    for (const value of [
      "a",
      1,
      true,
      null,
      {},
      [1],
      [null],
      [["a"]],
      ["a", ""],
      ["a+"],
      ["a/#/b"],
      ["a#"],
    ]) {
      expect(accepts("alarm.doors", value), JSON.stringify(value)).toBe(false);
    }
  });

  test("ssl_psk_key takes an even number of hex digits, at most 128", () => {
    for (const key of ["00", "deadBEEF", "0".repeat(128)])
      expect(accepts("mqtt.ssl_psk_key", key)).toBe(true);
    for (const key of ["0", "abc", "0x00", "zz", "00 00", "0".repeat(130)]) {
      expect(accepts("mqtt.ssl_psk_key", key)).toBe(false);
    }
  });

  test("ws_path takes paths that start with a slash", () => {
    for (const path of ["/", "/mqtt", "/a/b?c=d"]) expect(accepts("mqtt.ws_path", path)).toBe(true);
    for (const path of ["", "mqtt", "/a b", "/ä", "/a\n"]) expect(accepts("mqtt.ws_path", path)).toBe(false);
  });

  test("device.id takes what can stand in a topic", () => {
    for (const id of ["door-1", "site/door", "Tür"]) expect(accepts("device.id", id)).toBe(true);
    for (const id of ["a+b", "#", "a/#"]) expect(accepts("device.id", id)).toBe(false);
  });
});
