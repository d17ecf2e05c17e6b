/** One connection without I/O: its states, its deadlines, what it makes of bytes however they are cut, and how it ends. */

import { describe, expect, test } from "vitest";
import { Connection } from "../../src/mqtt/connection.js";
import type { ConnectionEvent } from "../../src/mqtt/connection-event.js";
import { ProtocolError } from "../../src/mqtt/errors.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { Session } from "../../src/mqtt/session.js";
import { bytesFromHex, hexFromBytes, joined } from "./support/hex.js";
import { addTo } from "./support/messages.js";
import { RandomSource } from "./support/random.js";
import { OPTIONS } from "./support/server-options.js";

const CONNACK = "20 02 00 00";

class World {
  readonly outbox = new Outbox();
  readonly session = new Session(this.outbox);
  readonly connection: Connection;
  now: Milliseconds = 0;

  constructor(options: Partial<ServerOptions> = {}) {
    this.connection = new Connection({ ...OPTIONS, ...options }, this.session, this.now);
  }

  /** As far as to the first message. */
  connect(): this {
    this.connection.opened(this.now);
    this.sent();
    this.receive(bytesFromHex(CONNACK));
    return this;
  }

  /** Feeds `bytes` and returns what they gave, a line each. */
  receive(bytes: Uint8Array): readonly string[] {
    const { connection } = this;
    const told: string[] = this.events();
    for (let start = 0; start < bytes.length && connection.starved; ) {
      const space = connection.space(bytes.length - start);
      space.set(bytes.subarray(start, start + space.length));
      connection.received(space.length, this.now);
      start += space.length;
      told.push(...this.events());
    }
    return told;
  }

  events(): string[] {
    const told: string[] = [];
    for (;;) {
      const event = this.connection.nextEvent(this.now);
      if (event === undefined) return told;
      told.push(eventText(event));
    }
  }

  /** What leaves, in portions of `limit` bytes. */
  sent(limit = 10_000): string {
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = this.connection.nextTransmit(limit, this.now);
      if (part === undefined) return hexFromBytes(joined(parts));
      parts.push(part.slice());
    }
  }

  add(qos: QoS, payload = "x") {
    return addTo(this.outbox, { qos, payload });
  }
}

function eventText(event: ConnectionEvent): string {
  switch (event.type) {
    case "message":
      return `${event.topicName} ${hexFromBytes(event.payload)} ${event.qos}`;
    case "stream":
      return `stream ${event.topicName} ${event.payloadLength} ${event.qos}`;
    case "chunk":
      return `chunk ${event.bytes.length}`;
    case "closed":
      return event.cause instanceof ProtocolError
        ? `closed ${event.stage} ${event.reason} ${event.cause.statement}`
        : `closed ${event.stage} ${event.reason}`;
    default:
      return event.type;
  }
}

describe("a connection begins", () => {
  test("opening, then connecting, then connected", () => {
    const { connection } = new World();
    expect([connection.state, connection.deadline]).toEqual(["opening", 15_000]);
    expect(connection.nextTransmit(100, 0)).toBe(undefined);
    connection.opened(10);
    expect([connection.state, connection.deadline]).toEqual(["connecting", 15_000]);
    const world = new World().connect();
    expect([world.connection.state, world.connection.deadline]).toEqual(["connected", 59_000]);
  });

  test("with one CONNECT, though it is told twice that the stream is open [MQTT-3.1.0-1]", () => {
    const world = new World();
    world.connection.opened(0);
    world.connection.opened(0);
    expect(world.sent()).toBe("10 10 00 04 4d 51 54 54 04 00 00 3c 00 04 64 6f 6f 72");
    expect(world.sent()).toBe("");
  });

  test("and gives up at its deadline, not before", () => {
    const world = new World();
    world.connection.expired(14_999);
    expect(world.events()).toEqual([]);
    world.connection.expired(15_000);
    expect(world.events()).toEqual(["closed open connect-timeout"]);
    expect([world.connection.state, world.connection.deadline]).toEqual(["closed", undefined]);
    expect(world.events()).toEqual([]);
  });

  test("has no deadline when connected without keep alive", () => {
    const world = new World({ keepAlive: 0 }).connect();
    expect(world.connection.deadline).toBe(undefined);
    world.connection.expired(1e12);
    expect([world.connection.state, world.sent()]).toEqual(["connected", ""]);
  });
});

describe("a connection ends", () => {
  for (const [stage, prepare] of [
    ["open", () => new World()],
    ["connack", () => opened()],
    ["connected", () => new World().connect()],
  ] as const) {
    test(`once, telling that it was in stage ${stage}, and then hears and says nothing`, () => {
      const world = prepare();
      world.connection.lost(new Error("broken"));
      world.connection.lost();
      world.connection.disconnect(0);
      world.connection.abandon();
      world.connection.expired(1e9);
      world.connection.opened(1e9);
      expect(world.events()).toEqual([`closed ${stage} network`]);
      expect([world.connection.starved, world.sent(), world.connection.state]).toEqual([false, "", "closed"]);
    });
  }

  test("by the server without a cause, except while the stream was being opened", () => {
    for (const [world, told] of [
      [new World(), "closed open network"],
      [opened(), "closed connack closed-by-server"],
      [new World().connect(), "closed connected closed-by-server"],
    ] as const) {
      world.connection.lost();
      expect(world.events()).toEqual([told]);
    }
  });

  test("and gives back the packet identifiers of what was not answered", () => {
    const world = new World().connect();
    world.connection.subscribe([{ topicFilter: "a", qos: 0 }]);
    world.connection.unsubscribe(["b"]);
    expect(world.session.identifiers.inUse).toBe(2);
    world.connection.lost();
    expect(world.session.identifiers.inUse).toBe(0);
  });

  test("with a stream under way: that is aborted first", () => {
    const world = new World({ receiveLimit: 1 }).connect();
    expect(world.receive(bytesFromHex('30 06 00 01 "a" "xy"'))).toEqual(["stream a 3 0", "chunk 2"]);
    world.connection.lost();
    expect(world.events()).toEqual(["stream-aborted", "closed connected closed-by-server"]);
    const complete = new World({ receiveLimit: 1 }).connect();
    complete.receive(bytesFromHex('30 05 00 01 "a" "xy"'));
    complete.connection.lost();
    expect(complete.events()).toEqual(["closed connected closed-by-server"]);
  });

  test("with a violation, behind which nothing is looked at, however often it is asked", () => {
    const world = new World().connect();
    const told = world.receive(bytesFromHex('30 03 00 01 "a" f0 00 30 03 00 01 "b"'));
    expect(told).toEqual(["a  0", "closed connected protocol-error MQTT-4.8.0-1"]);
    expect([world.events(), world.events(), world.sent()]).toEqual([[], [], ""]);
  });

  test("by DISCONNECT, with a deadline of its own", () => {
    const world = new World().connect();
    world.now = 1000;
    world.connection.disconnect(1000);
    expect([world.connection.state, world.connection.deadline]).toEqual(["disconnecting", 11_000]);
    world.connection.expired(10_999);
    expect(world.connection.state).toBe("disconnecting");
    world.connection.expired(11_000);
    expect(world.events()).toEqual(["closed disconnecting requested"]);
  });

  test("after DISCONNECT has been taken, and the next bytes are asked for", () => {
    const world = new World().connect();
    world.connection.disconnect(0);
    expect(world.connection.nextTransmit(0, 0)).toBe(undefined);
    expect(hexFromBytes(world.connection.nextTransmit(10, 0) as Uint8Array)).toBe("e0 00");
    expect(world.events()).toEqual([]);
    expect(world.connection.nextTransmit(10, 0)).toBe(undefined);
    expect(world.events()).toEqual(["closed disconnecting requested"]);
  });

  test("by request, however it ends in the end", () => {
    const world = new World().connect();
    world.connection.disconnect(0);
    world.connection.lost(new Error("broken"));
    expect(world.events()).toEqual(["closed disconnecting requested"]);
  });

  test("and hears nothing more while it says goodbye", () => {
    const world = new World().connect();
    world.connection.disconnect(0);
    expect(world.receive(bytesFromHex('32 05 00 01 "a" 00 07 f0 00'))).toEqual([]);
    expect(world.sent()).toBe("e0 00");
  });
});

describe("a message is acknowledged", () => {
  test("only when it has been handled, which the next question shows", () => {
    const world = new World().connect();
    const bytes = bytesFromHex('32 05 00 01 "a" 00 07 34 05 00 01 "b" 00 08');
    world.connection.space(bytes.length).set(bytes);
    world.connection.received(bytes.length, 0);
    expect(world.connection.nextEvent(0)?.type).toBe("message");
    expect(world.sent()).toBe("");
    expect(world.connection.nextEvent(0)?.type).toBe("message");
    expect(world.sent()).toBe("40 02 00 07");
    expect(world.connection.nextEvent(0)).toBe(undefined);
    expect(world.sent()).toBe("50 02 00 08");
  });

  test("before DISCONNECT when that is asked for while it is being handled", () => {
    const world = new World().connect();
    const bytes = bytesFromHex('32 05 00 01 "a" 00 07');
    world.connection.space(bytes.length).set(bytes);
    world.connection.received(bytes.length, 0);
    world.connection.nextEvent(0);
    world.connection.disconnect(0);
    expect(world.sent()).toBe("40 02 00 07 e0 00");
  });
});

describe("a stream that nobody is to have", () => {
  const long = '34 0a 00 01 "a" 00 07 "12345"';

  test("because it came before is passed over in silence, but for its PUBREC [MQTT-4.3.3-2]", () => {
    const world = new World({ receiveLimit: 3 }).connect();
    expect(world.receive(bytesFromHex(long))).toEqual(["stream a 5 2", "chunk 5", "stream-end"]);
    expect(world.receive(bytesFromHex(long))).toEqual([]);
    expect(world.sent()).toBe("50 02 00 07 50 02 00 07");
  });

  test("because its topic name is too long is told once, and passed over", () => {
    const world = new World({ receiveLimit: 3 }).connect();
    const bytes = bytesFromHex('34 0c 00 04 "long" 00 07 "1234"');
    expect([world.receive(bytes), world.receive(bytes)]).toEqual([["too-long"], []]);
    expect(world.sent()).toBe("50 02 00 07 50 02 00 07");
  });
});

describe("the same bytes give the same events", () => {
  const stream = joined([
    bytesFromHex('32 06 00 01 "a" 00 01 "x" 30 03 00 01 "b" 34 06 00 01 "c" 00 02 "y" d0 00'),
    bytesFromHex('32 0c 00 03 "a/b" 00 03 "12345" 34 09 00 01 "c" 00 04 "6789"'),
    bytesFromHex('62 02 00 02 34 06 00 01 "c" 00 02 "z" 3c 06 00 01 "c" 00 02 "z" 50 02 00 09'),
  ]);
  const expected = [
    "a 78 1",
    "b  0",
    "c 79 2",
    "stream a/b 5 1",
    "chunk",
    "stream-end",
    "stream c 4 2",
    "chunk",
    "stream-end",
    "c 7a 2",
  ];
  const answers =
    "40 02 00 01 50 02 00 02 40 02 00 03 50 02 00 04 70 02 00 02 50 02 00 02 50 02 00 02 62 02 00 09";

  /** Feeds the stream in parts that end where `cuts` say; parts of a payload count as one. */
  function check(cuts: (at: number) => number): void {
    const world = new World({ receiveLimit: 3 }).connect();
    const told: string[] = [];
    for (let start = 0; start < stream.length; ) {
      const end = Math.min(stream.length, cuts(start));
      for (const line of world.receive(stream.subarray(start, end))) {
        const short = line.startsWith("chunk") ? "chunk" : line;
        if (short !== "chunk" || told[told.length - 1] !== "chunk") told.push(short);
      }
      start = end;
    }
    expect([told, world.sent(3)]).toEqual([expected, answers]);
  }

  for (const size of [1, 2, 3, 5, 8, 13, 1000]) {
    test(`in parts of ${size}`, () => check((at) => at + size));
  }

  test("in 500 random cuts", () => {
    const random = new RandomSource(4711);
    for (let round = 0; round < 500; round += 1) check((at) => at + 1 + random.below(12));
  });
});

describe("keep alive", () => {
  test("asks at its deadline, and gives up when nothing comes", () => {
    const world = new World().connect();
    world.now = 59_000;
    world.connection.expired(58_999);
    expect(world.sent()).toBe("");
    world.connection.expired(59_000);
    expect(world.sent()).toBe("c0 00");
    expect(world.connection.deadline).toBe(69_000);
    world.connection.expired(69_000);
    expect(world.events()).toEqual(["closed connected ping-timeout"]);
  });

  test("waits for an answer from when PINGREQ could leave, as long as a packet before it makes headway", () => {
    const world = new World().connect();
    world.add(0, "x".repeat(100));
    world.connection.nextTransmit(10, 1000);
    world.connection.expired(59_000);
    expect(world.connection.deadline).toBe(69_000);
    world.connection.nextTransmit(10, 65_000);
    expect(world.connection.deadline).toBe(75_000);
    world.connection.nextTransmit(1000, 70_000);
    expect(world.connection.deadline).toBe(80_000);
    expect(hexFromBytes(world.connection.nextTransmit(10, 79_000) as Uint8Array)).toBe("c0 00");
    expect(world.connection.deadline).toBe(80_000);
    world.connection.expired(80_000);
    expect(world.events()).toEqual(["closed connected ping-timeout"]);
  });
});

describe("a PUBLISH of which only a part was sent", () => {
  for (const [qos, hex, what] of [
    [1, "40 02 00 01", "PUBACK"],
    [2, "50 02 00 01", "PUBREC"],
  ] as const) {
    test(`cannot be acknowledged: ${what} ends the connection [MQTT-4.8.0-1]`, () => {
      const world = new World().connect();
      const message = world.add(qos, "0123456789");
      expect(world.connection.nextTransmit(16, 0)?.length).toBe(16);
      expect(world.receive(bytesFromHex(hex))).toEqual(["closed connected protocol-error MQTT-4.8.0-1"]);
      expect([message.outcome, message.byteLength, world.session.inFlight]).toEqual([undefined, 17, 1]);
    });

    test(`can once its last byte has left: ${what}`, () => {
      const world = new World().connect();
      const message = world.add(qos, "0123456789");
      expect(world.connection.nextTransmit(16, 0)?.length).toBe(16);
      expect(world.connection.nextTransmit(16, 0)?.length).toBe(1);
      expect(world.receive(bytesFromHex(hex))).toEqual([]);
      expect([message.outcome, message.byteLength]).toEqual([qos === 1 ? "acknowledged" : undefined, 0]);
    });
  }

  test("does not stand in the way of others' acknowledgements", () => {
    const world = new World().connect();
    const messages = [world.add(1), world.add(2), world.add(1, "0123456789")];
    expect(world.connection.nextTransmit(16, 0)?.length).toBe(16);
    expect(world.connection.nextTransmit(16, 0)?.length).toBe(16);
    expect(world.receive(bytesFromHex("40 02 00 01 50 02 00 02"))).toEqual([]);
    expect(messages.map(({ byteLength }) => byteLength)).toEqual([0, 0, 17]);
    expect(world.sent()).toBe("39 62 02 00 02");
  });

  test("of QoS 0 is no one's: an acknowledgement that nobody waits for is ignored", () => {
    const world = new World().connect();
    const message = world.add(0, "0123456789");
    expect(world.connection.nextTransmit(10, 0)?.length).toBe(10);
    expect(world.receive(bytesFromHex("40 02 00 01"))).toEqual([]);
    expect(world.sent()).toBe("35 36 37 38 39");
    expect(message.outcome).toBe("sent");
  });
});

describe("many identifiers", () => {
  test("are shared by everything, and none is used twice at a time, over more than 65,535 [MQTT-2.3.1-2]", () => {
    const world = new World().connect();
    const { connection, session } = world;
    world.add(1);
    world.sent();
    const held = [1, connection.subscribe([{ topicFilter: "a", qos: 0 }]), connection.unsubscribe(["b"])];
    world.sent();
    const used = new Set<number>();
    for (let round = 0; round < 70_000; round += 1) {
      const packetIdentifier = connection.subscribe([{ topicFilter: "a", qos: 0 }]);
      used.add(packetIdentifier);
      connection.nextTransmit(100, 0);
      world.receive(Uint8Array.of(0x90, 3, packetIdentifier >> 8, packetIdentifier & 255, 0));
    }
    expect([held, used.size, session.identifiers.inUse]).toEqual([[1, 2, 3], 65_532, 3]);
    expect(held.some((packetIdentifier) => used.has(packetIdentifier)) || used.has(0)).toBe(false);
  });
});

function opened(): World {
  const world = new World();
  world.connection.opened(0);
  world.sent();
  return world;
}
