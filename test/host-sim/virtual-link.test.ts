/** A connection of the virtual network: how long things take on it, and how it fails. */

import { describe, expect, test } from "vitest";
import { BROKER, createRecordedNetwork } from "../support/recorded-network.js";

describe("a virtual link", () => {
  test("takes two latencies to open, and one for each way after that", () => {
    const { clock, open, accepted } = createRecordedNetwork({ latency: 100 });
    const { handler, transport } = open();
    clock.advance(99);
    expect(accepted).toHaveLength(0);
    clock.advance(1);
    expect(accepted).toHaveLength(1);
    clock.advance(99);
    expect(handler.opened).toBe(false);
    clock.advance(1);
    expect(handler.opened).toBe(true);
    transport.write(Uint8Array.of(1));
    clock.advance(99);
    expect(accepted[0]?.handler.received).toHaveLength(0);
    clock.advance(1);
    expect(accepted[0]?.handler.received).toEqual(Uint8Array.of(1));
  });

  test("carries no more bytes per second than its bandwidth", () => {
    const { clock, openFully } = createRecordedNetwork({ latency: 50, bandwidth: 1_000, segment: 100 });
    const { transport, server } = openFully();
    transport.write(new Uint8Array(500));
    clock.advance(149);
    expect(server.received).toHaveLength(0);
    clock.advance(1);
    expect(server.received).toHaveLength(100);
    clock.advance(400);
    expect(server.received).toHaveLength(500);
  });

  test("cuts the bytes into segments, down to single ones", () => {
    const { clock, openFully } = createRecordedNetwork({ segment: 1 });
    const { transport, server } = openFully();
    transport.write(Uint8Array.of(1, 2, 3));
    clock.advance(0);
    expect(server.calls.filter((call) => call.startsWith("readable"))).toEqual(Array(3).fill("readable 1"));
    expect(server.received).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("lets nothing overtake when its latency becomes less", () => {
    const { clock, provider, openFully } = createRecordedNetwork({ latency: 1_000 });
    const { transport, server } = openFully();
    transport.write(Uint8Array.of(1));
    clock.advance(0);
    provider.setConditions({ latency: 10 });
    transport.write(Uint8Array.of(2));
    clock.advance(999);
    expect(server.received).toHaveLength(0);
    clock.advance(1);
    expect(server.received).toEqual(Uint8Array.of(1, 2));
  });

  test("has the conditions of its device, which may change for links that stand and links to come", () => {
    const { clock, network, open } = createRecordedNetwork({ latency: 10 });
    const slow = network.provider("slow", { latency: 500 });
    const device = open(BROKER, slow);
    clock.advance(999);
    expect(device.handler.opened).toBe(false);
    clock.advance(1);
    expect(device.handler.opened).toBe(true);
    slow.setConditions({ latency: 1 });
    const second = open(BROKER, slow);
    clock.advance(2);
    expect(second.handler.opened).toBe(true);
  });

  test("delivers what was sent before a reset, then the reset", () => {
    const { clock, openFully } = createRecordedNetwork({ latency: 100 });
    const { transport, server, link } = openFully();
    transport.write(Uint8Array.of(1, 2));
    clock.advance(50);
    transport.write(Uint8Array.of(3));
    link.client.reset();
    clock.advance(100);
    expect(server.received).toEqual(Uint8Array.of(1, 2));
    expect(server.ended).toBe(true);
    expect(server.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("can lose everything in both directions without a word: half open", () => {
    const { clock, openFully } = createRecordedNetwork({ latency: 100 });
    const { transport, handler, server, link } = openFully();
    transport.write(Uint8Array.of(1));
    clock.advance(50);
    link.vanish();
    link.server.write(Uint8Array.of(2));
    link.server.close();
    clock.advance(86_400_000);
    expect(server.received).toHaveLength(0);
    expect(handler.received).toHaveLength(0);
    expect(handler.ended).toBe(false);
  });

  test("can lose everything in one direction only", () => {
    const { clock, openFully } = createRecordedNetwork();
    const { transport, handler, server, link } = openFully();
    link.vanish("down");
    transport.write(Uint8Array.of(1));
    link.server.write(Uint8Array.of(2));
    clock.advance(1_000);
    expect(server.received).toEqual(Uint8Array.of(1));
    expect(handler.received).toHaveLength(0);
  });

  test("gives no room back for bytes that are lost", () => {
    const { clock, openFully } = createRecordedNetwork();
    const { transport, handler, link } = openFully();
    link.vanish();
    const room = handler.room;
    handler.room = 0;
    expect(transport.write(new Uint8Array(1_000))).toBe(room - 1_000);
    clock.advance(86_400_000);
    expect(handler.room).toBe(0);
  });

  test("can be held up and go on, without loss", () => {
    const { clock, openFully } = createRecordedNetwork({ latency: 100 });
    const { transport, handler, server, link } = openFully();
    transport.write(Uint8Array.of(1));
    clock.advance(50);
    link.stall();
    transport.write(Uint8Array.of(2));
    link.server.write(Uint8Array.of(3));
    clock.advance(30_000);
    expect(server.received).toHaveLength(0);
    link.resume();
    clock.advance(0);
    expect(server.received).toEqual(Uint8Array.of(1, 2));
    expect(handler.received).toEqual(Uint8Array.of(3));
  });

  test("can break at both ends at once", () => {
    const { openFully } = createRecordedNetwork({ latency: 100 });
    const { handler, server, link } = openFully();
    link.reset();
    expect(handler.cause).toMatchObject({ code: "ECONNRESET" });
    expect(server.cause).toMatchObject({ code: "ECONNRESET" });
  });
});
