/** What becomes of messages in flight when another server takes over, and when the first one is back. */

import { describe, expect, test } from "vitest";
import { MAXIMUM_PACKET_IDENTIFIER } from "../../src/mqtt/packet-identifiers.js";
import { outcomes, SessionWorld } from "./support/session-world.js";

describe("when another server takes over", () => {
  test("what is in flight is published there as new, in order, before what waits", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c1");
    world.send();
    world.add("d1");
    world.session.handOver();
    world.other.begin(false);
    expect(world.send(world.other)).toEqual(["a1 #1", "b2 #2", "c1 #3", "d1 #4"]);
  });

  test("what was released is done; its PUBREL is sent when this server is back", () => {
    const world = new SessionWorld();
    const messages = world.add("a2", "b2");
    world.send();
    world.session.recorded(2);
    world.release();
    world.session.handOver();
    expect(outcomes(messages)).toEqual([undefined, "acknowledged"]);
    expect([world.session.inFlight, world.session.unsettled]).toEqual([1, 0]);
    world.session.begin(true);
    expect(world.release()).toEqual([2]);
    world.session.completed(2);
    expect([world.session.inFlight, outcomes(messages)]).toEqual([0, [undefined, "acknowledged"]]);
  });

  test("identifiers of unfinished QoS 2 messages stay in use here, until this server loses its session", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c1", "d2");
    world.send();
    world.session.recorded(4);
    world.session.handOver();
    expect(world.session.identifiers.inUse).toBe(2);
    world.outbox.take();
    world.outbox.take();
    world.outbox.take();
    world.session.begin(true);
    for (let i = 0; i < MAXIMUM_PACKET_IDENTIFIER; i += 1) {
      world.add("x1");
      const packetIdentifier = world.session.nextPublish(20, 2)?.packetIdentifier ?? 0;
      expect(packetIdentifier === 2 || packetIdentifier === 4).toBe(false);
      world.session.acknowledged(packetIdentifier);
    }
    world.session.begin(false);
    expect(world.session.identifiers.inUse).toBe(0);
  });

  test("PUBREC for a message that went elsewhere is answered with PUBREL, and its PUBCOMP does no harm", () => {
    const world = new SessionWorld();
    world.add("a2");
    world.send();
    world.session.handOver();
    world.other.begin(false);
    world.session.begin(true);
    expect(world.session.recorded(1)).toBe(true);
    world.session.completed(1);
    expect(world.outbox.length).toBe(1);
  });

  test("thousands of times, old claims are given up, but not those of messages that PUBREL is still due for", () => {
    const world = new SessionWorld();
    world.add("r2");
    world.send();
    world.session.recorded(1);
    const count = 33_000;
    for (let i = 0; i < count; i += 1) world.add("x2");
    world.send(world.session, 65_535);
    expect(world.session.identifiers.inUse).toBe(count + 1);
    world.session.handOver();
    expect(world.session.identifiers.inUse).toBe(1);
    world.session.begin(true);
    const sent = world.send(world.session, 65_535);
    expect(sent.length).toBe(count);
    expect(sent.includes("x2 #1")).toBe(false);
  });

  test("and comes back, everything is in its place", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b2");
    world.send();
    world.session.handOver();
    world.other.begin(false);
    expect(world.send(world.other, 1)).toEqual(["a1 #1"]);
    world.add("c1");
    world.other.handOver();
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #3", "b2 #4", "c1 #5"]);
    for (const packetIdentifier of [3, 5]) world.session.acknowledged(packetIdentifier);
    world.session.recorded(4);
    world.session.completed(4);
    expect(outcomes(messages)).toEqual(["acknowledged", "acknowledged"]);
    expect([world.outbox.length, world.outbox.byteLength]).toEqual([0, 0]);
  });
});

describe("a message that is lowered to QoS 0 and interrupted", () => {
  test("stays before those that come behind it, though they all came back from another server", () => {
    const world = new SessionWorld();
    world.add("a1", "b1");
    world.send();
    world.add("c1");
    world.session.handOver();
    world.other.nextPublish(20, 0);
    world.other.interrupted();
    world.outbox.disconnected(true);
    expect(world.send(world.other, 20, 0)).toEqual(["a0", "b0", "c0"]);
    expect(world.outbox.byteLength).toBe(0);
  });

  test("is refused like any QoS 0 message when those do not wait, and the others stay", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b1");
    world.send();
    world.session.handOver();
    world.other.nextPublish(20, 0);
    world.other.interrupted();
    world.outbox.disconnected(false);
    expect(outcomes(messages)).toEqual(["refused", undefined]);
    expect(world.send(world.other)).toEqual(["b1 #1"]);
  });
});
