/** The way through a SOCKS5 proxy (RFC 1928, RFC 1929), as byte scripts. */

import { describe, expect, test } from "vitest";
import { TransportError } from "../../src/mqtt/errors.js";
import type { ProxyOptions } from "../../src/mqtt/ports.js";
import { socks5Address } from "../../src/transport/socks5-address.js";
import { Socks5Layer } from "../../src/transport/socks5-layer.js";
import { bytesFromHex, hexFromBytes } from "../mqtt/support/hex.js";
import { causeText, LayerRun, outcomeOfEverySplit } from "../support/layer-run.js";

const PROXY = { host: "proxy.example", port: 1080 };
const USER: ProxyOptions = { ...PROXY, userName: "ann", password: "s3cret" };
const TARGET = { host: "a.b", port: 1883 };
const CONNECT_REQUEST = "05 01 00 03 03 61 2e 62 07 5b";

function layer(proxy: ProxyOptions = PROXY, target = TARGET): Socks5Layer {
  return new Socks5Layer(proxy, target);
}

/** What becomes of these answers, however they are cut: state or cause, what was sent, what was left to others. */
function fateOf(answers: string, proxy?: ProxyOptions, target?: { host: string; port: number }) {
  const create = (): Socks5Layer => layer(proxy, target);
  const { state, sent, cause, left } = outcomeOfEverySplit(bytesFromHex(answers), create);
  return { end: cause === "" ? state : cause, sent, left };
}

describe("the methods that are offered", () => {
  test("are none but that without credentials when there are none (RFC 1928 section 3)", () => {
    expect(hexFromBytes(new LayerRun(layer()).takeSent())).toBe("05 01 00");
  });

  test("are both with credentials, which are not sent yet", () => {
    expect(hexFromBytes(new LayerRun(layer(USER)).takeSent())).toBe("05 02 00 02");
  });
});

describe("a proxy without credentials", () => {
  test("connects, however its answers are cut, and what follows is left to others", () => {
    expect(fateOf("05 00 05 00 00 01 0a 00 00 01 d4 31 20 02 00 00")).toEqual({
      end: "open",
      sent: `05 01 00 ${CONNECT_REQUEST}`,
      left: 4,
    });
  });

  test.each([
    ["IPv4", "01 00 00 00 00 00 00"],
    ["IPv6", "04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"],
    ["a name", '03 05 "proxy" 00 00'],
    ["an empty name", "03 00 00 00"],
    ["the longest name", `03 ff ${"61 ".repeat(255)}00 00`],
  ])("may name the address that it uses as %s (RFC 1928 section 6)", (_what, address) => {
    expect(fateOf(`05 00 05 00 00 ${address} 07`)).toEqual({
      end: "open",
      sent: `05 01 00 ${CONNECT_REQUEST}`,
      left: 1,
    });
  });

  test("may choose that too when credentials are there: they are not sent", () => {
    expect(fateOf("05 00", USER).sent).toBe(`05 02 00 02 ${CONNECT_REQUEST}`);
  });

  test("that wants credentials says so", () => {
    expect(fateOf("05 ff").end).toBe(
      "unauthorized [proxy]: the proxy wants a user and a password, as in socks5://user:pass@host:port",
    );
  });
});

describe("a proxy with user and password (RFC 1929)", () => {
  const credentials = "01 03 61 6e 6e 06 73 33 63 72 65 74";

  test("gets them once it has chosen them, and connects when it accepts them", () => {
    expect(fateOf("05 02 01 00 05 00 00 01 00 00 00 00 00 00", USER)).toEqual({
      end: "open",
      sent: `05 02 00 02 ${credentials} ${CONNECT_REQUEST}`,
      left: 0,
    });
  });

  test("gets an empty password when there is none", () => {
    expect(fateOf("05 02", { ...PROXY, userName: "ann" }).sent).toBe("05 02 00 02 01 03 61 6e 6e 00");
  });

  test("gets them as UTF-8", () => {
    expect(fateOf("05 02", { ...PROXY, userName: "ä", password: "€" }).sent).toBe(
      "05 02 00 02 01 02 c3 a4 03 e2 82 ac",
    );
  });

  test("that does not accept them says so, without telling them", () => {
    const { end, sent } = fateOf("05 02 01 01", USER);
    expect([end, sent]).toEqual([
      "unauthorized [proxy]: the proxy does not accept this user and password",
      `05 02 00 02 ${credentials}`,
    ]);
  });

  test.each([
    ["a user of 256 bytes", "u".repeat(256), "p"],
    ["a password of 256 bytes", "u", "p".repeat(256)],
    ["a user of 128 characters in 256 bytes", "ä".repeat(128), "p"],
    ["no user", "", "p"],
    ["a lone surrogate", "u", "\ud800"],
  ])("never gets %s", (_what, userName, password) => {
    const { end, sent } = fateOf("05 02", { ...PROXY, userName, password });
    expect([end.startsWith("invalid-credentials [proxy]: "), sent]).toEqual([true, "05 02 00 02"]);
    expect(end.includes("ppp") || end.includes("uuu")).toBe(false);
  });

  test("gets the longest that there are", () => {
    const { end, sent } = fateOf("05 02", { ...PROXY, userName: "u".repeat(255), password: "p".repeat(255) });
    expect([end, sent.split(" ").length]).toEqual(["opening", 4 + 3 + 255 + 255]);
  });

  test("and another version of their negotiation is refused", () => {
    expect(fateOf("05 02 05 00", USER).end).toBe(
      "protocol-violation [proxy]: the proxy answers user and password with another version",
    );
  });

  test("that takes neither method says so", () => {
    expect(fateOf("05 ff", USER).end).toBe(
      "no-method [proxy]: the proxy takes neither user and password nor none of both",
    );
  });
});

describe("a proxy that does not connect (RFC 1928 section 6)", () => {
  test.each([
    ["01", "general-failure", "it cannot connect, for no reason that it tells"],
    ["02", "not-allowed", "its rules do not allow this connection"],
    ["03", "network-unreachable", "the network cannot be reached"],
    ["04", "host-unreachable", "the host cannot be reached, or its name is not known"],
    ["05", "connection-refused", "the server refuses the connection"],
    ["06", "ttl-expired", "the way there is too long (TTL expired)"],
    ["07", "command-not-supported", "it does not know the command CONNECT"],
    ["08", "address-type-not-supported", "it does not know this type of address"],
    ["09", "unknown-reply", "the unknown reply 9"],
    ["ff", "unknown-reply", "the unknown reply 255"],
  ])("says %s: %s", (reply, code, text) => {
    const end = `${code} [proxy]: the proxy says of a.b port 1883: ${text}`;
    expect(fateOf(`05 00 05 ${reply} 00 01 00 00 00 00 00 00`).end).toBe(end);
    // Not every proxy says more.
    expect(fateOf(`05 00 05 ${reply}`).end).toBe(end);
  });
});

describe("something that is no SOCKS5 proxy", () => {
  const end = "not-socks5 [proxy]: what answers at the proxy's address does not speak SOCKS5";

  test.each([["48"], ["00 5a"], ["04 00"], ["15 03 01"], ["05 00 04"], ["05 00 04 00"]])(
    "is recognized by %s",
    (answer) => {
      const fate = fateOf(answer);
      // The version of a reply is looked at together with the reply.
      expect(fate.end).toBe(answer === "05 00 04" ? "opening" : end);
    },
  );

  test.each([
    ["a method that was not offered", "05 02", "the proxy has chosen method 2, which was not offered"],
    ["GSS-API", "05 01", "the proxy has chosen method 1, which was not offered"],
    ["a reserved byte", "05 00 05 00 01 01 00", "a reserved byte in the proxy's reply is not 0"],
    [
      "an unknown type of address",
      "05 00 05 00 00 02 00",
      "the proxy's reply has an address of the unknown type 2",
    ],
  ])("is recognized by %s", (_what, answer, text) => {
    expect(fateOf(answer).end).toBe(`protocol-violation [proxy]: ${text}`);
  });
});

describe("the server's address (RFC 1928 section 5)", () => {
  test.each([
    ["10.0.255.1", "01 0a 00 ff 01"],
    ["::", "04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"],
    ["::1", "04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01"],
    ["1::", "04 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00"],
    ["2001:DB8::8:800:200c:417a", "04 20 01 0d b8 00 00 00 00 00 08 08 00 20 0c 41 7a"],
    ["1:2:3:4:5:6:7:8", "04 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08"],
    ["1:2:3:4:5:6:7::", "04 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 00"],
    ["::ffff:192.0.2.1", "04 00 00 00 00 00 00 00 00 00 00 ff ff c0 00 02 01"],
    ["1:2:3:4:5:6:192.0.2.1", "04 00 01 00 02 00 03 00 04 00 05 00 06 c0 00 02 01"],
    ["fe80::1%eth0", "04 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01"],
    ["mqtt", "03 04 6d 71 74 74"],
    ["1.2.3", "03 05 31 2e 32 2e 33"],
    ["1.2.3.256", "03 09 31 2e 32 2e 33 2e 32 35 36"],
    ["1.2.3.04", "03 08 31 2e 32 2e 33 2e 30 34"],
    ["ä", "03 02 c3 a4"],
  ])("%s is %s", (host, expected) => {
    expect(hexFromBytes(socks5Address(host) as Uint8Array)).toBe(expected);
  });

  test.each([
    [""],
    ["a".repeat(256)],
    ["ä".repeat(128)],
    ["\ud800"],
    [":"],
    [":::"],
    ["1::2::3"],
    ["1:2:3:4:5:6:7"],
    ["1:2:3:4:5:6:7:8:9"],
    ["1:2:3:4:5:6:7:8::"],
    ["12345::"],
    ["g::"],
    ["1.2.3.4::"],
    ["::1.2.3.4:5"],
    ["::1.2.3"],
    [":1:2:3:4:5:6:7"],
    ["::1::"],
  ])("%j cannot be told to a proxy", (host) => {
    expect(socks5Address(host)).toBeUndefined();
    const { end, sent } = fateOf("05 00", PROXY, { host, port: 1 });
    expect([end.startsWith("invalid-host [proxy]: "), sent]).toEqual([true, "05 01 00"]);
  });

  test("may be a name of 255 bytes", () => {
    expect(socks5Address("a".repeat(255))?.length).toBe(257);
  });

  test("has the port in two bytes", () => {
    expect(fateOf("05 00", PROXY, { host: "a.b", port: 65_535 }).sent.endsWith("ff ff")).toBe(true);
    expect(fateOf("05 00", PROXY, { host: "a.b", port: 80 }).sent.endsWith("00 50")).toBe(true);
  });
});

describe("a stream that ends", () => {
  test("before it is open means that the proxy cannot be reached, whatever the config says of the server", () => {
    const { lost } = lostAfter(undefined, new Error("connect ECONNREFUSED"));
    expect(lost).toBe("unreachable [proxy]: the proxy proxy.example cannot be reached: connect ECONNREFUSED");
    const dns = new TransportError("dns", "no-address", "no address is known for proxy.example", "server");
    expect(lostAfter(undefined, dns).lost).toBe(
      "no-address [proxy]: the proxy proxy.example cannot be reached: no address is known for proxy.example",
    );
    expect(lostAfter(undefined, undefined).lost).toBe(
      "unreachable [proxy]: the proxy proxy.example cannot be reached",
    );
  });

  test("in the handshake is the proxy's doing", () => {
    expect(lostAfter("05", undefined).lost).toBe(
      "closed-in-handshake [proxy]: the proxy ended the connection in the handshake",
    );
    expect(lostAfter("05 00", new Error("reset")).lost).toBe(
      "closed-in-handshake [proxy]: the proxy ended the connection in the handshake: reset",
    );
  });

  test("after it is nobody's business here", () => {
    expect(lostAfter("05 00 05 00 00 03 00 00 00", new Error("reset")).lost).toBe("Error: reset");
    expect(lostAfter("05 00 05 00 00 03 00 00 00", undefined).lost).toBe("");
  });

  test("because it is given up sends nothing", () => {
    const given = layer();
    given.opened();
    given.close();
    given.close();
    given.lost(new Error("late"));
    expect([given.state, given.cause, given.nextTransmit(9), given.space(9).length]).toEqual([
      "closed",
      undefined,
      undefined,
      0,
    ]);
  });

  function lostAfter(answers: string | undefined, cause: unknown): { lost: string } {
    const socks = layer();
    if (answers === undefined) {
      socks.lost(cause);
    } else {
      const run = new LayerRun(socks);
      run.arrive(answers);
      run.lost(cause);
    }
    expect(socks.state).toBe("closed");
    return { lost: causeText(socks.cause) };
  }
});

test("requests go out in portions, each byte once", () => {
  const run = new LayerRun(layer(USER), 1);
  run.arrive("05 02 01 00");
  const whole = new LayerRun(layer(USER));
  whole.arrive("05 02 01 00");
  expect(run.takeSent()).toEqual(whole.takeSent());
});

test("an answer is not taken before the question has gone out", () => {
  const socks = layer(USER);
  socks.opened();
  expect(socks.space(2).length).toBe(0);
  socks.nextTransmit(3);
  expect(socks.space(2).length).toBe(0);
  socks.nextTransmit(3);
  expect(socks.space(2).length).toBe(2);
});

test("nothing behind the last answer is taken", () => {
  const run = new LayerRun(layer(USER));
  expect(run.arrive("05 02 01 00 05 00 00 01 00 00 00 00 00 00 20 02")).toBe(false);
  expect([run.outcome.state, run.outcome.left]).toEqual(["open", 2]);
});
