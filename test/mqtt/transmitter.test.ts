/** What leaves on a connection: in which order, in which portions, and how much of it may wait. */

import { describe, expect, test } from "vitest";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { PUBACK, PUBCOMP, PUBREC } from "../../src/mqtt/packet-type.js";
import { Session } from "../../src/mqtt/session.js";
import { Transmitter } from "../../src/mqtt/transmitter.js";
import { bytesFromHex, hexFromBytes, joined } from "./support/hex.js";
import { addTo } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";

const REQUEST = "82 06 00 01 00 01 61 00";
const MESSAGE = "30 04 00 01 74 78";

class World {
  readonly outbox = new Outbox();
  readonly session = new Session(this.outbox);
  readonly transmitter = new Transmitter(OPTIONS, this.session);

  /** A message "x" on "t". */
  add(qos: QoS = 0, payload = "x") {
    return addTo(this.outbox, { qos, payload });
  }

  request(): void {
    this.transmitter.request(bytesFromHex(REQUEST));
  }

  /** All that leaves, `limit` bytes at a time at most. */
  drain(limit = 10_000): string {
    const parts: Uint8Array[] = [];
    for (let part = this.transmitter.next(limit); part !== undefined; part = this.transmitter.next(limit)) {
      expect(part.length > 0 && part.length <= limit).toBe(true);
      parts.push(part.slice());
    }
    return hexFromBytes(joined(parts));
  }
}

describe("a connection sends", () => {
  test("acknowledgements first, then PINGREQ, then requests, then messages", () => {
    const world = new World();
    world.add();
    world.request();
    world.transmitter.flow();
    world.transmitter.ping();
    world.transmitter.acknowledge(PUBACK, 7);
    expect(world.drain()).toBe(`40 02 00 07 c0 00 ${REQUEST} ${MESSAGE}`);
    expect(world.drain()).toBe("");
  });

  test("no message before it may, but requests", () => {
    const world = new World();
    world.add();
    world.request();
    expect(world.drain()).toBe(REQUEST);
    world.transmitter.flow();
    expect(world.drain()).toBe(MESSAGE);
  });

  test("the PUBRELs of the session together with the acknowledgements", () => {
    const world = new World();
    world.add(2);
    world.add(2);
    world.transmitter.flow();
    world.drain();
    world.session.recorded(2);
    world.session.recorded(1);
    world.transmitter.acknowledge(PUBREC, 7);
    expect(world.drain()).toBe("50 02 00 07 62 02 00 02 62 02 00 01");
  });

  test("one PINGREQ, though it was due several times", () => {
    const { transmitter } = new World();
    transmitter.ping();
    transmitter.ping();
    expect(transmitter.pingWaits).toBe(true);
    expect(hexFromBytes(transmitter.next(100) as Uint8Array)).toBe("c0 00");
    expect([transmitter.pingWaits, transmitter.next(100)]).toEqual([false, undefined]);
  });

  for (const limit of [1, 2, 3, 5, 7, 1000]) {
    test(`the same bytes in portions of ${limit}, no packet inside another`, () => {
      const world = new World();
      world.request();
      world.add(1, "0123456789");
      world.add(0);
      world.transmitter.flow();
      world.transmitter.acknowledge(PUBACK, 7);
      world.transmitter.acknowledge(PUBCOMP, 8);
      expect(world.drain(limit)).toBe(
        `40 02 00 07 70 02 00 08 ${REQUEST} 32 0f 00 01 74 00 01 30 31 32 33 34 35 36 37 38 39 ${MESSAGE}`,
      );
    });
  }

  test("a packet to its end before what has become due meanwhile", () => {
    const { transmitter } = new World();
    transmitter.request(bytesFromHex(REQUEST));
    expect(hexFromBytes(transmitter.next(3) as Uint8Array)).toBe("82 06 00");
    transmitter.acknowledge(PUBACK, 7);
    transmitter.ping();
    expect(hexFromBytes(transmitter.next(100) as Uint8Array)).toBe("01 00 01 61 00");
    expect(hexFromBytes(transmitter.next(100) as Uint8Array)).toBe("40 02 00 07 c0 00");
  });

  test("acknowledgements that are added between portions of others, in order", () => {
    const { transmitter } = new World();
    transmitter.acknowledge(PUBACK, 1);
    transmitter.acknowledge(PUBACK, 2);
    const parts = [transmitter.next(3)?.slice() as Uint8Array];
    transmitter.acknowledge(PUBACK, 3);
    for (let part = transmitter.next(3); part !== undefined; part = transmitter.next(3)) {
      parts.push(part.slice());
    }
    expect(hexFromBytes(joined(parts))).toBe("40 02 00 01 40 02 00 02 40 02 00 03");
  });
});

describe("acknowledgements that wait", () => {
  test("are bounded: with room for one more answer and the one owed before it, and PUBRELs do not take that", () => {
    const world = new World();
    for (let i = 0; i < 80; i += 1) world.add(2);
    const { transmitter, session } = world;
    for (let i = 1; i <= 80; i += 1) session.nextPublish(80, 2);
    for (let i = 1; i <= 80; i += 1) session.recorded(i);
    transmitter.flow();
    let count = 0;
    for (; transmitter.hasRoom; count += 1) transmitter.acknowledge(PUBACK, 1000 + count);
    expect(count).toBe(63);
    transmitter.acknowledge(PUBACK, 1063);
    const first = transmitter.next(4 * 64)?.slice() as Uint8Array;
    expect([first.length, hexFromBytes(first.subarray(252))]).toEqual([256, "40 02 04 27"]);
    const second = transmitter.next(10_000)?.slice() as Uint8Array;
    expect(hexFromBytes(second.subarray(0, 8))).toBe("62 02 00 01 62 02 00 02");
    expect(transmitter.next(10_000)?.length).toBe(80 * 4 - second.length);
  });

  test("leave PINGREQ waiting when they fill all there is", () => {
    const { transmitter } = new World();
    for (let i = 1; i <= 64; i += 1) transmitter.acknowledge(PUBACK, i);
    transmitter.ping();
    expect(transmitter.next(255)?.length).toBe(255);
    expect(transmitter.pingWaits).toBe(true);
    expect(hexFromBytes(transmitter.next(255) as Uint8Array)).toBe("40 c0 00");
  });
});

describe("the goodbye", () => {
  test("is DISCONNECT after what is owed and what was begun, and after it nothing [MQTT-3.14.4-2]", () => {
    const world = new World();
    const { transmitter } = world;
    world.add(0, "0123456789");
    world.add();
    transmitter.flow();
    transmitter.next(3);
    world.request();
    transmitter.acknowledge(PUBACK, 7);
    transmitter.sayGoodbye();
    expect(transmitter.finished).toBe(false);
    expect(world.drain(1)).toBe("01 74 30 31 32 33 34 35 36 37 38 39 40 02 00 07 e0 00");
    expect([transmitter.finished, world.drain()]).toEqual([true, ""]);
    expect(world.outbox.length).toBe(1);
  });

  test("is not finished while a byte of it is left", () => {
    const { transmitter } = new World();
    transmitter.sayGoodbye();
    expect(hexFromBytes(transmitter.next(1) as Uint8Array)).toBe("e0");
    expect(transmitter.finished).toBe(false);
    expect(hexFromBytes(transmitter.next(1) as Uint8Array)).toBe("00");
    expect(transmitter.finished).toBe(true);
  });
});

describe("a QoS 0 message", () => {
  for (const [how, ask] of [
    ["asked for", ({ transmitter }: World) => transmitter.next(5)],
    [
      "not needed any more, because the connection has ended",
      ({ transmitter }: World) => transmitter.close(),
    ],
  ] as const) {
    test(`is sent when its last byte has been taken and written, which shows when the next ones are ${how}`, () => {
      const world = new World();
      const message = world.add();
      world.transmitter.flow();
      expect(world.transmitter.next(5)?.length).toBe(5);
      expect(message.outcome).toBe(undefined);
      expect(world.transmitter.next(5)?.length).toBe(1);
      expect([message.outcome, world.outbox.byteLength]).toEqual([undefined, 6]);
      ask(world);
      expect([message.outcome, world.outbox.byteLength, world.outbox.length]).toEqual(["sent", 0, 0]);
    });
  }

  test("of which a part was sent waits again when the connection ends", () => {
    const world = new World();
    const message = world.add();
    world.transmitter.flow();
    world.transmitter.next(5);
    world.transmitter.close();
    expect([message.outcome, world.outbox.length]).toEqual([undefined, 1]);
  });
});
