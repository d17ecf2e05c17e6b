/** Packets that are written from, come and go while the buffer that they stand in is exchanged, case by case. */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import { Session } from "../../src/mqtt/session.js";
import { Transmitter } from "../../src/mqtt/transmitter.js";
import { hexFromBytes, joined } from "./support/hex.js";
import type { Addition } from "./support/messages.js";
import { addTo, publishOf } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";

const LONG = "0123456789".repeat(8);

class World {
  readonly outbox = new Outbox();
  readonly session = new Session(this.outbox);
  readonly options: ServerOptions;
  transmitter: Transmitter;
  readonly #parts: Uint8Array[] = [];

  constructor(options: Partial<ServerOptions> = {}) {
    this.options = { ...OPTIONS, ...options };
    this.transmitter = this.connect(false);
  }

  connect(sessionPresent: boolean): Transmitter {
    this.session.begin(sessionPresent);
    this.transmitter = new Transmitter(this.options, this.session);
    this.transmitter.flow();
    this.#parts.length = 0;
    return this.transmitter;
  }

  add(payload: string, addition: Addition = {}): Outgoing {
    return addTo(this.outbox, { payload, ...addition });
  }

  /** Writes; returns how many bytes. */
  take(limit: number): number {
    const part = this.transmitter.next(limit)?.slice() ?? new Uint8Array(0);
    this.#parts.push(part);
    return part.length;
  }

  /** All that was written on this connection, in the end. */
  rest(limit = 10_000): string {
    while (this.take(limit) > 0) {
      // Until there is nothing left.
    }
    return hexFromBytes(joined(this.#parts));
  }

  /** Makes all packets move, with one that is sent behind all others. */
  move(): Outgoing {
    const before = this.outbox.peek()?.ring?.bytes;
    const mover = this.add("m".repeat(500), { qos: 0 });
    expect(mover.ring?.bytes === before).toBe(false);
    return mover;
  }
}

/** The packet that `payload` makes on "t". */
function packet(payload: string, qos: 0 | 1 | 2, packetIdentifier = 0, duplicate = false): string {
  const outgoing = addTo(new Outbox(), { payload, qos });
  if (qos > 0) outgoing.identify(packetIdentifier);
  if (duplicate) outgoing.repeat();
  return hexFromBytes(outgoing.bytes as Uint8Array);
}

const MOVER = packet("m".repeat(500), 0);

describe("a packet of which a part was sent goes on where it was", () => {
  for (const qos of [0, 1, 2] as const) {
    test(`when everything moves: QoS ${qos}`, () => {
      const world = new World();
      const message = world.add(LONG, { qos });
      expect(world.take(30)).toBe(30);
      world.move();
      expect(world.take(30)).toBe(30);
      for (let i = 0; i < 10; i += 1) world.add("x".repeat(200), { qos: 0 });
      const rest = packet("x".repeat(200), 0);
      expect(world.rest()).toBe([packet(LONG, qos, 1), MOVER, ...Array(10).fill(rest)].join(" "));
      expect(message.outcome).toBe(qos === 0 ? "sent" : undefined);
    });
  }

  test("when others before and behind it are acknowledged, evicted, replaced and expire, and their room is used", () => {
    const world = new World();
    const acknowledged = world.add("a");
    world.take(100);
    world.add(LONG, { qos: 2 });
    expect(world.take(20)).toBe(20);
    const evicted = world.add("evicted", { limits: { maximumQueueLength: 2 } });
    const expired = world.add("expired", { expiresAt: 5 });
    world.session.acknowledged(1);
    const last = world.add("last", { limits: { maximumQueueLength: 2 } });
    world.outbox.expired(5);
    const old = world.add("1", { isState: true });
    world.add("2", { isState: true });
    expect([acknowledged, evicted, expired, old, last].map(({ outcome }) => outcome)).toEqual([
      "acknowledged",
      "evicted",
      "expired",
      "replaced",
      undefined,
    ]);
    for (let i = 0; i < 30; i += 1) world.add("filler", { isState: true, topicName: "f" });
    const written = world.rest(20);
    expect(written.startsWith([packet("a", 1, 1), packet(LONG, 2, 2), packet("last", 1, 3)].join(" "))).toBe(
      true,
    );
  });

  test("when it had been lowered in front of all others, and the gap is passed over", () => {
    const world = new World({ maximumQos: 0 });
    world.add(LONG, { qos: 2 });
    world.add("b");
    expect(world.take(10)).toBe(10);
    world.move();
    expect(world.rest(50)).toBe([packet(LONG, 0), packet("b", 0), MOVER].join(" "));
    expect(world.outbox.byteLength).toBe(0);
  });
});

describe("a QoS 0 message that is interrupted", () => {
  test("after everything has moved is sent whole on the next connection, before the others", () => {
    const world = new World();
    const message = world.add(LONG, { qos: 0 });
    world.take(20);
    world.move();
    world.transmitter.close();
    world.outbox.disconnected(true);
    world.add("b", { qos: 0, limits: { queueQos0: true } });
    world.connect(true);
    expect(world.rest()).toBe([packet(LONG, 0), MOVER, packet("b", 0)].join(" "));
    expect([message.outcome, world.outbox.byteLength]).toEqual(["sent", 0]);
  });

  test("and lowered before, after everything has moved, too", () => {
    const world = new World({ maximumQos: 0 });
    world.add(LONG);
    world.take(20);
    world.move();
    world.transmitter.close();
    world.move();
    world.connect(true);
    expect(world.rest(7)).toBe([packet(LONG, 0), MOVER, MOVER].join(" "));
  });

  test("is refused when it may not wait, and its room is free", () => {
    const world = new World();
    const message = world.add(LONG, { qos: 0 });
    world.take(20);
    world.move();
    world.transmitter.close();
    world.outbox.disconnected(false);
    expect([message.outcome, world.outbox.byteLength]).toEqual(["refused", 0]);
  });
});

describe("messages in flight", () => {
  test("go out again with DUP as they were, from where they are by then", () => {
    const world = new World();
    for (const payload of ["a", LONG, "c"]) world.add(payload, { qos: 2 });
    expect(world.rest(30)).toBe([packet("a", 2, 1), packet(LONG, 2, 2), packet("c", 2, 3)].join(" "));
    world.move();
    world.session.recorded(1);
    world.session.completed(1);
    world.transmitter.close();
    world.connect(true);
    world.take(13);
    world.move();
    expect(world.rest()).toBe([packet(LONG, 2, 2, true), packet("c", 2, 3, true), MOVER, MOVER].join(" "));
  });

  test("that go to another server are new there, wherever they are", () => {
    const world = new World();
    const other = new Session(world.outbox, "mqtt1");
    for (const payload of ["a", "b", "c"]) world.add(payload);
    world.rest();
    world.move();
    world.transmitter.close();
    world.session.handOver();
    world.move();
    other.begin(false);
    const transmitter = new Transmitter({ ...OPTIONS, maximumQos: 0 }, other);
    transmitter.flow();
    const parts: Uint8Array[] = [];
    for (let part = transmitter.next(40); part !== undefined; part = transmitter.next(40))
      parts.push(part.slice());
    const expected = [packet("a", 0), packet("b", 0), packet("c", 0), MOVER, MOVER].join(" ");
    expect(hexFromBytes(joined(parts))).toBe(expected);
    expect(world.outbox.byteLength).toBe(0);
  });

  test("keep their packets while thousands of others come and go", () => {
    const world = new World();
    const held = ["a", LONG].map((payload) => world.add(payload));
    world.take(1000);
    for (let i = 0; i < 3000; i += 1) {
      world.add("x".repeat(i % 90), { qos: 0 });
      world.take(1000);
    }
    expect(held.map((one) => String.fromCharCode(...publishOf(one).payload))).toEqual(["a", LONG]);
    expect(held[0]?.ring?.bytes?.length).toBeLessThan(1000);
  });
});
