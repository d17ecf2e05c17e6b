/** Server addresses: every form that people write, and where it leads. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProxyAddress, parseServerAddress } from "../../src/config/server-address.js";

const HOST = "a host name of letters, digits, -, _ and dots, or an IP address";
const PORT = "a port from 1 to 65535 after the colon";
const IPV6 = "an IPv6 address in brackets, such as [2001:db8::1]";
const ONE_COLON = "one colon, before the port, or an IPv6 address in brackets, such as [2001:db8::1]:1883";
const NO_PATH = "host, host:port, [ipv6]:port or a URI, without a path";
const ENCODED = "%2F for /, %3F for ? and %23 for # in user and password";

describe("an address", () => {
  test.each([
    ["broker", { host: "broker" }],
    ["broker.example.com", { host: "broker.example.com" }],
    ["broker.example.com.", { host: "broker.example.com." }],
    ["my_broker-1:1884", { host: "my_broker-1", port: 1884 }],
    ["localhost:1", { host: "localhost", port: 1 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["192.168.1.10", { host: "192.168.1.10" }],
    ["192.168.1.10:8883", { host: "192.168.1.10", port: 8883 }],
    ["[::1]", { host: "::1" }],
    ["[2001:db8::1]:1884", { host: "2001:db8::1", port: 1884 }],
    ["[::ffff:192.0.2.1]", { host: "::ffff:192.0.2.1" }],
    ["mqtt://broker", { scheme: "mqtt", host: "broker" }],
    ["MQTT://Broker:1884/", { scheme: "mqtt", host: "Broker", port: 1884 }],
    ["mqtts://broker", { scheme: "mqtts", host: "broker" }],
    ["mqtt://[::1]:1884", { scheme: "mqtt", host: "::1", port: 1884 }],
    ["mqtt://anna@broker", { scheme: "mqtt", host: "broker", userName: "anna" }],
    ["mqtt://anna:@broker", { scheme: "mqtt", host: "broker", userName: "anna" }],
    ["mqtt://@broker", { scheme: "mqtt", host: "broker" }],
    ["mqtt://:geheim@broker", { scheme: "mqtt", host: "broker", password: "geheim" }],
    [
      "mqtt://anna:geheim@broker:1884",
      { scheme: "mqtt", host: "broker", port: 1884, userName: "anna", password: "geheim" },
    ],
    ["mqtt://a:b:c@broker", { scheme: "mqtt", host: "broker", userName: "a", password: "b:c" }],
    [
      "mqtt://a%40b:%2F%3A%C3%A9%25@[::1]",
      { scheme: "mqtt", host: "::1", userName: "a@b", password: "/:é%" },
    ],
    ["ws://broker", { scheme: "ws", host: "broker" }],
    ["ws://broker/", { scheme: "ws", host: "broker" }],
    [
      "wss://u:p@broker:444/mqtt?x=1",
      { scheme: "wss", host: "broker", port: 444, userName: "u", password: "p", path: "/mqtt?x=1" },
    ],
  ])("%s", (text, expected) => {
    expect(parseServerAddress(text)).toEqual(expected);
  });
});

describe("no address, with advice", () => {
  test.each([
    ["", HOST],
    [" ", HOST],
    ["my broker", HOST],
    ["bröker", HOST],
    ["-broker", HOST],
    ["broker-.local", HOST],
    ["a..b", HOST],
    [".", HOST],
    ["a".repeat(64), HOST],
    [`${"a.".repeat(127)}aa`, HOST],
    ["300.1.1.1", HOST],
    ["192.168.1", HOST],
    ["01.2.3.4", HOST],
    ["1883", HOST],
    [":1883", HOST],
    ["broker:", PORT],
    ["broker:0", PORT],
    ["broker:65536", PORT],
    ["broker:123456", PORT],
    ["broker:+1", PORT],
    ["broker:1e3", PORT],
    ["broker:mqtt", PORT],
    ["::1", ONE_COLON],
    ["2001:db8::1", ONE_COLON],
    ["2001:db8::1:1883", ONE_COLON],
    ["broker:1883:1884", ONE_COLON],
    ["[::1", IPV6],
    ["[]", IPV6],
    ["[broker]:1883", IPV6],
    ["[192.168.1.1]", IPV6],
    ["[fe80::1%eth0]", IPV6],
    ["[1:2:3:4:5:6:7]", IPV6],
    ["[1:2:3:4:5:6:7:8:9]", IPV6],
    ["[1::2::3]", IPV6],
    ["[12345::]", IPV6],
    ["[::1]1883", PORT],
    ["[::1]:", PORT],
    ["broker/mqtt", NO_PATH],
    ["broker:1883/", NO_PATH],
    ["anna:geheim@broker", "user and password in the keys user and pass, or in a URI: mqtt://user:pass@host"],
    ["tcp://broker", "one of the schemes mqtt, mqtts, ws, wss"],
    ["http://broker", "one of the schemes mqtt, mqtts, ws, wss"],
    ["://broker", "one of the schemes mqtt, mqtts, ws, wss"],
    ["mqtt://", HOST],
    ["mqtt://anna@", HOST],
    ["mqtt://broker:99999", PORT],
    ["mqtt://broker/path", "nothing after the port of a mqtt URI"],
    ["mqtts://broker?x", "nothing after the port of a mqtts URI"],
    ["mqtt://broker#x", "nothing after the port of a mqtt URI"],
    ["ws://broker?x", "a path that starts with /, of printable ASCII without #"],
    ["ws://broker/a b", "a path that starts with /, of printable ASCII without #"],
    ["ws://broker/a#b", "a path that starts with /, of printable ASCII without #"],
    ["mqtt://anna:ge@heim@broker", "%40 for @ in user and password"],
    ["mqtt://anna:ge/heim@broker", ENCODED],
    ["mqtt://anna:ge?heim@broker", ENCODED],
    ["mqtt://anna:ge#heim@broker", ENCODED],
    ["mqtt://anna:50%@broker", "user and password percent-encoded, %25 for % itself"],
    ["mqtt://anna:%ff@broker", "user and password percent-encoded, %25 for % itself"],
  ])("%j", (text, expected) => {
    expect(parseServerAddress(text)).toEqual({ expected });
  });
});

describe("the address of a proxy", () => {
  test.each([
    ["socks5://proxy", { host: "proxy", port: 1080 }],
    ["SOCKS5://proxy:1/", { host: "proxy", port: 1 }],
    ["socks5://[2001:db8::1]:1081", { host: "2001:db8::1", port: 1081 }],
    ["socks5://u:p%40@proxy", { host: "proxy", port: 1080, userName: "u", password: "p@" }],
  ])("%j", (text, expected) => {
    expect(parseProxyAddress(text)).toEqual(expected);
  });

  const FORM = "socks5://host:port or socks5://user:pass@host:port";
  test.each([
    ["proxy:1080", FORM],
    ["http://proxy", FORM],
    ["socks4://proxy", FORM],
    ["socks5://proxy/x", "nothing after the port; %2F for / in user and password"],
    ["socks5://u:p/w@proxy", "nothing after the port; %2F for / in user and password"],
    ["socks5://proxy:0", "a port from 1 to 65535 after the colon"],
    ["socks5://u@proxy", "both user and password, of at most 255 bytes each, or neither"],
    ["socks5://:p@proxy", "both user and password, of at most 255 bytes each, or neither"],
    [
      `socks5://u:${"%C3%A9".repeat(128)}@proxy`,
      "both user and password, of at most 255 bytes each, or neither",
    ],
    ["socks5://a@b@proxy", "%40 for @ in user and password"],
  ])("%j is refused: expected %s", (text, expected) => {
    expect(parseProxyAddress(text)).toEqual({ expected });
  });

  test("user and password of 255 bytes are the longest (RFC 1929)", () => {
    const password = "é".repeat(127);
    expect(parseProxyAddress(`socks5://${"u".repeat(255)}:${encodeURIComponent(password)}@p`)).toEqual({
      host: "p",
      port: 1080,
      userName: "u".repeat(255),
      password,
    });
  });
});

describe("properties", () => {
  test("any text gives an address or advice, and never throws", () => {
    const piece = fc.constantFrom(..."[]:/@?#%.+- a1é".split(""), "mqtt://", "::", "ws", "1883", "%40");
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const result = parseServerAddress(candidate);
        if ("expected" in result) expect(result.expected).not.toBe("");
        else expect(result.host).toMatch(/^[\w.:-]+$/);
      }),
      { numRuns: 5000 },
    );
  });

  test("any user and password survive percent-encoding", () => {
    const part = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 1, max: 65_535 }), (userName, password, port) => {
        const uri = `mqtt://${encodeURIComponent(userName)}:${encodeURIComponent(password)}@broker:${port}`;
        expect(parseServerAddress(uri)).toEqual({ scheme: "mqtt", host: "broker", port, userName, password });
      }),
    );
  });
});
