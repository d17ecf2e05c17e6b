/** Keys that need or exclude one another. */

import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.js";
import { messageOf, problemsWith } from "./support.js";

/** The lines of the message, for `values`. */
function linesFor(values: unknown): readonly string[] {
  const message = messageOf({ values });
  return message === "" ? [] : message.split("\n");
}

const primary = { enable: true, server: "a" };

describe.each(["mqtt", "mqtt1"] as const)("in section %s", (name) => {
  /** The lines for `keys` in the section, which is enabled; a server is at hand for the backup. */
  function lines(keys: object): readonly string[] {
    return linesFor({ mqtt: primary, [name]: { ...primary, ...keys } });
  }

  test("an enabled server needs an address", () => {
    expect(lines({ server: "" })).toEqual([
      `${name}.server: expected host, host:port, [ipv6]:port, or a URI such as mqtt://user:pass@host:port, as enable is true, got ""`,
    ]);
  });

  test("a server that is not enabled needs none, but a bad one is still bad", () => {
    expect(linesFor({ [name]: { enable: false } })).toEqual([]);
    expect(linesFor({ [name]: { server: "a:0" } })).toEqual([
      `${name}.server: expected a port from 1 to 65535 after the colon, got "a:0"`,
    ]);
  });

  test("reconnect_timeout_min must not exceed reconnect_timeout_max", () => {
    expect(lines({ reconnect_timeout_min: 2, reconnect_timeout_max: 2 })).toEqual([]);
    expect(lines({ reconnect_timeout_min: 61 })).toEqual([
      `${name}.reconnect_timeout_min: expected at most reconnect_timeout_max, which is 60, got 61`,
    ]);
  });

  test("a password needs a user [MQTT-3.1.2-22]", () => {
    expect(lines({ user: "u", pass: "p" })).toEqual([]);
    expect(lines({ user: "u" })).toEqual([]);
    expect(lines({ pass: "p" })).toEqual([
      `${name}.pass: expected "" without a user [MQTT-3.1.2-22], got "********"`,
    ]);
    expect(lines({ server: "mqtt://:p@a" })).toEqual([
      `${name}.server: expected no password without a user [MQTT-3.1.2-22], got "mqtt://:********@a"`,
    ]);
  });

  test("user and password may be divided between URI and keys", () => {
    expect(lines({ server: "mqtt://u@a", pass: "p" })).toEqual([]);
    expect(lines({ server: "mqtt://:p@a", user: "u" })).toEqual([]);
  });

  test("user and password in the URI must not contradict the keys", () => {
    expect(lines({ server: "mqtt://u:p@a", user: "u", pass: "p" })).toEqual([]);
    expect(lines({ server: "mqtt://u:p@a", user: "v", pass: "q" })).toEqual([
      `${name}.user: expected "" or the same user as in server, got "v"`,
      `${name}.pass: expected "" or the same password as in server, got "********"`,
    ]);
  });

  test("user and password in the URI are under the rules of all strings [MQTT-1.5.3-2]", () => {
    expect(lines({ server: "mqtt://u%00:p@a" })).toEqual([
      `${name}.server: expected in user and password a text without U+0000 [MQTT-1.5.3-2], got "mqtt://u%00:********@a"`,
    ]);
  });

  test("a will message needs a will topic", () => {
    expect(lines({ will_topic: "t" })).toEqual([]);
    expect(lines({ will_topic: "t", will_message: "m" })).toEqual([]);
    expect(lines({ will_message: "m" })).toEqual([
      `${name}.will_message: expected "" without will_topic, got "m"`,
    ]);
  });

  test("the will's QoS must not exceed max_qos", () => {
    expect(lines({ will_topic: "t", will_qos: 1, max_qos: 1 })).toEqual([]);
    expect(lines({ will_topic: "t", will_qos: 2, max_qos: 1 })).toEqual([
      `${name}.will_qos: expected at most max_qos, which is 1, got 2`,
    ]);
  });

  test("client certificate and key, PSK identity and key, come in pairs", () => {
    const missing = (keys: object) => linesFor({ [name]: { server: "a", ...keys } });
    expect(missing({ ssl_ca_cert: "a", ssl_cert: "c", ssl_key: "k" })).toEqual([]);
    expect(missing({ ssl_psk_identity: "i", ssl_psk_key: "00" })).toEqual([]);
    expect(missing({ ssl_cert: "c" })).toEqual([
      `${name}.ssl_key: expected a value, as ssl_cert is set, got ""`,
    ]);
    expect(missing({ ssl_key: "k" })).toEqual([
      `${name}.ssl_cert: expected a value, as ssl_key is set, got ""`,
    ]);
    expect(missing({ ssl_psk_identity: "i" })).toEqual([
      `${name}.ssl_psk_key: expected a value, as ssl_psk_identity is set, got ""`,
    ]);
    expect(missing({ ssl_psk_key: "00" })).toEqual([
      `${name}.ssl_psk_identity: expected a value, as ssl_psk_key is set, got ""`,
    ]);
  });

  test("a URI without TLS must not come with keys for TLS", () => {
    const certificates = { ssl_ca_cert: "ca", ssl_cert: "c", ssl_key: "k" };
    const psk = { ssl_psk_identity: "i", ssl_psk_key: "00" };
    for (const scheme of ["mqtt", "ws"]) {
      expect([
        ...linesFor({ [name]: { server: `${scheme}://a`, ...certificates } }),
        ...linesFor({ [name]: { server: `${scheme}://a`, ...psk } }),
      ]).toEqual([
        `${name}.ssl_ca_cert: expected "" with a server of ${scheme}://, which is without TLS, got "ca"`,
        `${name}.ssl_cert: expected "" with a server of ${scheme}://, which is without TLS, got "c"`,
        `${name}.ssl_key: expected "" with a server of ${scheme}://, which is without TLS, got "k"`,
        `${name}.ssl_psk_identity: expected "" with a server of ${scheme}://, which is without TLS, got "i"`,
        `${name}.ssl_psk_key: expected "" with a server of ${scheme}://, which is without TLS, got "********"`,
      ]);
    }
    for (const server of ["a", "mqtts://a", "wss://a"]) {
      expect(linesFor({ [name]: { server, ...certificates } })).toEqual([]);
      expect(linesFor({ [name]: { server, ...psk } })).toEqual([]);
    }
  });

  test("ws_enable and ws_path must not contradict the URI", () => {
    const off = (keys: object) => linesFor({ [name]: keys });
    expect(off({ server: "ws://a/x", ws_enable: true })).toEqual([]);
    expect(off({ server: "ws://a/x", ws_path: "/x" })).toEqual([]);
    expect(off({ server: "wss://a", ssl_ca_cert: "ca", ws_path: "/x" })).toEqual([]);
    expect(off({ server: "mqtt://a", ws_enable: true })).toEqual([
      `${name}.ws_enable: expected false with a server of mqtt://, got true`,
    ]);
    expect(off({ server: "ws://a/x", ws_path: "/y" })).toEqual([
      `${name}.ws_path: expected the same path as in server, or none there, got "/y"`,
    ]);
  });

  test.each([[{ server: "mqtts://a" }], [{ server: "wss://a" }], [{ ssl_cert: "c", ssl_key: "k" }]])(
    "with TLS somebody must vouch for the server: %j",
    (keys) => {
      const missing =
        `${name}.ssl_ca_cert: expected the certificates of the authorities that vouch for the server, ` +
        'or a pre-shared key, as TLS is asked for, got ""';
      expect(lines(keys)).toEqual([missing]);
      expect(lines({ ...keys, ssl_ca_cert: "ca.pem" })).toEqual([]);
      expect(linesFor({ [name]: { server: "a", ...keys } })).toEqual([]);
    },
  );

  test("a pre-shared key takes the place of certificates", () => {
    const why = "a pre-shared key takes the place of certificates";
    const psk = { ssl_psk_identity: "i", ssl_psk_key: "00" };
    expect(lines({ ...psk, ssl_ca_cert: "ca", ssl_cert: "c", ssl_key: "k" })).toEqual([
      `${name}.ssl_ca_cert: expected "" with ssl_psk_identity: ${why}, got "ca"`,
      `${name}.ssl_cert: expected "" with ssl_psk_identity: ${why}, got "c"`,
    ]);
  });

  test("credentials are not for a server that nobody vouched for", () => {
    const why = 'with ssl_ca_cert "*": it is never sent to a server that nobody vouched for';
    expect(lines({ ssl_ca_cert: "*" })).toEqual([]);
    expect(
      lines({ ssl_ca_cert: "*", user: "u", pass: "p", client_id: "me", ssl_cert: "c", ssl_key: "k" }),
    ).toEqual([
      `${name}.user: expected "" ${why}, got "u"`,
      `${name}.pass: expected "" ${why}, got "********"`,
      `${name}.client_id: expected "" ${why}, got "me"`,
      `${name}.ssl_cert: expected "" ${why}, got "c"`,
    ]);
    expect(lines({ ssl_ca_cert: "*", server: "mqtts://u:p@a" })).toEqual([
      `${name}.server: expected no user and password ${why}, got "mqtts://u:********@a"`,
    ]);
    expect(lines({ ssl_ca_cert: "*", clean_session: false })).toEqual([
      `${name}.clean_session: expected true with ssl_ca_cert "*": no client identifier is sent [MQTT-3.1.3-7], got false`,
    ]);
  });

  test("only known cipher suites, and only those of the key exchange at hand", () => {
    const ca = { ssl_ca_cert: "ca" };
    const psk = { ssl_psk_identity: "i", ssl_psk_key: "00" };
    expect(lines({ ...psk, ssl_cipher_suites: "TLS_PSK_WITH_AES_128_GCM_SHA256" })).toEqual([]);
    expect(lines({ ...psk, ssl_cipher_suites: "TLS-PSK-WITH-AES-128-CBC-SHA256" })).toEqual([]);
    expect(lines({ ...ca, ssl_cipher_suites: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" })).toEqual([]);
    expect(lines({ ...ca, ssl_cipher_suites: "TLS_PSK_WITH_AES_128_GCM_SHA256" })).toEqual([
      `${name}.ssl_cipher_suites: expected with certificates only of TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, got "TLS_PSK_WITH_AES_128_GCM_SHA256"`,
    ]);
    for (const bad of [
      "x",
      ",",
      "TLS_PSK_WITH_AES_128_GCM_SHA256,x",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ]) {
      expect(lines({ ...psk, ssl_cipher_suites: bad })).toEqual([
        `${name}.ssl_cipher_suites: expected with a pre-shared key only of TLS_PSK_WITH_AES_128_GCM_SHA256, TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256, TLS_PSK_WITH_AES_128_CBC_SHA256, got "${bad}"`,
      ]);
    }
  });

  test("cipher suites and application protocol are nothing without TLS", () => {
    expect(lines({ ssl_cipher_suites: "TLS_PSK_WITH_AES_128_GCM_SHA256", ssl_alpn: "mqtt" })).toEqual([
      expect.stringContaining(`${name}.ssl_cipher_suites: expected with certificates only`),
      `${name}.ssl_alpn: expected "" without TLS, got "mqtt"`,
    ]);
    expect(lines({ ssl_cipher_suites: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" })).toEqual([
      `${name}.ssl_cipher_suites: expected "" without TLS, got "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"`,
    ]);
    expect(lines({ ssl_ca_cert: "ca", ssl_alpn: "mqtt" })).toEqual([]);
  });

  test("a proxy has the form of a URI", () => {
    expect(lines({ proxy: "socks5://u:p@proxy:1080" })).toEqual([]);
    expect(lines({ proxy: "socks5://u:p@proxy:0" })).toEqual([
      `${name}.proxy: expected a port from 1 to 65535 after the colon, got "socks5://u:********@proxy:0"`,
    ]);
  });

  test("keys of Mongoose that have no effect are no problem", () => {
    expect(lines({ cloud_events: false, debug_use_log_level: true, ws_path: "/x" })).toEqual([]);
  });

  test("clean_session may be false with an empty client_id, since the device id is used then", () => {
    expect(lines({ clean_session: false })).toEqual([]);
  });

  test("a key that is bad by itself is not judged with others", () => {
    expect(lines({ server: 5, user: 1, pass: "p" })).toHaveLength(2);
    expect(lines({ reconnect_timeout_min: 100, reconnect_timeout_max: "x" })).toHaveLength(1);
    expect(lines({ ssl_psk_identity: "i", ssl_psk_key: "abc" }).map((line) => line.split(":")[0])).toEqual([
      `${name}.ssl_psk_key`,
    ]);
  });
});

describe("the whole", () => {
  test("a backup needs a primary", () => {
    expect(linesFor({ mqtt1: primary })).toEqual([
      "mqtt1.enable: expected false while mqtt.enable is false: a backup needs a primary, got true",
    ]);
    expect(linesFor({ mqtt: primary, mqtt1: primary })).toEqual([]);
    expect(linesFor({ mqtt: { enable: "x" }, mqtt1: primary })).toHaveLength(1);
    expect(linesFor({ mqtt: 1, mqtt1: primary })).toHaveLength(1);
  });

  test("an alarm needs a door", () => {
    expect(linesFor({ app: "alarm" })).toEqual([
      "alarm.doors: expected at least one topic filter, as app is alarm, got []",
    ]);
    expect(linesFor({ app: "alarm", alarm: { doors: ["+/door/state"] } })).toEqual([]);
    expect(linesFor({ app: "alarm", alarm: { doors: "a" } })).toHaveLength(1);
    expect(linesFor({ app: "alarm", alarm: { doors: ["a", 1] } })).toHaveLength(1);
    expect(linesFor({ app: "door-sensor" })).toEqual([]);
  });

  test("the topics of an app must differ", () => {
    expect(linesFor({ door: { state_topic: "t", event_topic: "t", status_topic: "s" } })).toEqual([
      'door.event_topic: expected another topic than state_topic, got "t"',
    ]);
    expect(linesFor({ alarm: { command_topic: "t", state_topic: "u", status_topic: "t" } })).toEqual([
      'alarm.status_topic: expected another topic than command_topic, got "t"',
    ]);
  });

  test("problems of many kinds come together", () => {
    const codes = problemsWith({
      mqtt: { enable: true, server: "mqtt://u:p@a", user: "v", reconnect_timeout_min: 99, ws_enable: true },
      mqtt1: { enable: true, will_message: "x", keep_alive: -1, max_qos: "1", srever: "b" },
      app: "alarm",
    }).map(({ code, path }) => `${path} ${code}`);
    expect(codes).toEqual([
      "mqtt1.keep_alive out-of-range",
      "mqtt1.max_qos wrong-type",
      "mqtt1.srever unknown-key",
      "mqtt.reconnect_timeout_min contradiction",
      "mqtt.user contradiction",
      "mqtt.ws_enable contradiction",
      "mqtt1.server missing",
      "mqtt1.will_message contradiction",
      "alarm.doors missing",
    ]);
  });

  test("a problem of the whole says where the value in force stands", () => {
    const text = '{\n  "mqtt": {\n    "pass": "geheim"\n  }\n}';
    expect(messageOf({ name: "a.json", text })).toBe(
      'a.json:3:5: mqtt.pass: expected "" without a user [MQTT-3.1.2-22], got "********"',
    );
    expect(() => parseConfig(text)).toThrow("line 3, column 5: mqtt.pass");
  });
});

describe("the board and its applications", () => {
  test("a Wi-Fi password needs a name, and a second network a first one", () => {
    expect(linesFor({ wifi: { sta: { ssid: "home" }, sta1: { ssid: "cafe" } } })).toEqual([]);
    expect(linesFor({ wifi: { sta: { pass: "long enough" } } })).toEqual([
      'wifi.sta.ssid: expected a name, as pass is set, got ""',
    ]);
    expect(linesFor({ wifi: { sta1: { ssid: "cafe" } } })).toEqual([
      'wifi.sta.ssid: expected a name, as wifi.sta1.ssid is set, got ""',
    ]);
  });

  test("a Wi-Fi password is a secret, and not too short", () => {
    expect(linesFor({ wifi: { sta: { ssid: "home", pass: "short" } } })).toEqual([
      'wifi.sta.pass: expected a password of 8 characters or more, or none for an open network, got "********"',
    ]);
  });

  test("a climate sensor reads at least as often as it reports, and its slope is not 0", () => {
    expect(linesFor({ climate: { interval: 60, report_interval: 60 } })).toEqual([]);
    expect(linesFor({ climate: { interval: 61, report_interval: 60 } })).toEqual([
      "climate.report_interval: expected at least interval, which is 61, got 60",
    ]);
    expect(linesFor({ climate: { analog_slope: 0 } })).toEqual([
      "climate.analog_slope: expected a number but 0, got 0",
    ]);
    expect(linesFor({ climate: { topic: "a", status_topic: "a" } })).toEqual([
      'climate.status_topic: expected another topic than topic, got "a"',
    ]);
  });

  test("require_time is supported", () => {
    expect(linesFor({ mqtt: { ...primary, require_time: true } })).toEqual([]);
  });
});
