/**
 * The messages that wait: their order, their bounds, and how each of them ends. Long, because every bound has its own
 * way of refusing and evicting.
 */

import { describe, expect, test } from "vitest";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { Delivery, Outgoing } from "../../src/mqtt/outgoing.js";
import { OutgoingList } from "../../src/mqtt/outgoing.js";
import { addTo, publishOf, ROOMY } from "./support/messages.js";

const NEVER = Number.POSITIVE_INFINITY;

/** The payloads of all that wait, in the order in which they would be sent; the outbox is empty afterwards. */
function drained(outbox: Outbox): readonly string[] {
  const payloads: string[] = [];
  for (let outgoing = outbox.peek(); outgoing !== undefined; outgoing = outbox.peek()) {
    payloads.push(String.fromCharCode(...publishOf(outgoing).payload));
    outbox.take();
    outbox.settle(outgoing, "sent");
  }
  expect([outbox.length, outbox.byteLength]).toEqual([0, 0]);
  return payloads;
}

function outcomes(deliveries: readonly Delivery[]): readonly (string | undefined)[] {
  return deliveries.map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome}: ${reason}`));
}

/** Takes the next `count` messages into flight. */
function takeInFlight(outbox: Outbox, count: number): OutgoingList {
  const list = new OutgoingList();
  outbox.keepFor(list);
  for (let i = 1; i <= count; i += 1) {
    const outgoing = outbox.peek() as Outgoing;
    outbox.take();
    outgoing.identify(i);
    list.push(outgoing);
  }
  return list;
}

describe("messages that no server has looked at", () => {
  test("wait where they were, before all others: they expire, and give way as before", () => {
    const outbox = new Outbox();
    const [one, two] = [addTo(outbox, { payload: "a", expiresAt: 50 }), addTo(outbox, { payload: "b" })];
    addTo(outbox, { payload: "c" });
    const list = takeInFlight(outbox, 2);
    list.first?.repeat();
    outbox.expired(50);
    outbox.takeBack(list, 0);
    expect([list.length, outbox.length, outbox.byteLength, outbox.nextExpiry]).toEqual([0, 3, 24, 50]);
    expect([one, two].map(({ packetIdentifier }) => packetIdentifier)).toEqual([0, 0]);
    expect(publishOf(one as Outgoing).duplicate).toBe(false);
    outbox.expired(50);
    addTo(outbox, { payload: "d", limits: { maximumQueueBytes: 16 } });
    expect(outcomes([one, two] as Delivery[])).toEqual(["expired", "evicted"]);
    expect(drained(outbox)).toEqual(["c", "d"]);
  });

  test("but not those that had been given back before: they do neither", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { payload: "a", expiresAt: 50 });
    outbox.giveBack(takeInFlight(outbox, 1));
    const two = addTo(outbox, { payload: "b" });
    expect(outbox.isReturning).toBe(true);
    const list = takeInFlight(outbox, 2);
    expect(outbox.isReturning).toBe(false);
    outbox.takeBack(list, 1);
    outbox.expired(50);
    addTo(outbox, { payload: "c", limits: { maximumQueueLength: 2 } });
    expect(outcomes([one, two])).toEqual([undefined, "evicted"]);
    expect(drained(outbox)).toEqual(["a", "c"]);
  });
});

describe("messages wait", () => {
  test("in the order in which they were added", () => {
    const outbox = new Outbox();
    for (const payload of ["a", "b", "c"]) addTo(outbox, { payload });
    expect([outbox.length, outbox.byteLength]).toEqual([3, 24]);
    expect(drained(outbox)).toEqual(["a", "b", "c"]);
  });

  test("until they are taken: peek does not change anything", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { payload: "a" });
    expect([outbox.peek() === one, outbox.peek() === one, outbox.length]).toEqual([true, true, 1]);
    outbox.take();
    expect([outbox.peek(), outbox.length]).toEqual([undefined, 0]);
    outbox.take();
    expect(outbox.length).toBe(0);
  });

  test("and their bytes count until they are settled or released, in flight too", () => {
    const outbox = new Outbox();
    addTo(outbox, { payload: "abc" });
    const two = addTo(outbox, { payload: "abcdefgh", qos: 2 });
    outbox.take();
    outbox.take();
    expect([outbox.length, outbox.byteLength]).toEqual([0, 25]);
    two.release();
    expect([outbox.byteLength, two.bytes, two.outcome]).toEqual([10, undefined, undefined]);
    outbox.settle(two, "acknowledged");
    expect([outbox.byteLength, two.outcome]).toEqual([10, "acknowledged"]);
  });
});

describe("the queue is bounded in number", () => {
  test("and evicts the oldest to make room for the newest", () => {
    const outbox = new Outbox();
    const all = ["a", "b", "c", "d", "e"].map((payload) =>
      addTo(outbox, { payload, limits: { maximumQueueLength: 3 } }),
    );
    expect(outcomes(all)).toEqual(["evicted", "evicted", undefined, undefined, undefined]);
    expect(drained(outbox)).toEqual(["c", "d", "e"]);
  });

  test("while not connected just as while the window is full", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 1 };
    const all = ["a", "b"].map((payload) => addTo(outbox, { payload, limits, connected: false, room: 5 }));
    expect(outcomes(all)).toEqual(["evicted", undefined]);
  });

  test("not counting what the window takes at once", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 2 };
    const all = ["a", "b", "c", "d", "e"].map((payload) => addTo(outbox, { payload, limits, room: 2 }));
    expect(outcomes(all)).toEqual(["evicted", undefined, undefined, undefined, undefined]);
  });

  test("and shrinks to its bound when the window is gone", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 2 };
    const all = ["a", "b", "c", "d"].map((payload) => addTo(outbox, { payload, limits, room: 2 }));
    addTo(outbox, { payload: "e", limits, connected: false });
    expect(outcomes(all)).toEqual(["evicted", "evicted", "evicted", undefined]);
    expect(drained(outbox)).toEqual(["d", "e"]);
  });

  test("and with a bound of 0 takes only what can be sent at once", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 0 };
    const offline = addTo(outbox, { limits, connected: false, room: 5 });
    const full = addTo(outbox, { limits });
    const fits = addTo(outbox, { limits, room: 1 });
    expect(outcomes([offline, full, fits])).toEqual([
      "refused: queue-full",
      "refused: queue-full",
      undefined,
    ]);
  });
});

describe("the queue is bounded in bytes", () => {
  test("and evicts as many of the oldest as it must", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueBytes: 40 };
    const all = ["abc", "def", "ghi", "jkl"].map((payload) => addTo(outbox, { payload, limits }));
    expect([outbox.byteLength, ...outcomes(all)]).toEqual([40, undefined, undefined, undefined, undefined]);
    const long = addTo(outbox, { payload: "m".repeat(4), limits });
    expect(outcomes([...all, long])).toEqual(["evicted", "evicted", undefined, undefined, undefined]);
    expect(outbox.byteLength).toBe(31);
    expect(drained(outbox)).toEqual(["ghi", "jkl", "mmmm"]);
  });

  test("and takes a message that is just as long, but refuses a longer one without evicting anything", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueBytes: 20 };
    const small = addTo(outbox, { payload: "a", limits });
    const long = addTo(outbox, { payload: "b".repeat(14), limits });
    expect(outcomes([small, long])).toEqual([undefined, "refused: packet-too-large"]);
    const fits = addTo(outbox, { payload: "c".repeat(13), limits });
    expect(outcomes([small, fits])).toEqual(["evicted", undefined]);
    expect(outbox.byteLength).toBe(20);
  });

  test("and what is in flight counts, but cannot be evicted", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueBytes: 30 };
    addTo(outbox, { payload: "a".repeat(13), limits });
    takeInFlight(outbox, 1);
    const waiting = addTo(outbox, { payload: "b", limits });
    const refused = addTo(outbox, { payload: "c".repeat(4), limits });
    expect(outcomes([waiting, refused])).toEqual([undefined, "refused: queue-full"]);
    const taken = addTo(outbox, { payload: "d".repeat(3), limits });
    expect(outcomes([waiting, taken])).toEqual(["evicted", undefined]);
    expect(outbox.byteLength).toBe(30);
  });

  test("and refuses what MQTT cannot carry, whatever the bound", () => {
    const outbox = new Outbox();
    const limits = { ...ROOMY, maximumQueueBytes: Number.MAX_SAFE_INTEGER };
    // As long as said, though nobody has that much memory.
    const payload = Object.defineProperty(new Uint8Array(0), "length", { value: 268_435_453 });
    const outgoing = outbox.add({ topicName: "t", payload }, undefined, 0, limits, true, 1);
    expect([outbox.byteLength, ...outcomes([outgoing])]).toEqual([0, "refused: packet-too-large"]);
  });

  test("and the count stays right when the QoS of taken messages is lowered", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueBytes: 40 };
    for (let i = 0; i < 50; i += 1) {
      const outgoing = addTo(outbox, { payload: "abc", qos: 2, limits });
      outbox.take();
      outbox.lower(outgoing, 0);
      expect([outbox.byteLength, outgoing.qos]).toEqual([8, 0]);
      outbox.settle(outgoing, "sent");
      expect(outbox.byteLength).toBe(0);
    }
    addTo(outbox, { payload: "a".repeat(30), limits });
    takeInFlight(outbox, 1);
    expect(outcomes([addTo(outbox, { limits })])).toEqual(["refused: queue-full"]);
  });
});

describe("QoS 0", () => {
  test("without a connection is refused", () => {
    const outbox = new Outbox();
    const outgoing = addTo(outbox, { qos: 0, connected: false });
    expect([outbox.length, ...outcomes([outgoing])]).toEqual([0, "refused: offline"]);
  });

  test("without a connection waits, if it may", () => {
    const outbox = new Outbox();
    const outgoing = addTo(outbox, { qos: 0, connected: false, limits: { queueQos0: true } });
    outbox.disconnected(true);
    expect([outbox.length, ...outcomes([outgoing])]).toEqual([1, undefined]);
  });

  test("that still waits when the connection is lost is refused, and the others stay", () => {
    const outbox = new Outbox();
    const all = ([0, 1, 0, 2, 0] as const).map((qos) => addTo(outbox, { qos, payload: `${qos}` }));
    outbox.disconnected(false);
    expect(outcomes(all)).toEqual([
      "refused: offline",
      undefined,
      "refused: offline",
      undefined,
      "refused: offline",
    ]);
    expect(drained(outbox)).toEqual(["1", "2"]);
  });

  test("whose sending was interrupted is the first again, or refused", () => {
    for (const queueQos0 of [true, false]) {
      const outbox = new Outbox();
      const one = addTo(outbox, { qos: 0, payload: "a" });
      addTo(outbox, { payload: "b" });
      outbox.take();
      outbox.interrupted(one);
      expect([outbox.length, outbox.byteLength, outbox.peek() === one]).toEqual([2, 14, true]);
      outbox.disconnected(queueQos0);
      expect(outcomes([one])).toEqual([queueQos0 ? undefined : "refused: offline"]);
      expect(drained(outbox)).toEqual(queueQos0 ? ["a", "b"] : ["b"]);
    }
  });

  test("whose sending was interrupted can still be evicted", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueBytes: 10, queueQos0: true };
    const one = addTo(outbox, { qos: 0, payload: "abc", limits });
    outbox.take();
    outbox.interrupted(one);
    outbox.disconnected(true);
    const two = addTo(outbox, { payload: "abc", limits, connected: false });
    expect(outcomes([one, two])).toEqual(["evicted", undefined]);
  });

  test("whose sending was interrupted still expires", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { qos: 0, payload: "a", expiresAt: 100 });
    outbox.take();
    // While it is being sent it does not wait, so nothing is due.
    outbox.expired(100);
    expect([one.outcome, outbox.nextExpiry]).toEqual([undefined, NEVER]);
    outbox.interrupted(one);
    outbox.disconnected(true);
    expect(outbox.nextExpiry).toBe(100);
    outbox.expired(150);
    expect([one.outcome, outbox.length, outbox.byteLength]).toEqual(["expired", 0, 0]);
  });
});

describe("messages expire", () => {
  test("at their time, each by itself", () => {
    const outbox = new Outbox();
    const all = [300, 100, NEVER, 200].map((expiresAt) => addTo(outbox, { expiresAt }));
    expect(outbox.nextExpiry).toBe(100);
    outbox.expired(99);
    expect(outcomes(all)).toEqual([undefined, undefined, undefined, undefined]);
    outbox.expired(100);
    expect([outbox.nextExpiry, ...outcomes(all)]).toEqual([200, undefined, "expired", undefined, undefined]);
    outbox.expired(300);
    expect(outcomes(all)).toEqual(["expired", "expired", undefined, "expired"]);
    expect([outbox.nextExpiry, outbox.length, outbox.byteLength]).toEqual([NEVER, 1, 7]);
  });

  test("only while they wait: what was taken does not", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { expiresAt: 100 });
    outbox.take();
    outbox.expired(1000);
    expect([one.outcome, outbox.nextExpiry]).toEqual([undefined, NEVER]);
  });

  test("not any more when they were in flight and came back", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { expiresAt: 100 });
    outbox.giveBack(takeInFlight(outbox, 1));
    outbox.expired(1000);
    expect([one.outcome, outbox.length]).toEqual([undefined, 1]);
  });

  test("never, when no time was given", () => {
    const outbox = new Outbox();
    addTo(outbox, {});
    outbox.expired(1e15);
    expect([outbox.nextExpiry, outbox.length]).toEqual([NEVER, 1]);
  });
});

describe("messages that come back from a session that is gone", () => {
  test("are the first, in their order, as new messages", () => {
    const outbox = new Outbox();
    for (const payload of ["a", "b", "c", "d"]) addTo(outbox, { payload });
    const list = takeInFlight(outbox, 2);
    for (let at = list.first; at !== undefined; at = at.next) at.repeat();
    outbox.giveBack(list);
    expect([outbox.length, outbox.byteLength, list.length]).toEqual([4, 32, 0]);
    const first = outbox.peek() as Outgoing;
    expect([first.packetIdentifier, publishOf(first).duplicate]).toEqual([0, false]);
    expect(drained(outbox)).toEqual(["a", "b", "c", "d"]);
  });

  test("come before those that had come back earlier", () => {
    const outbox = new Outbox();
    for (const payload of ["a", "b", "c"]) addTo(outbox, { payload });
    outbox.giveBack(takeInFlight(outbox, 2));
    outbox.giveBack(takeInFlight(outbox, 1));
    expect(drained(outbox)).toEqual(["a", "b", "c"]);
  });

  test("are never evicted: others are, and then the new message is refused", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 3 };
    const returned = ["a", "b"].map((payload) => addTo(outbox, { payload, limits }));
    const list = takeInFlight(outbox, 2);
    const waiting = addTo(outbox, { payload: "c", limits });
    outbox.giveBack(list);
    const next = addTo(outbox, { payload: "d", limits });
    expect(outcomes([...returned, waiting, next])).toEqual([undefined, undefined, "evicted", undefined]);
    expect(drained(outbox)).toEqual(["a", "b", "d"]);
  });

  test("fill the queue without anything else being evicted in vain", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 2 };
    const returned = ["a", "b"].map((payload) => addTo(outbox, { payload, limits }));
    const list = takeInFlight(outbox, 2);
    const waiting = ["c", "d"].map((payload) => addTo(outbox, { payload, limits }));
    outbox.giveBack(list);
    const refused = addTo(outbox, { payload: "e", limits });
    expect(outcomes([...returned, ...waiting, refused])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "refused: queue-full",
    ]);
  });

  test("keep their order when the first of them is lowered to QoS 0 and interrupted", () => {
    for (const queueQos0 of [true, false]) {
      const outbox = new Outbox();
      for (const payload of ["a", "b", "c"]) addTo(outbox, { payload });
      outbox.giveBack(takeInFlight(outbox, 2));
      const one = outbox.peek() as Outgoing;
      outbox.take();
      outbox.lower(one, 0);
      outbox.interrupted(one);
      expect([outbox.peek() === one, outbox.length, outbox.byteLength]).toEqual([true, 3, 22]);
      outbox.disconnected(queueQos0);
      expect(outcomes([one])).toEqual([queueQos0 ? undefined : "refused: offline"]);
      expect(drained(outbox)).toEqual(queueQos0 ? ["a", "b", "c"] : ["b", "c"]);
    }
  });

  test("are not refused with the QoS 0 messages when the connection is lost", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { payload: "a" });
    outbox.giveBack(takeInFlight(outbox, 1));
    outbox.disconnected(false);
    expect([one.outcome, outbox.length]).toEqual([undefined, 1]);
  });
});

describe("outcomes", () => {
  const handler = { onOutcome: (): void => {} };

  test("are told in the order in which they came about, each once", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 2 };
    const one = addTo(outbox, { handler, limits });
    const two = addTo(outbox, { handler, limits, expiresAt: 5 });
    const three = addTo(outbox, { handler, limits });
    outbox.expired(5);
    outbox.settle(three, "acknowledged");
    outbox.settle(three, "evicted");
    expect(outbox.settledLength).toBe(3);
    const told = [outbox.takeSettled(), outbox.takeSettled(), outbox.takeSettled()];
    expect(outbox.settledLength).toBe(0);
    expect(told.map((outgoing) => [one, two, three].indexOf(outgoing as Outgoing))).toEqual([0, 1, 2]);
    expect(outcomes([one, two, three])).toEqual(["evicted", "expired", "acknowledged"]);
    expect(outbox.takeSettled()).toBe(undefined);
    outbox.settle(one, "sent");
    expect(outbox.takeSettled()).toBe(undefined);
  });

  test("that come about while others are told are told too", () => {
    const outbox = new Outbox();
    const refused = { handler, qos: 0, connected: false } as const;
    const one = addTo(outbox, refused);
    expect(outbox.takeSettled() === one).toBe(true);
    const two = addTo(outbox, refused);
    expect(outbox.takeSettled() === two).toBe(true);
    expect(outbox.takeSettled()).toBe(undefined);
    const three = addTo(outbox, refused);
    expect(outbox.takeSettled() === three).toBe(true);
  });

  test("nobody waits for are not told", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { qos: 0, connected: false });
    expect([one.outcome, outbox.takeSettled()]).toEqual(["refused", undefined]);
  });

  test("let go of the packet", () => {
    const outbox = new Outbox();
    const one = addTo(outbox, { expiresAt: 1 });
    const two = addTo(outbox, { qos: 0, connected: false });
    outbox.expired(1);
    expect([one.bytes, two.bytes, outbox.byteLength]).toEqual([undefined, undefined, 0]);
  });
});

describe("a state", () => {
  const states = (outbox: Outbox, ...payloads: readonly string[]) =>
    payloads.map((payload) => addTo(outbox, { payload, isState: true }));

  test("takes the place of an older one of its topic that waits", () => {
    const outbox = new Outbox();
    const event = addTo(outbox, { payload: "e" });
    const [old, newer] = states(outbox, "1", "2");
    expect(outcomes([event, old as Delivery, newer as Delivery])).toEqual([undefined, "replaced", undefined]);
    expect(drained(outbox)).toEqual(["e", "2"]);
  });

  test("leaves alone what is in flight, events, and states of other topics", () => {
    const outbox = new Outbox();
    states(outbox, "1");
    const flight = takeInFlight(outbox, 1);
    addTo(outbox, { payload: "event" });
    addTo(outbox, { payload: "other", isState: true, topicName: "u" });
    states(outbox, "2");
    expect(flight.first?.outcome).toBeUndefined();
    for (let at = flight.first; at !== undefined; at = at.next) outbox.settle(at, "acknowledged");
    expect(drained(outbox)).toEqual(["event", "other", "2"]);
  });

  test("is evicted before any event, the oldest first", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 3 };
    const first = addTo(outbox, { payload: "1", limits });
    const one = addTo(outbox, { payload: "s", limits, isState: true, topicName: "a" });
    const two = addTo(outbox, { payload: "s", limits, isState: true, topicName: "b" });
    const second = addTo(outbox, { payload: "2", limits });
    const third = addTo(outbox, { payload: "3", limits });
    const fourth = addTo(outbox, { payload: "4", limits });
    expect(outcomes([one, two, first, second, third, fourth])).toEqual([
      "evicted",
      "evicted",
      "evicted",
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("does not push events out: it is refused", () => {
    const outbox = new Outbox();
    const limits = { maximumQueueLength: 2 };
    for (const payload of ["1", "2"]) addTo(outbox, { payload, limits });
    expect(outcomes([addTo(outbox, { payload: "s", limits, isState: true })])).toEqual([
      "refused: queue-full",
    ]);
    expect(drained(outbox)).toEqual(["1", "2"]);
  });
});

test("the counters say how many messages ended in each way", () => {
  const outbox = new Outbox();
  const limits = { maximumQueueLength: 1 };
  addTo(outbox, { payload: "1", limits });
  addTo(outbox, { payload: "2", limits });
  addTo(outbox, { qos: 0, connected: false });
  drained(outbox);
  expect(outbox.counters).toEqual({
    sent: 1,
    acknowledged: 0,
    replaced: 0,
    evicted: 1,
    expired: 0,
    refused: 1,
  });
});
