/**
 * What leaves on a connection: in which order, in which portions, and how much of it may wait. Long, because every
 * bound of a write is looked at from both sides.
 */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
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
  readonly options: ServerOptions;
  transmitter: Transmitter;

  constructor(options: Partial<ServerOptions> = {}) {
    this.options = { ...OPTIONS, ...options };
    this.transmitter = new Transmitter(this.options, this.session);
  }

  /** Another connection with the session resumed: messages may go. */
  resume(): void {
    this.transmitter.close();
    this.session.begin(true);
    this.transmitter = new Transmitter(this.options, this.session);
    this.transmitter.flow();
  }

  /** A message "x" on "t". */
  add(qos: QoS = 0, payload = "x") {
    return addTo(this.outbox, { qos, payload });
  }

  request(): void {
    this.transmitter.request(bytesFromHex(REQUEST));
  }

  /** What leaves, a line for each write of `limit` bytes at most. */
  writes(limit = 10_000): readonly string[] {
    const parts: string[] = [];
    for (let part = this.transmitter.next(limit); part !== undefined; part = this.transmitter.next(limit)) {
      parts.push(hexFromBytes(part));
    }
    return parts;
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
    expect(hexFromBytes(transmitter.next(100) as Uint8Array)).toBe("40 02 00 07");
    expect(hexFromBytes(transmitter.next(100) as Uint8Array)).toBe("c0 00");
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
    expect(count).toBe(31);
    transmitter.acknowledge(PUBACK, 1031);
    const first = transmitter.next(4 * 32)?.slice() as Uint8Array;
    expect([first.length, hexFromBytes(first.subarray(124))]).toEqual([128, "40 02 04 07"]);
    const second = transmitter.next(10_000)?.slice() as Uint8Array;
    expect(hexFromBytes(second.subarray(0, 8))).toBe("62 02 00 01 62 02 00 02");
    let rest = 80 * 4 - second.length;
    while (rest > 0) rest -= transmitter.next(10_000)?.length ?? 0;
    expect([rest, transmitter.next(10_000)]).toEqual([0, undefined]);
  });

  test("leave PINGREQ waiting behind them", () => {
    const { transmitter } = new World();
    for (let i = 1; i <= 32; i += 1) transmitter.acknowledge(PUBACK, i);
    transmitter.ping();
    expect(transmitter.next(127)?.length).toBe(127);
    expect(transmitter.pingWaits).toBe(true);
    expect(hexFromBytes(transmitter.next(127) as Uint8Array)).toBe("20");
    expect(hexFromBytes(transmitter.next(127) as Uint8Array)).toBe("c0 00");
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

/** A message "x" of QoS 1 with this packet identifier. */
function message1(packetIdentifier: number, first = "32"): string {
  return `${first} 06 00 01 74 00 0${packetIdentifier} 78`;
}

describe("messages that wait leave in one write", () => {
  test("as many as there are", () => {
    const world = new World();
    const messages = [world.add(), world.add(), world.add()];
    world.transmitter.flow();
    expect(world.writes()).toEqual([`${MESSAGE} ${MESSAGE} ${MESSAGE}`]);
    expect(messages.map(({ outcome }) => outcome)).toEqual(["sent", "sent", "sent"]);
    expect(world.outbox.byteLength).toBe(0);
  });

  test("of any QoS, in their order, and only those of QoS 0 are sent with it", () => {
    const world = new World();
    const messages = ([1, 0, 2, 0, 1] as const).map((qos) => world.add(qos));
    world.transmitter.flow();
    expect(world.writes()).toEqual([
      `${message1(1)} ${MESSAGE} ${message1(2, "34")} ${MESSAGE} ${message1(3)}`,
    ]);
    expect(messages.map(({ outcome }) => outcome)).toEqual([undefined, "sent", undefined, "sent", undefined]);
    expect([world.session.inFlight, world.outbox.length, world.outbox.byteLength]).toEqual([3, 0, 24]);
  });

  for (const [limit, counts] of [
    [6, [1, 1, 1, 1]],
    [11, [1, 1, 1, 1]],
    [12, [2, 2]],
    [17, [2, 2]],
    [18, [3, 1]],
    [24, [4]],
    [25, [4]],
  ] as const) {
    test(`as far as they are whole in it: four of 6 bytes in ${limit}`, () => {
      const world = new World();
      for (let i = 0; i < 4; i += 1) world.add();
      world.transmitter.flow();
      expect(world.writes(limit)).toEqual(
        counts.map((count) => Array.from({ length: count }, () => MESSAGE).join(" ")),
      );
    });
  }

  test("but not with the rest of one that went in parts", () => {
    const world = new World();
    world.add(0, "abc");
    world.add();
    world.add();
    world.transmitter.flow();
    expect(world.writes(7)).toEqual(["30 06 00 01 74 61 62", "63", MESSAGE, MESSAGE]);
  });

  test("as far as the window goes, and QoS 0 waits behind what it holds up", () => {
    const world = new World({ maximumInFlight: 2 });
    for (const qos of [1, 0, 1, 1, 0] as const) world.add(qos);
    world.transmitter.flow();
    expect(world.writes()).toEqual([`${message1(1)} ${MESSAGE} ${message1(2)}`]);
    world.session.acknowledged(2);
    expect(world.writes()).toEqual([`${message1(3)} ${MESSAGE}`]);
  });

  test("but one that is lowered begins anew", () => {
    const world = new World({ maximumQos: 1 });
    for (const qos of [1, 2, 2, 1, 0] as const) world.add(qos);
    world.transmitter.flow();
    expect(world.writes()).toEqual([message1(1), message1(2), `${message1(3)} ${message1(4)} ${MESSAGE}`]);
    const other = new World({ maximumQos: 0 });
    for (const qos of [0, 2, 1, 0, 0] as const) other.add(qos);
    other.transmitter.flow();
    expect(other.writes()).toEqual([MESSAGE, MESSAGE, `${MESSAGE} ${MESSAGE} ${MESSAGE}`]);
    expect([other.outbox.byteLength, other.outbox.counters.sent]).toEqual([0, 5]);
  });

  test("again with DUP, and new ones with them [MQTT-3.3.1-1]", () => {
    const world = new World();
    for (const qos of [1, 2, 1] as const) world.add(qos);
    world.transmitter.flow();
    world.drain();
    world.resume();
    world.add(1);
    world.add();
    expect(world.writes()).toEqual([
      `${message1(1, "3a")} ${message1(2, "3c")} ${message1(3, "3a")} ${message1(4)} ${MESSAGE}`,
    ]);
  });

  test("but for a gap that an acknowledgement has left", () => {
    const world = new World();
    for (let i = 0; i < 4; i += 1) world.add(1);
    world.transmitter.flow();
    world.drain();
    world.session.acknowledged(2);
    world.resume();
    expect(world.writes()).toEqual([message1(1, "3a"), `${message1(3, "3a")} ${message1(4, "3a")}`]);
  });

  test("but for where the buffer that they stand in begins anew", () => {
    const world = new World();
    for (let i = 0; i < 7; i += 1) world.add(1, "0123456789");
    world.transmitter.flow();
    world.drain();
    for (let i = 1; i <= 3; i += 1) world.session.acknowledged(i);
    // 119 of 128 bytes are used, and the first 51 free.
    for (let i = 0; i < 3; i += 1) world.add();
    expect(world.writes()).toEqual([MESSAGE, `${MESSAGE} ${MESSAGE}`]);
  });

  test("and what has become due meanwhile comes behind them", () => {
    const world = new World();
    world.add(1);
    world.add();
    world.transmitter.flow();
    const first = world.transmitter.next(100);
    world.add();
    world.transmitter.acknowledge(PUBACK, 7);
    expect(hexFromBytes(first as Uint8Array)).toBe(`${message1(1)} ${MESSAGE}`);
    expect(world.writes()).toEqual(["40 02 00 07", MESSAGE]);
  });

  test("and then DISCONNECT: they were sent", () => {
    const world = new World();
    const messages = [world.add(), world.add()];
    world.transmitter.flow();
    world.transmitter.next(100);
    world.transmitter.sayGoodbye();
    expect(world.writes()).toEqual(["e0 00"]);
    expect(messages.map(({ outcome }) => outcome)).toEqual(["sent", "sent"]);
  });
});

describe("requests that wait leave in one write", () => {
  test("as far as they are whole in it", () => {
    for (const [limit, writes] of [
      [8, [REQUEST, REQUEST, REQUEST]],
      [15, [REQUEST, REQUEST, REQUEST]],
      [16, [`${REQUEST} ${REQUEST}`, REQUEST]],
      [24, [`${REQUEST} ${REQUEST} ${REQUEST}`]],
    ] as const) {
      const world = new World();
      for (let i = 0; i < 3; i += 1) world.request();
      expect(world.writes(limit)).toEqual(writes);
    }
  });

  for (const [limit, writes] of [
    [15, [REQUEST, `${REQUEST} ${MESSAGE}`, MESSAGE]],
    [16, [`${REQUEST} ${REQUEST}`, `${MESSAGE} ${MESSAGE}`]],
    [21, [`${REQUEST} ${REQUEST}`, `${MESSAGE} ${MESSAGE}`]],
    [22, [`${REQUEST} ${REQUEST} ${MESSAGE}`, MESSAGE]],
    [28, [`${REQUEST} ${REQUEST} ${MESSAGE} ${MESSAGE}`]],
  ] as const) {
    test(`and with the messages that fit behind them: ${limit} bytes`, () => {
      const world = new World();
      world.add();
      world.add();
      world.request();
      world.request();
      world.transmitter.flow();
      expect(world.writes(limit)).toEqual(writes);
    });
  }

  test("of 4 KB at most: what is joined is copied", () => {
    const world = new World();
    for (let i = 0; i < 600; i += 1) world.request();
    world.add();
    world.transmitter.flow();
    expect(world.writes().map((write) => (write.length + 1) / 3)).toEqual([4096, 704 + 6]);
  });

  test("but not with messages before those may be sent, nor with one that is long or has to be lowered", () => {
    const early = new World();
    early.add();
    early.request();
    expect(early.writes()).toEqual([REQUEST]);
    const long = new World();
    long.add(1, "x".repeat(4100));
    long.request();
    long.transmitter.flow();
    expect(long.writes().map((write) => (write.length + 1) / 3)).toEqual([8, 4108]);
    const lowered = new World({ maximumQos: 0 });
    lowered.add(1);
    lowered.request();
    lowered.transmitter.flow();
    expect(lowered.writes()).toEqual([REQUEST, MESSAGE]);
  });
});
