/** What is in flight, and what becomes of it when connections end, sessions are lost, and servers change. */

import { describe, expect, test } from "vitest";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { MAXIMUM_PACKET_IDENTIFIER } from "../../src/mqtt/packet-identifiers.js";
import { Session } from "../../src/mqtt/session.js";
import { addTo, publishOf } from "./support/messages.js";
import { refusalOf, violationOf } from "./support/thrown.js";

/** One outbox and the sessions with two servers, as a client has them. */
class World {
  readonly outbox = new Outbox();
  readonly session = new Session(this.outbox);
  readonly other = new Session(this.outbox);

  /** Adds messages, each with its payload and QoS, as in "a1". */
  add(...messages: readonly string[]): readonly Outgoing[] {
    return messages.map((text) =>
      addTo(this.outbox, {
        payload: text.slice(0, -1),
        qos: Number(text.slice(-1)) as QoS,
        limits: { maximumQueueLength: 100_000, maximumQueueBytes: 10_000_000 },
      }),
    );
  }

  /** Sends all that may be sent: `a1 #1` is payload "a", QoS 1, packet identifier 1; `!` stands for DUP. */
  send(session = this.session, window = 20, maximumQos: QoS = 2): readonly string[] {
    const sent: string[] = [];
    for (;;) {
      const outgoing = session.nextPublish(window, maximumQos);
      if (outgoing === undefined) return sent;
      const { payload, qos, duplicate, packetIdentifier } = publishOf(outgoing);
      const number = qos === 0 ? "" : ` #${packetIdentifier}`;
      sent.push(`${String.fromCharCode(...payload)}${qos}${number}${duplicate ? "!" : ""}`);
      if (qos === 0) session.sent(outgoing);
    }
  }

  /** The PUBRELs that are due. */
  release(session = this.session): readonly number[] {
    const released: number[] = [];
    for (let at = session.nextRelease(); at !== undefined; at = session.nextRelease()) released.push(at);
    return released;
  }
}

function outcomes(messages: readonly Outgoing[]): readonly (string | undefined)[] {
  return messages.map(({ outcome }) => outcome);
}

describe("messages in flight", () => {
  test("get identifiers from 1 upwards, QoS 0 none [MQTT-2.3.1-1] [MQTT-2.3.1-5]", () => {
    const world = new World();
    const messages = world.add("a1", "b0", "c2");
    expect(world.send()).toEqual(["a1 #1", "b0", "c2 #2"]);
    expect([world.session.inFlight, world.session.unsettled]).toEqual([2, 2]);
    expect(outcomes(messages)).toEqual([undefined, "sent", undefined]);
  });

  test("are no more than the window, and the rest waits, QoS 0 too", () => {
    const world = new World();
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
    const world = new World();
    world.add("a1", "b2", "c1");
    expect(world.send(world.session, 1)).toEqual(["a1 #1"]);
    world.session.acknowledged(1);
    expect(world.send(world.session, 1)).toEqual(["b2 #2"]);
    world.session.recorded(2);
    world.session.completed(2);
    expect(world.send(world.session, 1)).toEqual(["c1 #3"]);
  });

  test("never share an identifier, over more than 65,535 with some held open [MQTT-2.3.1-2]", () => {
    const world = new World();
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
    const world = new World();
    for (let i = 0; i < MAXIMUM_PACKET_IDENTIFIER; i += 1) world.session.identifiers.take();
    expect(refusalOf(() => world.session.identifiers.take())).toBe("identifiers-exhausted");
    world.add("a0", "b1", "c0");
    expect(world.send()).toEqual(["a0"]);
    world.session.identifiers.release(77);
    expect(world.send()).toEqual(["b1 #77", "c0"]);
  });

  test("do not take room of the window when they are lowered to QoS 0", () => {
    const world = new World();
    const messages = world.add("a1", "b2", "c2");
    expect(world.send(world.session, 1, 0)).toEqual(["a0", "b0", "c0"]);
    expect(outcomes(messages)).toEqual(["sent", "sent", "sent"]);
    expect(world.outbox.byteLength).toBe(0);
  });
});

describe("with the session present", () => {
  test("what is not acknowledged is sent again with DUP, in order, before what waits [MQTT-4.4.0-1] [MQTT-4.6.0-1]", () => {
    const world = new World();
    world.add("a1", "b2", "c1", "d2", "e1");
    world.send();
    world.session.acknowledged(3);
    world.add("f1", "g0");
    world.session.begin(true);
    expect(world.send()).toEqual(["a1 #1!", "b2 #2!", "d2 #4!", "e1 #5!", "f1 #6", "g0"]);
  });

  test("PUBREL is sent again for what is released, in the order of the PUBRECs, and PUBLISH never [MQTT-4.3.3-1]", () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    const messages = world.add("a1", "b2", "c1");
    world.send();
    world.session.begin(true);
    world.session.acknowledged(1);
    expect(world.session.recorded(2)).toBe(false);
    expect([world.send(), world.release()]).toEqual([["c1 #3!"], [2]]);
    expect(outcomes(messages)).toEqual(["acknowledged", undefined, undefined]);
  });

  test("PUBCOMP may come before PUBREL is sent again, which then is not", () => {
    const world = new World();
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
    const world = new World();
    world.add("a2");
    world.send();
    expect(world.session.recorded(1)).toBe(false);
    expect(world.session.recorded(1)).toBe(false);
    expect(world.release()).toEqual([1]);
    expect(world.session.recorded(1)).toBe(true);
    expect(world.session.recorded(99)).toBe(true);
  });

  test("the window holds for new messages, not for those that are sent again", () => {
    const world = new World();
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
    const world = new World();
    world.add("a1", "b2", "c1", "d2");
    world.send();
    world.session.acknowledged(1);
    world.add("e1", "f0");
    world.session.begin(false);
    expect(world.send()).toEqual(["b2 #5", "c1 #6", "d2 #7", "e1 #8", "f0"]);
  });

  test("what was released is done, and its PUBREL is not sent again", () => {
    const world = new World();
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
    const world = new World();
    const messages = world.add("a1", "b2");
    world.send();
    world.session.begin(false);
    world.session.acknowledged(1);
    world.session.completed(2);
    expect(outcomes(messages)).toEqual([undefined, undefined]);
    expect(world.send()).toEqual(["a1 #3", "b2 #4"]);
  });

  test("every identifier is free again, though the count goes on", () => {
    const world = new World();
    world.add("a1", "b2");
    world.send();
    world.session.begin(false);
    expect(world.session.identifiers.inUse).toBe(0);
    expect(world.send()).toEqual(["a1 #3", "b2 #4"]);
  });
});

describe("inbound QoS 2", () => {
  test("is remembered until PUBREL, over connections with the session present [MQTT-4.3.3-2]", () => {
    const { session } = new World();
    session.receive(7);
    session.begin(true);
    expect([session.wasReceived(7), session.wasReceived(8)]).toEqual([true, false]);
    session.forget(7);
    session.forget(9);
    expect(session.wasReceived(7)).toBe(false);
  });

  test("is forgotten with the session [MQTT-3.1.2-6]", () => {
    const { session } = new World();
    session.receive(7);
    session.begin(false);
    expect(session.wasReceived(7)).toBe(false);
  });

  test("is a matter of each server by itself, and survives a hand-over", () => {
    const { session, other } = new World();
    session.receive(7);
    session.handOver();
    other.begin(false);
    expect([session.wasReceived(7), other.wasReceived(7)]).toEqual([true, false]);
  });
});

describe("when another server takes over", () => {
  test("what is in flight is published there as new, in order, before what waits", () => {
    const world = new World();
    world.add("a1", "b2", "c1");
    world.send();
    world.add("d1");
    world.session.handOver();
    world.other.begin(false);
    expect(world.send(world.other)).toEqual(["a1 #1", "b2 #2", "c1 #3", "d1 #4"]);
  });

  test("what was released is done; its PUBREL is sent when this server is back", () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
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
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    world.add("a1", "b1");
    world.send();
    world.add("c1");
    world.session.handOver();
    const outgoing = world.other.nextPublish(20, 0);
    if (outgoing !== undefined) world.other.interrupted(outgoing);
    world.outbox.disconnected(true);
    expect(world.send(world.other, 20, 0)).toEqual(["a0", "b0", "c0"]);
    expect(world.outbox.byteLength).toBe(0);
  });

  test("is refused like any QoS 0 message when those do not wait, and the others stay", () => {
    const world = new World();
    const messages = world.add("a1", "b1");
    world.send();
    world.session.handOver();
    const outgoing = world.other.nextPublish(20, 0);
    if (outgoing !== undefined) world.other.interrupted(outgoing);
    world.outbox.disconnected(false);
    expect(outcomes(messages)).toEqual(["refused", undefined]);
    expect(world.send(world.other)).toEqual(["b1 #1"]);
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
      const world = new World();
      const messages = world.add("a1", "b2", "c2");
      world.send();
      world.session.recorded(3);
      expect(violationOf(() => act(world.session))).toBe(statement);
      expect([outcomes(messages), world.session.inFlight]).toEqual([[undefined, undefined, undefined], 3]);
    });
  }
});
