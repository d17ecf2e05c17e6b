/** Secrets: they never appear in problems, messages or printed configs, whatever is wrong around them. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.js";
import { maskUri } from "../../src/config/mask.js";
import { maskedConfig } from "../../src/config/masked-config.js";
import { parseAssignments, setByPath } from "../../src/config/path.js";
import { ConfigError } from "../../src/config/problem.js";
import { serverOptions } from "../../src/config/server-options.js";

const SECRET = "hunter2";
const HEX_SECRET = "c0ffee00c0ffee00";
const PEM = `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----\n`;

/** All that the error of `action` could make somebody print. */
function leaked(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError)
      return `${error.message}\n${String(error)}\n${JSON.stringify(error.problems)}`;
    throw error;
  }
  return "";
}

/** Config texts that are all wrong somehow, most of them where the secret is. */
const BAD_TEXTS = [
  `{"mqtt": {"pass": "${SECRET}"}}`,
  `{"mqtt": {"pass": "${SECRET}\\u0000", "user": "u"}}`,
  `{"mqtt": {"pass": ["${SECRET}"]}}`,
  `{"mqtt": {"pass": {"${"x"}": "${SECRET}"}}}`,
  `{"mqtt": {"pass": "${SECRET}", "pass": "${SECRET}"}}`,
  `{"mqtt": {"pass": ${SECRET}}}`,
  `{"mqtt": {"pass": '${SECRET}'}}`,
  `{"mqtt": {"pass": "${SECRET}}}`,
  `{"mqtt": {"pass": "${SECRET}\\q"}}`,
  `{"mqtt": {"pas": "${SECRET}"}}`,
  `{"mqtt": {"password": "${SECRET}"}}`,
  `{"mqtt": {"secret": ["${SECRET}"]}}`,
  `{"pass": "${SECRET}"}`,
  `{"mqtt.pass": "${SECRET}"}`,
  `{"mqtt": "${SECRET}"}`,
  `{"mqtt": ["${SECRET}"]}`,
  `"${SECRET}"`,
  `["${SECRET}"]`,
  `{"mqtt": {"user": "v", "server": "mqtt://u:x@a", "pass": "${SECRET}"}}`,
  `{"mqtt": {"server": "mqtt://u:${SECRET}@a", "pass": "other"}}`,
  `{"mqtt": {"server": "mqtt://:${SECRET}@a"}}`,
  `{"mqtt": {"server": "mqtt://u%00:${SECRET}@a"}}`,
  `{"mqtt": {"server": "mqtt://u:${SECRET}@a:0"}}`,
  `{"mqtt": {"server": "mqtt://u:${SECRET}@a@b"}}`,
  `{"mqtt": {"server": "mqtt://u:@${SECRET}@b"}}`,
  `{"mqtt": {"server": "mqtt://u:${SECRET}/x@b"}}`,
  `{"mqtt": {"server": "mqtt://u:x/${SECRET}@b"}}`,
  `{"mqtt": {"server": "mqtt://u:x?${SECRET}@b"}}`,
  `{"mqtt": {"server": "mqtt://u:x#${SECRET}@b"}}`,
  `{"mqtt": {"server": "mqtt://u:%${SECRET}@b"}}`,
  `{"mqtt": {"proxy": "socks5://u:${SECRET}@p:0"}}`,
  `{"mqtt": {"proxy": "socks5://u:${SECRET}/@p"}}`,
  `{"mqtt": {"proxy": "http://u:${SECRET}@p"}}`,
  `{"mqtt": {"proxy": "u:${SECRET}@p"}}`,
  `{"mqtt": {"proxy": "socks5://:${SECRET}@p"}}`,
  `{"mqtt": {"server": "mqtts://u:${SECRET}@a", "ssl_ca_cert": "*"}}`,
  `{"mqtt": {"server": "a", "ssl_ca_cert": "*", "user": "u", "pass": "${SECRET}"}}`,
  `{"mqtt": {"server": "mqtt://a?password=${SECRET}"}}`,
  `{"mqtt": {"server": "ws://a/b c?token=${SECRET}"}}`,
  `{"mqtt": {"server": "ws://a/b c?x@y=${SECRET}"}}`,
  `{"mqtt": {"server": "u:${SECRET}@a"}}`,
  `{"mqtt": {"server": "mqtt:/u:${SECRET}@a"}}`,
  `{"mqtt": {"server": "tcp://u:${SECRET}@a"}}`,
  `{"mqtt": {"server": ["mqtt://u:${SECRET}@a"]}}`,
  `{"mqtt": {"enable": true, "server": "mqtts://u:${SECRET}@a"}}`,
  `{"mqtt": {"ws_path": "mqtt://u:${SECRET}@a"}}`,
  `{"mqtt": {"enable": "mqtt://u:${SECRET}@a"}}`,
  `{"app": "mqtt://u:${SECRET}@a"}`,
  `{"mqtt": {"ssl_psk_key": "${SECRET}"}}`,
  `{"mqtt": {"ssl_psk_key": "${HEX_SECRET}"}}`,
  `{"mqtt": {"ssl_psk_key": "${HEX_SECRET}0"}}`,
  `{"mqtt": {"server": "mqtt://a", "ssl_psk_identity": "i", "ssl_psk_key": "${HEX_SECRET}"}}`,
  JSON.stringify({ mqtt: { enable: true, server: "a", ssl_cert: "c.pem", ssl_key: PEM } }),
  JSON.stringify({ mqtt: { enable: true, server: "a", ssl_cert: PEM, ssl_key: "k.pem" } }),
  JSON.stringify({ mqtt: { enable: true, server: "mqtt://a", ssl_ca_cert: PEM } }),
  JSON.stringify({ mqtt: { server: "mqtt://a", ssl_key: `${SECRET}${"0".repeat(40)}`, ssl_cert: "c" } }),
  JSON.stringify({ mqtt: { enable: PEM } }),
];

/** A valid config full of secrets. */
const GOOD = loadConfig([
  {
    values: {
      mqtt: {
        server: `mqtts://anna:${SECRET}@a:1883`,
        pass: SECRET,
        ssl_cert: "cert.pem",
        ssl_key: PEM,
        proxy: `socks5://anna:${SECRET}@proxy`,
        will_topic: "a:b@c?d",
      },
      mqtt1: {
        server: `wss://a/mqtt?token=${SECRET}`,
        ssl_psk_identity: "identity",
        ssl_psk_key: HEX_SECRET,
      },
    },
  },
]);

describe("problems", () => {
  test.each(BAD_TEXTS)("%s does not give the secret away", (text) => {
    const output = leaked(() => parseConfig(text, "a.json"));
    expect(output).not.toBe("");
    expect(output).not.toContain(SECRET);
    expect(output).not.toContain(HEX_SECRET);
  });

  test("a secret in a layer of values is not given away either, of whatever type", () => {
    for (const pass of [`${SECRET}\0`, [SECRET], { [SECRET]: 1 }, 7_777_777, true, null]) {
      const output = leaked(() => loadConfig([{ name: "--set", values: { mqtt: { pass } } }]));
      expect(output).not.toContain(SECRET);
      expect(output).not.toContain("7777777");
    }
  });

  test("a command line is not echoed", () => {
    const commands = [
      `mqtt.pas=${SECRET}`,
      `mqtt=${SECRET}`,
      `mqtt.pass:${SECRET}`,
      `mqtt.enable=u:${SECRET}@a`,
    ];
    for (const assignment of commands) {
      const output = leaked(() => parseAssignments([assignment]));
      expect(output).not.toBe("");
      expect(output).not.toContain(SECRET);
    }
    expect(leaked(() => setByPath({}, "mqtt.pas", SECRET))).not.toContain(SECRET);
  });

  test("options refused later do not give it away", () => {
    const section = { ...GOOD.mqtt, enable: true, ssl_ca_cert: "*", ssl_psk_key: HEX_SECRET };
    const output = leaked(() => serverOptions({ ...GOOD, mqtt: section }, "mqtt", "d"));
    expect(output).toContain("mqtt.ssl_psk_identity");
    expect(output).not.toContain(SECRET);
    expect(output).not.toContain(HEX_SECRET);
  });

  test("wherever the password of a URI has odd characters", () => {
    const odd = fc.array(fc.constantFrom(..."@:/?#%[] a".split(""), "://"), { maxLength: 6 });
    fc.assert(
      fc.property(odd, odd, fc.constantFrom("mqtt", "ws", "tcp"), (before, after, scheme) => {
        const server = `${scheme}://u:${before.join("")}${SECRET}${after.join("")}@host:0`;
        expect(maskUri(server)).not.toContain(SECRET);
        expect(leaked(() => loadConfig([{ values: { mqtt: { server } } }]))).not.toContain(SECRET);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the masked config", () => {
  test("holds no secret", () => {
    const printed = JSON.stringify(maskedConfig(GOOD));
    expect(JSON.stringify(GOOD)).toContain(SECRET);
    expect(printed).not.toContain(SECRET);
    expect(printed).not.toContain(HEX_SECRET);
  });

  test("shows that there is one, and all the rest", () => {
    expect(maskedConfig(GOOD)).toEqual({
      ...GOOD,
      mqtt: {
        ...GOOD.mqtt,
        server: "mqtts://anna:********@a:1883",
        pass: "********",
        ssl_key: "********",
        proxy: "socks5://anna:********@proxy",
      },
      mqtt1: { ...GOOD.mqtt1, server: "wss://a/mqtt?********", ssl_psk_key: "********" },
    });
  });

  test("shows a key's file name, and masks what is too long for one or has spaces", () => {
    const shownAs = (ssl_key: string) =>
      maskedConfig(loadConfig([{ values: { mqtt: { ssl_cert: "c", ssl_key } } }])).mqtt.ssl_key;
    for (const name of ["key.pem", "ATCA:0", "k".repeat(40)]) expect(shownAs(name)).toBe(name);
    for (const key of ["k".repeat(41), "a b", "a\nb", "ä"]) expect(shownAs(key)).toBe("********");
  });

  test("shows an empty secret as empty, so that one sees it is not set", () => {
    expect(maskedConfig(parseConfig("{}"))).toEqual(parseConfig("{}"));
  });
});

describe("a URI", () => {
  test.each([
    ["host", "host"],
    ["host:1883", "host:1883"],
    ["[::1]:1883", "[::1]:1883"],
    ["mqtt://host:1883", "mqtt://host:1883"],
    ["mqtt://u@host:1883", "mqtt://u@host:1883"],
    ["mqtt://u:@host", "mqtt://u:@host"],
    ["mqtt://u:p@host:1883", "mqtt://u:********@host:1883"],
    ["mqtt://u:p@q@host", "mqtt://u:********@host"],
    ["u:p@host", "u:********@host"],
    ["ws://host/p?t=1", "ws://host/p?********"],
    ["ws://u:p@host/p?t=1", "ws://u:********@host/p?********"],
    ["ws://u:p?q@host/p", "ws://********"],
  ])("%s is printed as %s", (text, masked) => {
    expect(maskUri(text)).toBe(masked);
  });
});
