/** Loading: layers, comments, problems with their paths and places, all at once. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problem.js";
import { messageOf, problemsIn, problemsOf, problemsWith } from "./support.js";

describe("a config text", () => {
  test("changes what it holds and leaves the rest at its default", () => {
    const config = parseConfig(
      '{"mqtt": {"enable": true, "server": "a", "keep_alive": 30}, "device": {"id": "d"}}',
    );
    expect(config.mqtt.server).toBe("a");
    expect(config.mqtt.keep_alive).toBe(30);
    expect(config.device.id).toBe("d");
    expect(config.mqtt.max_inflight).toBe(20);
    expect(config.mqtt1.keep_alive).toBe(60);
  });

  test("may hold comments, as Mongoose's documentation does", () => {
    const config = parseConfig(`{
      "mqtt": {
        "server": "mqtt://a:1", // the "server"
        /* seconds */ "keep_alive": 30
      }
    }`);
    expect(config.mqtt.server).toBe("mqtt://a:1");
    expect(config.mqtt.keep_alive).toBe(30);
  });

  test("may name its JSON Schema at the top, and nowhere else", () => {
    expect(problemsIn('{"$schema": "config.schema.json"}')).toEqual([]);
    expect(problemsIn('{"mqtt": {"$schema": "config.schema.json"}}')).toMatchObject([
      { code: "unknown-key", path: "mqtt.$schema" },
    ]);
  });

  test("takes fractions of a second for the reconnect times", () => {
    const { mqtt } = parseConfig('{"mqtt": {"reconnect_timeout_min": 0.2, "reconnect_timeout_max": 1.5}}');
    expect([mqtt.reconnect_timeout_min, mqtt.reconnect_timeout_max]).toEqual([0.2, 1.5]);
  });

  test("a printed config reads back as the same config", () => {
    const text =
      '{"app": "alarm", "alarm": {"doors": ["+/d", "é"]}, "mqtt": {"enable": true, "server": "a"}}';
    const config = parseConfig(text);
    expect(parseConfig(JSON.stringify(config))).toEqual(config);
  });
});

describe("layers", () => {
  test("the last that has a key wins, key by key", () => {
    const config = loadConfig([
      { text: '{"mqtt": {"server": "a", "keep_alive": 1}, "app": "alarm", "alarm": {"doors": ["x", "y"]}}' },
      { values: { mqtt: { keep_alive: 2, user: "u" } } },
      { text: '{"mqtt": {"user": "v"}, "alarm": {"doors": ["z"]}}' },
    ]);
    expect(config.mqtt).toMatchObject({ server: "a", keep_alive: 2, user: "v" });
    expect(config.app).toBe("alarm");
    expect(config.alarm.doors).toEqual(["z"]);
  });

  test("a later layer may set a key back to its default", () => {
    const config = loadConfig([
      { values: { mqtt: { keep_alive: 5 } } },
      { values: { mqtt: { keep_alive: 60 } } },
    ]);
    expect(config.mqtt.keep_alive).toBe(60);
  });

  test("together must make sense, though none must alone", () => {
    const enabled = { name: "a.json", text: '{"mqtt": {"enable": true}}' };
    expect(problemsOf(() => loadConfig([enabled]))).toMatchObject([{ code: "missing", path: "mqtt.server" }]);
    expect(loadConfig([enabled, { values: { mqtt: { server: "a" } } }]).mqtt.enable).toBe(true);
  });

  test("a problem names the layer it is in, and its place there", () => {
    const problems = problemsOf(() =>
      loadConfig([
        { name: "a.json", text: '{\n  "mqtt": {"keep_alive": 10}\n}' },
        { name: "b.json", text: '{\n  "mqtt": {\n    "keep_alive": -1, "reconnect_timeout_min": 90\n} }' },
        { name: "--set", values: { mqtt: { keep_alive: 70_000, reconnect_timeout_max: 80 } } },
      ]),
    );
    expect(problems.map(({ path, source, place }) => [path, source, place])).toEqual([
      ["mqtt.keep_alive", "b.json", { line: 3, column: 5 }],
      ["mqtt.keep_alive", "--set", undefined],
      ["mqtt.reconnect_timeout_min", "b.json", { line: 3, column: 23 }],
    ]);
  });

  test("a layer with a syntax error does not make the others look incomplete", () => {
    const layers = [
      { values: { mqtt: { enable: true, keep_alive: -1 } } },
      { name: "b.json", text: '{"mqtt": {' },
    ];
    expect(problemsOf(() => loadConfig(layers)).map(({ code }) => code)).toEqual(["out-of-range", "syntax"]);
  });

  test("nor does one that is no object", () => {
    const layers = [{ values: { mqtt: { enable: true } } }, { name: "b.json", text: "[]" }];
    expect(problemsOf(() => loadConfig(layers))).toMatchObject([{ code: "wrong-type", path: "" }]);
  });

  test("values of any kind are checked like a text", () => {
    for (const values of [undefined, null, 1, "{}", [], () => 1]) {
      expect(problemsWith(values)).toMatchObject([
        { code: "wrong-type", path: "", expected: "an object in braces" },
      ]);
    }
    expect(problemsWith({ mqtt: { keep_alive: 1n, enable: undefined, user: Symbol("s") } })).toHaveLength(3);
  });
});

describe("problems", () => {
  test("come all at once, a line each, in the order of the file", () => {
    const text = `{
  "device": { "id": "a/#" },
  "app": "climate",
  "mqtt": {
    "enable": "yes",
    "sever": "a",
    "keep_alive": 70000,
    "keep_alive": 60.5,
    "max_qos": 3,
    "ssl_psk_key": "abc"
  },
  "mqtt1": [],
  "alarm": { "doors": ["a", "b+", 3] },
  "ethernet": {}
}`;
    expect(messageOf({ name: "device.json", text }).split("\n")).toEqual([
      "device.json:8:5: mqtt.keep_alive: expected each key once; the first is in line 7",
      'device.json:2:15: device.id: expected a name that can stand in a topic, without + and #, at most 128 bytes, got "a/#"',
      'device.json:3:3: app: expected one of "", "door-sensor", "alarm", "climate-sensor", got "climate"',
      'device.json:5:5: mqtt.enable: expected true or false, got "yes"',
      "device.json:6:5: mqtt.sever: unknown key, the nearest known one is mqtt.server",
      "device.json:8:5: mqtt.keep_alive: expected an integer from 0 to 65535 (seconds), got 60.5",
      "device.json:9:5: mqtt.max_qos: expected one of 0, 1, 2, got 3",
      'device.json:10:5: mqtt.ssl_psk_key: expected an even number of hexadecimal digits, at most 128, got "********"',
      "device.json:12:3: mqtt1: expected an object in braces, got a list",
      'device.json:13:29: alarm.doors[1]: expected a topic filter: + as a whole level, # only as the last [MQTT-4.7.1-2] [MQTT-4.7.1-3], got "b+"',
      "device.json:13:35: alarm.doors[2]: expected a topic filter: + as a whole level, # only as the last [MQTT-4.7.1-2] [MQTT-4.7.1-3], got 3",
      "device.json:14:3: ethernet: unknown key",
    ]);
  });

  test("are the same in `problems`, for programs", () => {
    expect(problemsIn('{"mqtt": {\n"keep_alive": 70000, "pas": "x"}}')).toEqual([
      {
        code: "out-of-range",
        path: "mqtt.keep_alive",
        expected: "an integer from 0 to 65535 (seconds)",
        value: "70000",
        place: { line: 2, column: 1 },
      },
      { code: "unknown-key", path: "mqtt.pas", suggestion: "mqtt.pass", place: { line: 2, column: 22 } },
    ]);
  });

  test("an error is a ConfigError and an Error, named so", () => {
    const error = new ConfigError([{ code: "missing", path: "a", expected: "b" }]);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("ConfigError");
    expect(error.message).toBe("a: expected b");
    expect(Object.isFrozen(error.problems)).toBe(true);
  });

  test("a syntax error comes alone, with line and column", () => {
    expect(messageOf({ text: '{"mqtt": {\n  "enable": true,\n}}' })).toBe(
      'line 2, column 17: expected no comma before "}"',
    );
    expect(messageOf({ name: "a.json", text: "" })).toBe(
      "a.json:1:1: expected a value, got the end of the file",
    );
  });

  test("a text that is no object is one problem", () => {
    for (const text of ["[]", "1", '"{}"', "null", "true"]) {
      expect(problemsIn(text)).toMatchObject([{ code: "wrong-type", path: "" }]);
    }
  });

  test("null is no value of any key or section", () => {
    expect(problemsIn('{"mqtt": null, "app": null, "alarm": {"doors": null}}')).toMatchObject([
      { code: "wrong-type", path: "mqtt", value: "null" },
      { code: "wrong-type", path: "app", value: "null" },
      { code: "wrong-type", path: "alarm.doors", value: "null" },
    ]);
  });

  test("what is no text, number or truth value is shown by its kind", () => {
    const text = '{"app": {"a": 1}, "mqtt": {"user": ["a"], "keep_alive": null, "enable": {}}, "door": "x"}';
    expect(problemsIn(text).map(({ path, value }) => `${path} ${value}`)).toEqual([
      "app an object",
      "mqtt.user a list",
      "mqtt.keep_alive null",
      "mqtt.enable an object",
      "door a string",
    ]);
  });

  test("a text that is too long says how long it may be", () => {
    expect(problemsWith({ mqtt: { user: "u".repeat(65_536) } })).toMatchObject([
      { code: "out-of-range", path: "mqtt.user", expected: "at most 65535 bytes of UTF-8" },
    ]);
  });

  test("keys named as members of every object are unknown like others", () => {
    const text =
      '{"__proto__": {"enable": true}, "constructor": {}, "mqtt": {"toString": 1, "__proto__": {"user": "x"}}}';
    expect(problemsIn(text).map(({ code, path }) => [code, path])).toEqual([
      ["unknown-key", "__proto__"],
      ["unknown-key", "constructor"],
      ["unknown-key", "mqtt.toString"],
      ["unknown-key", "mqtt.__proto__"],
    ]);
  });

  test("odd keys are quoted, and long ones and long values cut", () => {
    const message = messageOf({
      values: { "a\nb": 1, ["k".repeat(1000)]: 1, mqtt: { will_topic: `#${"t".repeat(1000)}` } },
    });
    expect(message.split("\n")).toHaveLength(3);
    expect(message).toContain('["a\\nb"]: unknown key');
    expect(message.length).toBeLessThan(400);
  });

  test("the first hundred are listed and the others counted", () => {
    const values = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`k${index}`, 0]));
    expect(problemsWith(values)).toHaveLength(100);
    expect(messageOf({ values }).split("\n").at(-1)).toBe("and 50 more");
  });

  test("a text that is too long, or not Unicode, is refused before it is parsed", () => {
    expect(problemsIn(`{} //${" ".repeat(32_768)}`)).toMatchObject([{ code: "out-of-range", path: "" }]);
    expect(problemsIn("{} // \ud800")).toMatchObject([{ code: "malformed", path: "" }]);
  });

  test("start in lower case and end without a full stop", () => {
    const samples = [
      messageOf({ values: { mqtt: { enable: true, ssl_ca_cert: "ca", pass: "x", ws_enable: true } } }),
      messageOf({ values: { mqtt1: { enable: true, server: "::1", will_message: "x", ssl_key: "k" } } }),
    ];
    for (const line of samples.join("\n").split("\n")) expect(line).toMatch(/^[a-z].*[^.]$/);
  });
});

describe("properties", () => {
  const scalar = fc.oneof(fc.boolean(), fc.double(), fc.integer(), fc.string(), fc.constant(null));
  const key = fc.constantFrom(
    "enable",
    "server",
    "pass",
    "keep_alive",
    "max_qos",
    "ssl_key",
    "doors",
    "id",
    "nope",
  );
  const section = fc.oneof(scalar, fc.dictionary(key, fc.oneof(scalar, fc.array(scalar))));
  const name = fc.constantFrom("mqtt", "mqtt1", "device", "app", "alarm", "door", "nope");

  test("any values give a config or a ConfigError with a problem", () => {
    fc.assert(
      fc.property(fc.dictionary(name, section), (values) => {
        const problems = problemsWith(values);
        const asText = problemsIn(JSON.stringify(values));
        for (const { path, code } of problems) expect(typeof path + typeof code).toBe("stringstring");
        if (problems.length === 0) expect(asText).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test("any text gives a config or a ConfigError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        problemsIn(text);
      }),
      { numRuns: 2000 },
    );
  });

  test("what is valid survives printing and reading", () => {
    const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
    const values = fc.record(
      {
        device: fc.record({ id: text.map((id) => id.replace(/[+#]/g, "").slice(0, 20).toWellFormed()) }),
        mqtt: fc.record({
          user: text,
          keep_alive: fc.integer({ min: 0, max: 65_535 }),
          reconnect_timeout_min: fc.double({ min: 0.01, max: 60, noNaN: true }),
          max_qos: fc.constantFrom(0, 1, 2),
          queue_qos0: fc.boolean(),
          early_publish: fc.boolean(),
        }),
        alarm: fc.record({ doors: fc.array(fc.constantFrom("a", "+/b", "#"), { maxLength: 64 }) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, (given) => {
        const config = loadConfig([{ values: given }]);
        expect(parseConfig(JSON.stringify(config, undefined, 2))).toEqual(config);
        expect(parseConfig(JSON.stringify(given))).toEqual(config);
      }),
    );
  });
});
