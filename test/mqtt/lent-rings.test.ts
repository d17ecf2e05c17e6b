/** Rings that are lent: who has one, when it goes back, and what of its last holder is left in it. */

import { describe, expect, test } from "vitest";
import { PacketRings } from "../../host-sim/io/packet-rings.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { RingHolder, RingLender } from "../../src/mqtt/packet-ring.js";
import { PacketRing } from "../../src/mqtt/packet-ring.js";
import type { Session } from "../../src/mqtt/session.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { hexFromBytes } from "./support/hex.js";
import { ManualTransport } from "./support/manual-transport.js";
import { addTo, publishOf } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";

/** Who holds a ring and has nothing to move. */
class Holder implements RingHolder {
  ring: PacketRing | undefined;

  relocate(): void {}
}

/** Lends new rings only, and notes which come back. */
class NotingLender implements RingLender {
  readonly back: PacketRing[] = [];

  lend(holder: RingHolder): PacketRing {
    return new PacketRing(holder, this);
  }

  takeBack(ring: PacketRing): void {
    this.back.push(ring);
  }
}

/** A ring in which packets of these lengths stand, and who holds it. */
function lent(...lengths: readonly number[]) {
  const lender = new NotingLender();
  const holder = new Holder();
  const ring = lender.lend(holder);
  holder.ring = ring;
  const starts = lengths.map((length) => {
    const start = ring.reserve(length);
    ring.bytes?.set([0x30, length - 2], start);
    return start;
  });
  return { lender, holder, ring, starts };
}

describe("a ring goes back", () => {
  test("with the last packet in it, once, and neither knows of the other any more", () => {
    const { lender, holder, ring, starts } = lent(10, 20, 30);
    for (const [i, start] of starts.entries()) {
      expect([lender.back.length, holder.ring === ring, ring.holder === holder]).toEqual([0, true, true]);
      ring.release(start);
      if (i === 2) expect([lender.back.length, lender.back[0] === ring]).toEqual([1, true]);
    }
    expect([holder.ring, ring.holder, ring.count, ring.byteLength]).toEqual([undefined, undefined, 0, 0]);
  });

  test("when it was not used after all, and only then", () => {
    const { lender, holder, ring } = lent();
    ring.unused();
    expect([lender.back.length, holder.ring, ring.holder]).toEqual([1, undefined, undefined]);
    const used = lent(10);
    used.ring.unused();
    expect([used.lender.back.length, used.holder.ring === used.ring]).toEqual([0, true]);
  });

  test("never when nobody has lent it", () => {
    const holder = new Holder();
    const ring = new PacketRing(holder);
    holder.ring = ring;
    ring.unused();
    ring.release(ring.reserve(10));
    expect([holder.ring === ring, ring.holder === holder]).toEqual([true, true]);
  });

  test("without a topic name as long as its buffer was", () => {
    for (const [length, isKept] of [
      [512, true],
      [513, false],
    ] as const) {
      const { ring, starts } = lent(length);
      ring.topic = new Uint8Array(length);
      ring.release(starts[0] as number);
      expect(ring.topic !== undefined).toBe(isKept);
    }
  });
});

describe("the rings of a process", () => {
  test("are each held by one at a time; the one that came back last is lent next", () => {
    const rings = new PacketRings();
    const holders = [new Holder(), new Holder(), new Holder()];
    const [one, two] = holders.map((holder) => rings.lend(holder)) as [PacketRing, PacketRing];
    expect([one === two, one.holder === holders[0], two.holder === holders[1]]).toEqual([false, true, true]);
    one.release(one.reserve(5));
    two.release(two.reserve(5));
    const next = new Holder();
    expect([rings.lend(next) === two, two.holder === next, rings.lend(next) === one]).toEqual([
      true,
      true,
      true,
    ]);
    expect(rings.lend(next) === one).toBe(false);
  });

  test("are kept for others while they are not too many: 64", () => {
    const rings = new PacketRings();
    const all = Array.from({ length: 70 }, () => rings.lend(new Holder()));
    for (const ring of all) ring.unused();
    const again = Array.from({ length: 70 }, () => rings.lend(new Holder()));
    expect(again.filter((ring) => all.includes(ring)).length).toBe(64);
    expect(new Set(again).size).toBe(70);
  });

  test("are none of another's", () => {
    const one = new PacketRings();
    const ring = one.lend(new Holder());
    ring.unused();
    expect(new PacketRings().lend(new Holder()) === ring).toBe(false);
  });
});

describe("an outbox", () => {
  const limits = { maximumQueueLength: 2, maximumQueueBytes: 40 };

  function create() {
    return new Outbox(undefined, undefined, { rings: new PacketRings() });
  }

  test("holds a ring from its first message to the end of its last one", () => {
    const outbox = create();
    expect([outbox.ring, outbox.byteLength]).toEqual([undefined, 0]);
    const [one, two] = [addTo(outbox, { payload: "one" }), addTo(outbox, { payload: "two" })];
    const ring = outbox.ring;
    expect([ring?.holder === outbox, outbox.byteLength]).toEqual([true, 20]);
    while (!outbox.isEmpty) outbox.take();
    outbox.settle(one, "acknowledged");
    outbox.settle(one, "acknowledged");
    expect(outbox.ring === ring).toBe(true);
    outbox.settle(two, "acknowledged");
    expect([outbox.ring, outbox.byteLength, one.byteLength]).toEqual([undefined, 0, 0]);
    // Again settled, while another may have the ring.
    addTo(create(), {});
    outbox.settle(two, "acknowledged");
    expect(outbox.ring).toBe(undefined);
  });

  test("holds none for a message that it refuses", () => {
    const outbox = create();
    expect(addTo(outbox, { payload: "x".repeat(40), limits }).reason).toBe("packet-too-large");
    expect(addTo(outbox, { qos: 0, connected: false }).reason).toBe("offline");
    expect(outbox.ring).toBe(undefined);
  });

  test("takes a message in when the last one has made room for it, and with it the ring was gone", () => {
    const outbox = create();
    const old = addTo(outbox, { payload: "a", isState: true });
    const replacing = addTo(outbox, { payload: "bc", isState: true });
    expect([old.outcome, publishOf(replacing).topicName, outbox.byteLength]).toEqual(["replaced", "t", 9]);
    const long = addTo(outbox, { payload: "y".repeat(33), limits });
    expect([replacing.outcome, outbox.byteLength, outbox.ring?.holder === outbox]).toEqual([
      ...["evicted", 40],
      true,
    ]);
    expect(String.fromCharCode(...publishOf(long).payload)).toBe("y".repeat(33));
  });

  test("holds none once its last message has expired", () => {
    const outbox = create();
    addTo(outbox, { expiresAt: 10 });
    outbox.expired(9);
    expect(outbox.ring === undefined).toBe(false);
    outbox.expired(10);
    expect([outbox.ring, outbox.length]).toEqual([undefined, 0]);
  });
});

describe("a client", () => {
  /** One that is connected, with the ring that it holds. */
  function connected(rings: RingLender, maximumQueueBytes = 1000, flash?: MemoryFlash) {
    const clock = new VirtualClock();
    const transport = new ManualTransport();
    const ports = {
      transport,
      clock,
      timers: clock,
      random: () => 0.5,
      shared: { rings },
      ...(flash && { flash }),
    };
    const client = new MqttClient(ports, { ...OPTIONS, maximumQueueBytes });
    client.start();
    clock.advance(0);
    transport.give(2000);
    transport.arrive("20 02 00 00");
    transport.give(2000);
    transport.taken();
    const { outbox } = (client as unknown as { readonly primarySession: Session }).primarySession;
    return { client, clock, outbox, transport };
  }

  test("holds none for a message that is refused, though it could have left at once", () => {
    const { client, outbox } = connected(new PacketRings(), 100);
    const delivery = client.publish({ topicName: "t", payload: "x".repeat(100), qos: 1 });
    expect([delivery.reason, outbox.ring]).toEqual(["packet-too-large", undefined]);
  });

  test("writes its own bytes, whoever had the ring before, and whatever is alike", () => {
    const rings = new PacketRings();
    const [one, other] = [connected(rings), connected(rings)];
    for (let round = 1; round < 4; round += 1) {
      for (const [world, topicName, code] of [
        [one, "a", "61"],
        [other, "b", "62"],
      ] as const) {
        world.client.publish({ topicName, payload: "x", qos: 1 });
        expect(world.transport.taken()).toBe(`32 06 00 01 ${code} 00 0${round} 78`);
        expect(world.outbox.ring?.holder === world.outbox).toBe(true);
        world.transport.give(2000);
        world.transport.arrive(`40 02 00 0${round}`);
        expect(world.outbox.ring).toBe(undefined);
      }
    }
  });

  test("holds none once a message of QoS 0 has left", () => {
    const { client, outbox, transport } = connected(new PacketRings());
    client.publish({ topicName: "a", payload: "x" });
    expect([transport.taken(), outbox.ring]).toEqual(["30 04 00 01 61 78", undefined]);
  });

  test("stores nothing of what another's messages left", () => {
    const rings = new PacketRings();
    const other = connected(rings);
    other.client.publish({ topicName: "t", payload: "\u007f".repeat(60) });
    const flash = new MemoryFlash(4096, 2);
    const { client } = connected(rings, 1000, flash);
    const { isStored } = client.publish({ topicName: "t", payload: "abc", qos: 1 });
    expect([isStored, hexFromBytes(flash.bytes).includes("32 08 00 01 74 00 00 61 62 63")]).toEqual([
      true,
      true,
    ]);
  });
});
