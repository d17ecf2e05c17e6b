/** What is in flight, and what becomes of it when connections end and sessions are lost. */

import { describe, expect, test } from "vitest";
import { MAXIMUM_PACKET_IDENTIFIER } from "../../src/mqtt/packet-identifiers.js";
import type { Session } from "../../src/mqtt/session.js";
import { outcomes, SessionWorld } from "./support/session-world.js";
import { refusalOf, violationOf } from "./support/thrown.js";

describe("messages in flight", () => {
  test("get identifiers from 1 upwards, QoS 0 none [MQTT-2.3.1-1] [MQTT-2.3.1-5]", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b0", "c2");
    expect(world.send()).toEqual(["a1 #1", "b0", "c2 #2"]);
    expect([world.session.inFlight, world.session.unsettled]).toEqual([2, 2]);
    expect(outcomes(messages)).toEqual([undefined, "sent", undefined]);
  });

  test("are no more than the window, and the rest waits, QoS 0 too", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c0", "d1", "e0");
    expect(world.send(world.session, 2)).toEqual(["a1 #1", "b2 #2", "c0"]);
    expect(world.send(world.session, 2)).toEqual([]);
    world.session.acknowledged(1);
    expect(world.send(world.session, 2)).toEqual(["d1 #3", "e0"]);
    world.add("f1");
    world.session.recorded(2);
    expect(world.send(world.session, 2)).toEqual([]);
    world.session.completed(2);
    expect(world.send(world.session, 2)).toEqual(["f1 #4"]);
  });

  test("go one at a time through a window of 1", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c1");
    expect(world.send(world.session, 1)).toEqual(["a1 #1"]);
    world.session.acknowledged(1);
    expect(world.send(world.session, 1)).toEqual(["b2 #2"]);
    world.session.recorded(2);
    world.session.completed(2);
    expect(world.send(world.session, 1)).toEqual(["c1 #3"]);
  });

  test("need no memory for their packet once they are released, but are not done", () => {
    const world = new SessionWorld();
    world.add("a2", "b2");
    world.send();
    const before = world.outbox.byteLength;
    world.session.recorded(1);
    expect([world.outbox.byteLength, world.session.inFlight, world.session.unsettled]).toEqual([
      before / 2,
      2,
      2,
    ]);
  });

  test("never share an identifier, over more than 65,535 with some held open [MQTT-2.3.1-2]", () => {
    const world = new SessionWorld();
    const { session } = world;
    world.add("a1", "b2", "c2");
    world.send();
    const subscribe = session.identifiers.take();
    session.recorded(2);
    const taken = new Set<number>();
    for (let i = 0; i < 70_000; i += 1) {
      world.add("x1");
      const outgoing = session.nextPublish(20, 2);
      const packetIdentifier = outgoing?.packetIdentifier ?? 0;
      expect(packetIdentifier > subscribe || i >= 65_531).toBe(true);
      taken.add(packetIdentifier);
      session.acknowledged(packetIdentifier);
    }
    expect([taken.size, taken.has(0), taken.has(65_535)]).toEqual([65_531, false, true]);
    expect([1, 2, 3, subscribe].some((packetIdentifier) => taken.has(packetIdentifier))).toBe(false);
  });

  test("wait when every identifier is in use, and go on when one is free", () => {
    const world = new SessionWorld();
    for (let i = 0; i < MAXIMUM_PACKET_IDENTIFIER; i += 1) world.session.identifiers.take();
    expect(refusalOf(() => world.session.identifiers.take())).toBe("identifiers-exhausted");
    world.add("a0", "b1", "c0");
    expect(world.send()).toEqual(["a0"]);
    world.session.identifiers.release(77);
    expect(world.send()).toEqual(["b1 #77", "c0"]);
  });

  test("do not take room of the window when they are lowered to QoS 0", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b2", "c2");
    expect(world.send(world.session, 1, 0)).toEqual(["a0", "b0", "c0"]);
    expect(outcomes(messages)).toEqual(["sent", "sent", "sent"]);
    expect(world.outbox.byteLength).toBe(0);
  });
});

describe("with the session present", () => {
  test("what is not acknowledged is sent again with DUP, in order, before what waits [MQTT-4.4.0-1] [MQTT-4.6.0-1]", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c1", "d2", "e1");
    world.send();
    world.session.acknowledged(3);
    world.add("f1", "g0");
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #1!", "b2 #2!", "d2 #4!", "e1 #5!", "f1 #6", "g0"]);
  });

  test("PUBREL is sent again for what is released, in the order of the PUBRECs, and PUBLISH never [MQTT-4.3.3-1]", () => {
    const world = new SessionWorld();
    const messages = world.add("a2", "b2", "c2");
    world.send();
    world.session.recorded(3);
    world.session.recorded(1);
    expect(world.release()).toEqual([3, 1]);
    for (let round = 0; round < 2; round += 1) {
      world.session.begin(true);
      expect([world.release(), world.send()]).toEqual([[3, 1], ["b2 #2!"]]);
    }
    world.session.completed(1);
    world.session.begin(true);
    expect([world.release(), world.send()]).toEqual([[3], ["b2 #2!"]]);
    expect(outcomes(messages)).toEqual(["acknowledged", undefined, undefined]);
  });

  test("order survives a connection that ends while things are sent again", () => {
    const world = new SessionWorld();
    world.add("a1", "b1", "c1");
    world.send();
    world.session.begin(true);
    const first = world.session.nextPublish(20, 2);
    expect(first?.packetIdentifier).toBe(1);
    world.add("d1");
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #1!", "b1 #2!", "c1 #3!", "d1 #4"]);
  });

  test("an acknowledgement may come before the message is sent again, which then is not", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b2", "c1");
    world.send();
    world.session.begin(true);
    world.session.acknowledged(1);
    expect(world.session.recorded(2)).toBe(false);
    expect([world.send(), world.release()]).toEqual([["c1 #3!"], [2]]);
    expect(outcomes(messages)).toEqual(["acknowledged", undefined, undefined]);
  });

  test("PUBCOMP may come before PUBREL is sent again, which then is not", () => {
    const world = new SessionWorld();
    world.add("a2", "b2", "c2");
    world.send();
    for (const packetIdentifier of [1, 2, 3]) world.session.recorded(packetIdentifier);
    world.session.begin(true);
    world.session.completed(1);
    expect(world.session.nextRelease()).toBe(2);
    world.session.completed(3);
    expect(world.release()).toEqual([]);
  });

  test("a repeated PUBREC is answered out of turn only when its PUBREL is not due anyway", () => {
    const world = new SessionWorld();
    world.add("a2");
    world.send();
    expect(world.session.recorded(1)).toBe(false);
    expect(world.session.recorded(1)).toBe(false);
    expect(world.release()).toEqual([1]);
    expect(world.session.recorded(1)).toBe(true);
    expect(world.session.recorded(99)).toBe(true);
  });

  test("the window holds for new messages, not for those that are sent again", () => {
    const world = new SessionWorld();
    world.add("a1", "b1", "c1");
    world.send();
    world.add("d1");
    world.session.begin(true);
    expect(world.send(world.session, 1)).toEqual(["a1 #1!", "b1 #2!", "c1 #3!"]);
    for (const packetIdentifier of [1, 2]) world.session.acknowledged(packetIdentifier);
    expect(world.send(world.session, 1)).toEqual([]);
    world.session.acknowledged(3);
    expect(world.send(world.session, 1)).toEqual(["d1 #4"]);
  });
});

describe("with the session absent", () => {
  test("what is not acknowledged is published anew, without DUP, before what waits", () => {
    const world = new SessionWorld();
    world.add("a1", "b2", "c1", "d2");
    world.send();
    world.session.acknowledged(1);
    world.add("e1", "f0");
    world.session.begin(false);
    expect(world.send()).toEqual(["b2 #5", "c1 #6", "d2 #7", "e1 #8", "f0"]);
  });

  test("what was released is done, and its PUBREL is not sent again", () => {
    const world = new SessionWorld();
    const messages = world.add("a2", "b2");
    world.send();
    world.session.recorded(1);
    world.session.begin(false);
    expect([world.release(), outcomes(messages)]).toEqual([[], ["acknowledged", undefined]]);
    expect([world.session.inFlight, world.outbox.length]).toEqual([0, 1]);
    world.session.completed(1);
    expect(outcomes(messages)).toEqual(["acknowledged", undefined]);
  });

  test("acknowledgements of what was sent before say nothing", () => {
    const world = new SessionWorld();
    const messages = world.add("a1", "b2");
    world.send();
    world.session.begin(false);
    world.session.acknowledged(1);
    world.session.completed(2);
    expect(outcomes(messages)).toEqual([undefined, undefined]);
    expect(world.send()).toEqual(["a1 #3", "b2 #4"]);
  });

  test("every identifier is free again, though the count goes on", () => {
    const world = new SessionWorld();
    world.add("a1", "b2");
    world.send();
    world.session.begin(false);
    expect(world.session.identifiers.inUse).toBe(0);
    expect(world.send()).toEqual(["a1 #3", "b2 #4"]);
  });
});

describe("inbound QoS 2", () => {
  test("is remembered until PUBREL, over connections with the session present [MQTT-4.3.3-2]", () => {
    const { session } = new SessionWorld();
    session.receive(7);
    session.begin(true);
    expect([session.wasReceived(7), session.wasReceived(8)]).toEqual([true, false]);
    session.forget(7);
    session.forget(9);
    expect(session.wasReceived(7)).toBe(false);
  });

  test("is forgotten with the session [MQTT-3.1.2-6]", () => {
    const { session } = new SessionWorld();
    session.receive(7);
    session.begin(false);
    expect(session.wasReceived(7)).toBe(false);
  });

  test("is a matter of each server by itself, and survives a hand-over", () => {
    const { session, other } = new SessionWorld();
    session.receive(7);
    session.handOver();
    other.begin(false);
    expect([session.wasReceived(7), other.wasReceived(7)]).toEqual([true, false]);
  });
});

describe("an acknowledgement of the wrong kind is a violation", () => {
  for (const [what, statement, act] of [
    ["PUBACK for QoS 2", "MQTT-4.3.3-1", (session: Session) => session.acknowledged(2)],
    ["PUBREC for QoS 1", "MQTT-4.3.2-1", (session: Session) => session.recorded(1)],
    ["PUBCOMP for QoS 1", "MQTT-4.3.3-1", (session: Session) => session.completed(1)],
    ["PUBCOMP before PUBREC", "MQTT-4.3.3-1", (session: Session) => session.completed(2)],
    ["PUBACK after PUBREC", "MQTT-4.3.3-1", (session: Session) => session.acknowledged(3)],
  ] as const) {
    test(`${what} [${statement}]`, () => {
      const world = new SessionWorld();
      const messages = world.add("a1", "b2", "c2");
      world.send();
      world.session.recorded(3);
      expect(violationOf(() => act(world.session))).toBe(statement);
      expect([outcomes(messages), world.session.inFlight]).toEqual([[undefined, undefined, undefined], 3]);
    });
  }
});
