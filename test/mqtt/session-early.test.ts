/** Messages that leave between CONNECT and CONNACK: when they may, and what CONNACK means for them. */

import { describe, expect, test } from "vitest";
import { addTo } from "./support/messages.js";
import { outcomes, SessionWorld } from "./support/session-world.js";

/** A world that sends `messages` between CONNECT and CONNACK. */
function earlyWorld(...messages: readonly string[]): SessionWorld {
  const world = new SessionWorld();
  world.add(...messages);
  expect(world.session.beginEarly(false)).toBe(true);
  world.send();
  return world;
}

describe("a session may send early", () => {
  test("when nothing in it is open", () => {
    const { session } = new SessionWorld();
    expect(session.beginEarly(false)).toBe(true);
    session.begin(false);
    session.receive(7);
    expect(session.beginEarly(false)).toBe(false);
    session.forget(7);
    expect(session.beginEarly(false)).toBe(true);
  });

  test("but not with a message in flight, unsent or released", () => {
    const world = new SessionWorld();
    world.add("a1", "b2");
    world.session.begin(false);
    world.send();
    expect(world.session.beginEarly(false)).toBe(false);
    world.session.begin(true);
    expect(world.session.beginEarly(false)).toBe(false);
    world.session.begin(true);
    world.session.acknowledged(1);
    world.session.recorded(2);
    expect(world.session.beginEarly(false)).toBe(false);
    world.session.begin(true);
    expect(world.release()).toEqual([2]);
    world.session.completed(2);
    expect(world.session.beginEarly(false)).toBe(true);
  });

  test("always when the server is to forget it: what was open is published anew", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b2", "c2");
    world.session.begin(false);
    world.send();
    world.session.recorded(3);
    world.session.receive(7);
    expect(world.session.beginEarly(true)).toBe(true);
    expect(world.send()).toEqual(["a1 #4", "b2 #5"]);
    expect(outcomes(messages)).toEqual([undefined, undefined, "acknowledged"]);
    expect(world.session.wasReceived(7)).toBe(false);
  });

  test("not QoS 0, nor what is behind it", () => {
    const world = new SessionWorld();
    world.add("a1", "b0", "c1");
    world.session.beginEarly(false);
    expect(world.send()).toEqual(["a1 #1"]);
    world.session.begin(false);
    expect(world.send()).toEqual(["b0", "c1 #2"]);
  });
});

describe("what was sent early", () => {
  test("stays in flight when CONNACK accepts, and is not sent again", () => {
    for (const sessionPresent of [true, false]) {
      const world = earlyWorld("a1", "b2");
      world.session.begin(sessionPresent);
      expect([world.send(), world.release(), world.session.inFlight]).toEqual([[], [], 2]);
      expect(world.session.identifiers.inUse).toBe(2);
    }
  });

  test("is sent again with DUP on the connection after that", () => {
    const world = earlyWorld("a1", "b2");
    world.session.begin(true);
    expect(world.session.beginEarly(false)).toBe(false);
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #1!", "b2 #2!"]);
  });

  test("keeps its identifiers, and those that an earlier session had left in use become free", () => {
    const world = new SessionWorld();
    world.add("a2");
    world.session.begin(false);
    world.send();
    world.session.handOver();
    world.outbox.take();
    world.add("b2");
    expect(world.session.beginEarly(false)).toBe(true);
    expect(world.send()).toEqual(["b2 #2"]);
    expect(world.session.identifiers.inUse).toBe(2);
    world.session.begin(false);
    expect(world.session.identifiers.inUse).toBe(1);
    // After 65,535 comes 1 again, and then not the one that is in use.
    world.session.identifiers.continueAfter(0);
    world.add("c1", "d1");
    expect(world.send()).toEqual(["c1 #1", "d1 #3"]);
  });

  test("is as new when CONNACK refuses: without DUP, its identifiers free, in its order [MQTT-3.1.4-5]", () => {
    const world = earlyWorld("a1", "b2");
    world.add("c1");
    world.session.refused();
    expect([world.session.inFlight, world.session.identifiers.inUse, world.outbox.length]).toEqual([0, 0, 3]);
    expect(world.session.beginEarly(false)).toBe(true);
    expect(world.send()).toEqual(["a1 #3", "b2 #4", "c1 #5"]);
  });

  test("and had been sent before goes back to those that neither expire nor give way, and nothing else does", () => {
    const world = new SessionWorld();
    const { session, outbox } = world;
    const add = (expiresAt: number) => addTo(outbox, { expiresAt });
    add(Number.POSITIVE_INFINITY);
    session.begin(false);
    world.send();
    // The server is to forget it, and then refuses.
    session.beginEarly(true);
    add(60);
    expect(world.send()).toEqual(["1 #2", "1 #3"]);
    session.refused();
    expect([outbox.isReturning, outbox.nextExpiry]).toEqual([true, 60]);
    session.beginEarly(true);
    world.send();
    session.begin(false);
    for (const packetIdentifier of [4, 5]) session.acknowledged(packetIdentifier);
    outbox.expired(60);
    add(70);
    session.beginEarly(true);
    world.send();
    session.refused();
    expect([outbox.isReturning, outbox.nextExpiry]).toEqual([false, 70]);
  });

  test("counts as sent when CONNACK never comes", () => {
    const world = earlyWorld("a1", "b2");
    expect(world.session.beginEarly(false)).toBe(false);
    expect(world.send(world.session, 0)).toEqual([]);
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #1!", "b2 #2!"]);
  });

  test("and what was not, is not touched by a refusal", () => {
    const world = new SessionWorld();
    world.add("a1");
    world.session.begin(false);
    world.send();
    expect(world.session.beginEarly(false)).toBe(false);
    world.session.refused();
    expect([world.session.inFlight, world.outbox.length]).toEqual([1, 0]);
  });
});
