/** The opening handshake of WebSocket (RFC 6455 section 4), as byte scripts. */

import { describe, expect, test } from "vitest";
import type { WebSocketTarget } from "../../src/transport/websocket/target.js";
import { WebSocketLayer } from "../../src/transport/websocket/websocket-layer.js";
import { bytesFromHex, joined } from "../mqtt/support/hex.js";
import { causeText, LayerRun, outcomeOfEverySplit } from "../support/layer-run.js";
import {
  GOOD_FIELDS,
  latin1,
  response,
  responseWith,
  SAMPLE_ACCEPT,
  SampleCrypto,
} from "../support/websocket-bytes.js";

const TARGET: WebSocketTarget = { host: "broker.example", port: 80, path: "/mqtt", secure: false };

function layer(target: Partial<WebSocketTarget> = {}): WebSocketLayer {
  return new WebSocketLayer({ ...TARGET, ...target }, new SampleCrypto());
}

function requestTo(target: Partial<WebSocketTarget>): string[] {
  const run = new LayerRun(layer(target));
  return String.fromCharCode(...run.takeSent()).split("\r\n");
}

/** `state`, or `code [key]: message` when it is closed. */
function answerTo(bytes: Uint8Array): string {
  const { state, cause } = outcomeOfEverySplit(bytes, layer);
  return state === "closed" ? cause : state;
}

describe("the request", () => {
  test("is complete, and offers mqtt [MQTT-6.0.0-3] (RFC 6455 section 4.1)", () => {
    const crypto = new SampleCrypto();
    const run = new LayerRun(new WebSocketLayer(TARGET, crypto));
    expect(String.fromCharCode(...run.takeSent())).toBe(
      "GET /mqtt HTTP/1.1\r\nHost: broker.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Protocol: mqtt\r\n\r\n",
    );
    expect([crypto.asked, crypto.hashed]).toEqual([
      [16],
      "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
    ]);
  });

  test("goes out in portions, each byte once", () => {
    const run = new LayerRun(layer(), 7);
    expect(run.takeSent()).toEqual(new LayerRun(layer()).takeSent());
  });

  test.each([
    ["b.example", 80, false, "b.example"],
    ["b.example", 443, true, "b.example"],
    ["b.example", 443, false, "b.example:443"],
    ["b.example", 80, true, "b.example:80"],
    ["10.0.0.1", 8083, false, "10.0.0.1:8083"],
    ["fe80::1", 80, false, "[fe80::1]"],
    ["fe80::1%eth0", 9001, false, "[fe80::1]:9001"],
  ])("Host for %s, port %d, TLS %j is %s", (host, port, secure, expected) => {
    expect(requestTo({ host, port, secure })[1]).toBe(`Host: ${expected}`);
  });

  test("is followed by no reading before all of it has gone out", () => {
    const handshake = layer();
    handshake.opened();
    handshake.nextTransmit(100);
    expect(handshake.space(4).length).toBe(0);
    handshake.nextTransmit(1_000);
    expect(handshake.space(4).length).toBe(4);
  });

  test("has path and query as they are", () => {
    expect(requestTo({ path: "/a/b?c=%20&d" })[0]).toBe("GET /a/b?c=%20&d HTTP/1.1");
  });

  test.each([
    ["", "ws_path"],
    ["mqtt", "ws_path"],
    ["/a b", "ws_path"],
    ["/a\r\nX: y", "ws_path"],
    ["/a#b", "ws_path"],
    ["/ä", "ws_path"],
  ])("is not made with the path %j", (path, key) => {
    const run = new LayerRun(layer({ path }));
    expect([
      run.outcome.state,
      run.outcome.sent,
      run.outcome.cause.startsWith(`invalid-path [${key}]`),
    ]).toEqual(["closed", "", true]);
  });

  test.each([["bröker.example"], ["a\r\nb"], [""], ["a b"]])("is not made for the host %j", (host) => {
    const run = new LayerRun(layer({ host }));
    expect([
      run.outcome.state,
      run.outcome.sent,
      run.outcome.cause.startsWith("invalid-host [server]"),
    ]).toEqual(["closed", "", true]);
  });
});

describe("a good response", () => {
  test("opens the layer, however it is cut", () => {
    expect(answerTo(response())).toBe("open");
  });

  test("may name its fields and values in any case, in any order, among others", () => {
    const fields = [
      "server: x",
      "SEC-WEBSOCKET-PROTOCOL: \t mqtt \t",
      "Set-Cookie: a=b; c",
      "connection: Keep-Alive,\tUPGRADE ,",
      "X-Empty:",
      "uPGRADE:WebSocket",
      `Sec-Websocket-accept:   ${SAMPLE_ACCEPT}`,
      "X-Latin: \xe4\xff",
    ];
    expect(answerTo(response("HTTP/1.1 101 ", fields))).toBe("open");
    expect(answerTo(response("HTTP/1.1 101", fields))).toBe("open");
  });

  test("may spread its connection tokens over several fields (RFC 9110 section 5.3)", () => {
    expect(answerTo(response(undefined, ["Connection: keep-alive", ...GOOD_FIELDS]))).toBe("open");
  });

  test("may come after interim ones (RFC 9110 section 15.2)", () => {
    const interim = response("HTTP/1.1 103 Early Hints", ["Link: </a>", "Upgrade: other"]);
    expect(answerTo(joined([interim, response("HTTP/1.1 100 Continue", []), response()]))).toBe("open");
  });

  test("may have long fields that do not matter", () => {
    expect(answerTo(response(undefined, [`X-Policy: ${"x".repeat(600)}`, ...GOOD_FIELDS]))).toBe("open");
  });

  test("leaves the bytes behind it to the frames", () => {
    const outcome = outcomeOfEverySplit(joined([response(), bytesFromHex("82 02 20 02 82 02 00 00")]), layer);
    expect([outcome.state, outcome.received, outcome.left]).toEqual(["open", "20 02 00 00", 0]);
  });
});

describe("a response is refused", () => {
  test.each([
    ["Upgrade: http/2", "not-websocket [server]"],
    ["Upgrade: websocket, websocket", "not-websocket [server]"],
    ["Upgrade:", "not-websocket [server]"],
    ["Connection: close", "not-websocket [server]"],
    ["Connection: upgraded", "not-websocket [server]"],
    ["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=", "wrong-accept [server]"],
    [`Sec-WebSocket-Accept: ${SAMPLE_ACCEPT.toLowerCase()}`, "wrong-accept [server]"],
    [`Sec-WebSocket-Accept: ${SAMPLE_ACCEPT}\xa0`, "wrong-accept [server]"],
    ["Sec-WebSocket-Accept:", "wrong-accept [server]"],
    ["Sec-WebSocket-Extensions: permessage-deflate", "unknown-extension [server]"],
    ["Sec-WebSocket-Protocol: mqttv3.1", "not-mqtt [ws_path]"],
    ["Sec-WebSocket-Protocol: MQTT", "not-mqtt [ws_path]"],
    ["Sec-WebSocket-Protocol: mqtt, mqtt", "not-mqtt [ws_path]"],
    ["Sec-WebSocket-Protocol:", "not-mqtt [ws_path]"],
  ])("with %s (RFC 6455 section 4.1, MQTT-6.0.0-4)", (field, expected) => {
    expect(answerTo(responseWith(field)).startsWith(`${expected}: `)).toBe(true);
  });

  test.each([
    ["Upgrade", "not-websocket [server]"],
    ["Connection", "not-websocket [server]"],
    ["Sec-WebSocket-Accept", "wrong-accept [server]"],
    ["Sec-WebSocket-Protocol", "not-mqtt [ws_path]"],
  ])("without %s", (name, expected) => {
    const fields = GOOD_FIELDS.filter((field) => !field.startsWith(name));
    expect(answerTo(response(undefined, fields)).startsWith(`${expected}: `)).toBe(true);
  });

  test.each([["Sec-WebSocket-Accept"], ["Sec-WebSocket-Protocol"]])(
    "with %s twice (section 11.3)",
    (name) => {
      const again = GOOD_FIELDS.filter((field) => field.startsWith(name));
      expect(answerTo(response(undefined, [...GOOD_FIELDS, ...again]))).not.toBe("open");
    },
  );

  test.each([
    ["HTTP/1.1 200 OK", "not-websocket [ws_path]"],
    ["HTTP/1.1 301 Moved Permanently", "redirected [server]"],
    ["HTTP/1.1 308 Permanent Redirect", "redirected [server]"],
    ["HTTP/1.0 400 Bad Request", "refused [ws_path]"],
    ["HTTP/1.1 401 Unauthorized", "unauthorized [user]"],
    ["HTTP/1.1 403 Forbidden", "forbidden [ws_path]"],
    ["HTTP/1.1 404 Not Found", "not-found [ws_path]"],
    ["HTTP/1.1 426", "refused [ws_path]"],
    ["HTTP/1.1 503 Service Unavailable", "server-failed [server]"],
    ["HTTP/1.0 101 Switching Protocols", "malformed-response [server]"],
  ])("of %s, whatever else it says", (status, expected) => {
    const bytes = joined([response(status), latin1("<html>not read</html>")]);
    expect(answerTo(bytes).startsWith(`${expected}: `)).toBe(true);
  });

  test("of a redirection with the place it names, without its query, in which there may be secrets", () => {
    const bytes = response("HTTP/1.1 302 Found", ["Location: https://b.example/mqtt?token=secret"]);
    expect(answerTo(bytes)).toBe(
      "redirected [server]: the server sends the client to https://b.example/mqtt (HTTP 302), enter that",
    );
    const long = response("HTTP/1.1 302 Found", [`Location: ${"x".repeat(300)}`]);
    expect(answerTo(long).length).toBeLessThan(220);
  });

  test.each([
    ["CONNACK of MQTT", bytesFromHex("20 02 00 00")],
    ["SSH", latin1("SSH-2.0-OpenSSH_9.2\r\n")],
    ["HTTP/2", bytesFromHex("00 00 12 04 00 00 00 00 00")],
    ["HTTP in lower case", latin1("http/1.1 101 Switching Protocols\r\n")],
    ["a status of two digits", latin1("HTTP/1.1 20 OK\r\n")],
    ["no status", latin1("HTTP/1.1\r\n")],
    ["no space behind the status", latin1("HTTP/1.1 101x\r\n")],
    ["an empty line", latin1("\r\n")],
    ["a line that ends with LF", latin1("HTTP/1.1 101 Switching Protocols\n")],
  ])("that is %s: not HTTP, said as soon as it shows", (_what, bytes) => {
    expect(answerTo(bytes)).toBe(
      "not-http [server]: the server does not speak HTTP at this port, and so no WebSocket",
    );
  });

  test("that is an alert of TLS, with that hint", () => {
    expect(answerTo(bytesFromHex("15 03 03 00 02 02 46"))).toBe(
      "not-http [server]: the server speaks TLS at this port: turn TLS on, as by wss://",
    );
  });

  test.each([
    ["folded", "X: a\r\n b"],
    ["without a colon", "Upgrade"],
    ["without a name", ": a"],
    ["with a space before the colon", "Upgrade : websocket"],
    ["with LF alone", "X: a\nY: b"],
    ["with CR alone", "X: a\rY: b"],
    ["with NUL", "X: a\0b"],
    ["with DEL", "X: \x7f"],
  ])("with a field that is malformed, %s (RFC 9112 section 5)", (_what, field) => {
    expect(answerTo(response(undefined, [field, ...GOOD_FIELDS]))).toBe(
      "malformed-response [server]: a header field of the response is malformed",
    );
  });

  test("longer than 8 KiB", () => {
    const fields = Array.from({ length: 90 }, (_, i) => `X-${i}: ${"x".repeat(100)}`);
    const run = new LayerRun(layer());
    expect(run.arrive(response(undefined, fields))).toBe(false);
    expect(run.outcome.cause).toBe(
      "too-long [server]: the response to the handshake is longer than 8192 bytes",
    );
  });

  test("of one line without an end", () => {
    const run = new LayerRun(layer());
    run.arrive(latin1(`HTTP/1.1 101 ${"x".repeat(20_000)}`));
    expect(run.outcome.cause.startsWith("too-long [server]")).toBe(true);
  });

  test("of interim responses without an end", () => {
    const run = new LayerRun(layer());
    const interim = response("HTTP/1.1 100 Continue", []);
    for (let i = 0; i < 500; i += 1) run.arrive(interim);
    expect(run.outcome.cause.startsWith("too-long [server]")).toBe(true);
  });

  test("with a field that matters and is too long", () => {
    expect(answerTo(responseWith(`Sec-WebSocket-Protocol: mqtt${" ".repeat(600)}`))).toBe(
      "too-long [server]: the header field sec-websocket-protocol of the response is too long",
    );
  });

  test("and nothing is sent after that", () => {
    const run = new LayerRun(layer());
    run.takeSent();
    run.arrive(response("HTTP/1.1 404 Not Found"));
    run.close();
    expect([run.takeSent().length, run.layer.writable(1_000), run.layer.space(10).length]).toEqual([0, 0, 0]);
  });
});

describe("a stream that ends in the handshake", () => {
  test("before it began is reported as it is", () => {
    const before = layer();
    const cause = new Error("no such host");
    before.lost(cause);
    expect([before.state, before.cause]).toEqual(["closed", cause]);
  });

  test("without a word leads to the port", () => {
    const run = new LayerRun(layer());
    run.arrive(latin1("HTTP/1.1 101 Swi"));
    run.lost();
    expect(run.outcome.cause).toBe(
      "closed-in-handshake [server]: the server ended the connection in the handshake, is this the port of WebSocket",
    );
    const reset = new LayerRun(layer());
    reset.lost(new Error("read ECONNRESET"));
    expect(reset.outcome.cause.endsWith("WebSocket: read ECONNRESET")).toBe(true);
  });

  test("with an error of a layer below keeps that", () => {
    const below = new LayerRun(layer({ path: "x" })).layer.cause;
    const run = new LayerRun(layer());
    run.lost(below);
    expect(run.layer.cause === below && causeText(below).startsWith("invalid-path")).toBe(true);
  });

  test("because it is given up sends nothing more", () => {
    const given = layer();
    given.opened();
    given.close();
    given.close();
    expect([given.state, given.cause, given.nextTransmit(1_000), given.space(5).length]).toEqual([
      "closed",
      undefined,
      undefined,
      0,
    ]);
  });
});
