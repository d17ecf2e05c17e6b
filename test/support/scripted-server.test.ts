/** The scripted server itself: what it accepts, and how it says what is wrong. */

import { beforeEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { Transport } from "../../src/mqtt/ports.js";
import { bytesFromHex } from "./hex.js";
import { RecordingHandler } from "./recording-handler.js";
import { ScriptedServer } from "./scripted-server.js";
import type { PacketDescription } from "./server-codec.js";
import { generatePacket } from "./server-codec.js";

describe("the scripted server", () => {
  let clock: VirtualClock;
  let network: VirtualNetwork;
  let server: ScriptedServer;
  let client: RecordingHandler;
  beforeEach(() => {
    clock = new VirtualClock();
    network = new VirtualNetwork(clock);
    server = new ScriptedServer(network);
    client = connect();
  });

  function connect(): RecordingHandler {
    const handler = new RecordingHandler();
    const transport = network.provider().open({ host: "broker", port: 1883 }, handler);
    handler.transport = transport;
    clock.advance(0);
    return handler;
  }

  function transport(): Transport {
    if (client.transport === undefined) {
      throw new Error("not connected");
    }
    return client.transport;
  }

  const write = (text: string) => transport().write(bytesFromHex(text));
  const writePacket = (packet: PacketDescription) => transport().write(generatePacket(packet));

  test("takes the bytes expected, one expectation after the other", () => {
    write("c0 00 e0 00");
    server.expect("c0 00");
    server.expect("e0 00");
    server.expectNothing();
  });

  test("takes a packet with wildcards and an open end", () => {
    write('10 0e 00 04 "MQTT" 04 02 00 3c 00 02 "ab" c0 00');
    server.expect('10 0e 00 04 "MQTT" ?? 02 …');
    server.expect("c0 00");
  });

  test("takes a packet by some of its fields, and returns all of it", () => {
    writePacket({ cmd: "publish", topic: "door", payload: "open", qos: 1, messageId: 7, retain: true });
    const packet = server.expectPacket({ cmd: "publish", topic: "door", payload: "open" });
    expect(packet).toMatchObject({ messageId: 7, qos: 1, retain: true, dup: false });
  });

  test("compares texts with bytes in a will too", () => {
    const will = { topic: "status", payload: "offline", qos: 1, retain: true } as const;
    writePacket({ cmd: "connect", clientId: "a", will, username: "u", password: Buffer.from("p") });
    server.expect({ cmd: "connect", will: { topic: "status", payload: "offline" } });
  });

  test("sends bytes and packets, which have arrived when it returns", () => {
    server.send("20 02 00 00");
    server.sendPacket({ cmd: "pingresp" });
    expect(client.received).toEqual(Uint8Array.of(0x20, 2, 0, 0, 0xd0, 0));
  });

  test("keeps every packet it received, expected or not", () => {
    write("c0 00");
    server.expect("c0 00");
    write("c0 00 e0");
    expect(server.received.map(({ cmd }) => cmd)).toEqual(["pingreq", "pingreq"]);
    write("00");
    expect(server.received.map(({ cmd }) => cmd)).toEqual(["pingreq", "pingreq", "disconnect"]);
  });

  test("greets: expects CONNECT, answers, and returns it", () => {
    writePacket({ cmd: "connect", clientId: "door", clean: false });
    expect(server.greet({ sessionPresent: true })).toMatchObject({ clientId: "door", clean: false });
    expect(client.received).toEqual(Uint8Array.of(0x20, 2, 1, 0));
  });

  test("shows the bytes that differ, and what it received so far", () => {
    write("c0 00");
    server.expect("c0 00");
    write('30 06 00 01 "a" "xyz"');
    expect(() => server.expect('30 06 00 01 "b" "xyz"')).toThrow(
      [
        "the client sent other bytes than expected",
        "0000  expected  30 06 00 01 62 78 79 7a                          0...bxyz",
        "      received  30 06 00 01 61 78 79 7a                          0...axyz",
        "                            ^^",
        "unread: 30 06 00 01 61 78 79 7a",
        "received so far:",
        "  pingreq",
        '  publish topic "a" payload "xyz"',
      ].join("\n"),
    );
  });

  test("fails when the client sent less, another packet, or something where nothing is due", () => {
    expect(() => server.expect("c0 00")).toThrow("other bytes than expected");
    expect(() => server.expectPacket({ cmd: "pingreq" })).toThrow("has not sent a packet");
    expect(() => server.expectEnd()).toThrow("has not ended the connection");
    write("c0 00");
    expect(() => server.expectPacket({ cmd: "disconnect" })).toThrow("the packet pingreq");
    expect(() => server.expectNothing()).toThrow("expected: nothing");
    expect(() => server.expectEnd()).toThrow("expected: the end of the connection");
    server.expect("c0 00");
    transport().close();
    expect(() => server.expectNothing()).toThrow("has ended the connection");
    server.expectEnd();
    expect(server.connection.ending).toBe("ended");
  });

  test("names what is malformed", () => {
    write("c1 00");
    expect(() => server.expect("c0 00")).toThrow(/malformed: .*reserved|malformed: .*Invalid/i);
  });

  test("ends a connection in an orderly way, abruptly, or without a word", () => {
    server.close();
    expect([client.ended, client.cause]).toEqual([true, undefined]);
    client = connect();
    server.accept();
    server.reset();
    expect(client.cause).toMatchObject({ code: "ECONNRESET" });
    client = connect();
    server.accept();
    server.vanish();
    write("c0 00");
    clock.advance(3_600_000);
    server.expectNothing();
    expect(client.ended).toBe(false);
  });

  test("does not take a new connection for the old one", () => {
    write("c0 00");
    server.expect("c0 00");
    client = connect();
    write("e0 00");
    server.expectNothing();
    expect(server.waitingCount).toBe(1);
    expect(() => server.expectNoConnection()).toThrow("1 connections to broker:1883, expected: none");
    server.accept();
    server.expect("e0 00");
    server.expectNoConnection();
    expect(() => server.accept()).toThrow("nobody has connected to broker:1883");
  });

  test("follows a packet through a link that delivers single bytes", () => {
    const handler = new RecordingHandler();
    handler.transport = network
      .provider("slow", { segment: 1 })
      .open({ host: "broker", port: 1883 }, handler);
    clock.advance(0);
    server.accept();
    server.accept();
    handler.transport.write(bytesFromHex('30 06 00 01 "a" "xyz" c0 00'));
    server.expect('30 06 00 01 "a" "xyz"');
    server.expectPacket({ cmd: "pingreq" });
    expect(server.received).toHaveLength(2);
  });
});
