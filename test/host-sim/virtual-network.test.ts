/** The virtual network: what its hosts answer, what it remembers, and that every run is the same. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../host-sim/io/random.js";
import { createRecordedNetwork } from "../support/recorded-network.js";

describe("a virtual host", () => {
  test("that was never mentioned does not exist, and an address gets no answer", () => {
    const { clock, open } = createRecordedNetwork();
    const name = open({ host: "brocker", port: 1883 });
    const address = open({ host: "192.0.2.1", port: 1883 });
    clock.advance(86_400_000);
    expect(name.handler.cause).toMatchObject({
      code: "ENOTFOUND",
      message: "getaddrinfo ENOTFOUND brocker",
    });
    expect(address.handler.calls).toEqual([]);
  });

  test("refuses where nothing listens, after two latencies", () => {
    const { clock, open } = createRecordedNetwork({ latency: 100 });
    const { handler } = open({ host: "broker", port: 8883 });
    clock.advance(199);
    expect(handler.ended).toBe(false);
    clock.advance(1);
    expect(handler.cause).toMatchObject({
      code: "ECONNREFUSED",
      message: "connect ECONNREFUSED broker:8883",
    });
  });

  test("answers each new attempt as it is at that time", () => {
    const { clock, network, open } = createRecordedNetwork();
    const outcomes: unknown[] = [];
    for (const state of ["unknown", "refusing", "silent", "up"] as const) {
      network.setHost("broker", state);
      const { handler } = open();
      clock.advance(10_000);
      outcomes.push(handler.opened ? "opened" : (handler.cause as { code?: string } | undefined)?.code);
    }
    expect(outcomes).toEqual(["ENOTFOUND", "ECONNREFUSED", undefined, "opened"]);
  });

  test("that goes down leaves its connections half open, and does not answer until it is up", () => {
    const { clock, network, open, openFully } = createRecordedNetwork();
    const old = openFully();
    network.down("broker");
    const attempt = open();
    old.transport.write(Uint8Array.of(1));
    clock.advance(600_000);
    expect(old.handler.ended).toBe(false);
    expect(old.server.received).toHaveLength(0);
    expect(attempt.handler.calls).toEqual([]);
    network.up("broker");
    const { handler } = openFully();
    expect(handler.opened).toBe(true);
    clock.advance(600_000);
    expect(attempt.handler.calls).toEqual([]);
  });

  test("can have all its connections cut, or those of one port, and accepts new ones", () => {
    const { network, clock, accept, open, openFully } = createRecordedNetwork();
    network.listen("broker", 1884, accept);
    const first = openFully();
    const other = open({ host: "broker", port: 1884 });
    clock.advance(0);
    network.cut("broker", 1883);
    expect([first.handler.ended, other.handler.ended]).toEqual([true, false]);
    network.cut("broker");
    expect(other.handler.ended).toBe(true);
    expect(openFully().handler.opened).toBe(true);
  });

  test("that stops listening refuses new connections and keeps the old", () => {
    const { clock, network, accept, open, openFully } = createRecordedNetwork();
    const old = openFully();
    network.unlisten("broker", 1883);
    const { handler } = open();
    old.transport.write(Uint8Array.of(1));
    clock.advance(0);
    expect(handler.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(old.server.received).toEqual(Uint8Array.of(1));
    network.listen("broker", 1883, accept);
    expect(() => network.listen("broker", 1883, accept)).toThrow("something listens on broker:1883 already");
  });
});

describe("the virtual network", () => {
  test("knows the links that stand, by device and by server", () => {
    const { clock, network, provider, openFully } = createRecordedNetwork();
    const { transport, link } = openFully();
    expect(network.links).toEqual([link]);
    expect(network.linksTo("broker")).toEqual([link]);
    expect(network.linksTo("broker", 1884)).toEqual([]);
    expect(provider.links).toEqual([link]);
    expect(link.clientName).toBe("sensor");
    transport.close();
    clock.advance(0);
    expect(network.links).toEqual([]);
    expect(provider.links).toEqual([]);
  });

  test("keeps nothing of attempts that failed or were given up", () => {
    const { clock, network, open } = createRecordedNetwork({ latency: 10 });
    open({ host: "nowhere", port: 1 });
    open({ host: "broker", port: 1 });
    open().transport.close();
    clock.advance(1_000);
    expect(network.links).toEqual([]);
  });

  test("lets a device lose its power without anybody hearing of it", () => {
    const { clock, provider, openFully } = createRecordedNetwork();
    const { handler, server } = openFully();
    provider.powerOff();
    clock.advance(86_400_000);
    expect([handler.ended, server.ended]).toEqual([false, false]);
  });

  test("does the same at the same times in every run", () => {
    const run = () => {
      const { clock, openFully } = createRecordedNetwork({ latency: 7, bandwidth: 9_600, segment: 13 });
      const random = seededRandom(1);
      const trace: string[] = [];
      const devices = [openFully(), openFully(), openFully()];
      for (const [index, { handler, server }] of devices.entries()) {
        handler.onBytes = () => trace.push(`${clock.now()} device ${index} ${handler.receivedByteLength}`);
        server.onBytes = () => trace.push(`${clock.now()} server ${index} ${server.receivedByteLength}`);
      }
      for (let step = 0; step < 100; step += 1) {
        const device = devices[Math.floor(random() * 3)];
        device?.transport.write(new Uint8Array(Math.floor(random() * 50)));
        device?.link.server.write(new Uint8Array(Math.floor(random() * 50)));
        clock.advance(random() * 20);
      }
      return trace;
    };
    const trace = run();
    expect(trace.length).toBeGreaterThan(300);
    expect(run()).toEqual(trace);
  });
});
