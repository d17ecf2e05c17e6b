/** Section 4: operational behaviour, where nothing but the wire can show a statement. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { ClientWorld } from "../scenario/support/client-world.js";

/** First bytes that a server may send (table 2.2). */
const FROM_SERVER: readonly number[] = [
  0x20, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0,
];

describe("the session", () => {
  test("of what is under way is kept for as long as the connection lasts, QoS 2 in both directions [MQTT-4.1.0-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    world.publish("sent", 2);
    world.publish("released", 2);
    world.advance(0);
    world.server.send("50 02 00 03");
    world.server.send('34 06 00 01 "a" 00 07 "x"');
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      world.advance(59_000);
      expect(world.server.received.at(-1)?.cmd).toBe("pingreq");
      world.server.send("d0 00");
    }
    expect(world.outcomes).toEqual([]);
    world.server.send('3c 06 00 01 "a" 00 07 "x"');
    expect(world.server.received.at(-1)).toMatchObject({ cmd: "pubrec", messageId: 7 });
    expect(world.messages).toHaveLength(1);
    world.server.send("70 02 00 03");
    world.server.send("50 02 00 02");
    expect(world.server.received.at(-1)).toMatchObject({ cmd: "pubrel", messageId: 2 });
    world.server.send("70 02 00 02");
    expect(world.outcomes).toEqual(["released: acknowledged", "sent: acknowledged"]);
  });
});

describe("PUBREL", () => {
  test("that is repeated for a repeated PUBREC keeps to the order of the PUBRECs [MQTT-4.6.0-4]", () => {
    const world = new ClientWorld();
    world.connect();
    for (const payload of ["a", "b"]) world.publish(payload, 2);
    world.advance(0);
    world.server.send("50 02 00 01");
    world.server.send("50 02 00 02 50 02 00 01 50 02 00 63");
    const released = world.server.received.filter(({ cmd }) => cmd === "pubrel");
    expect(released.map(({ messageId }) => messageId)).toEqual([1, 2, 1, 99]);
  });
});

describe("a topic filter", () => {
  test("with # anywhere but as the whole last level is refused, and sent as that [MQTT-4.7.1-2]", () =>
    expectFilters(["a#", "#a", "a/#/b", "a/b#", "##", "#/"], ["#", "a/#", "/#", "+/#"]));

  test("with + as less than a whole level is refused, and sent as one [MQTT-4.7.1-3]", () =>
    expectFilters(["a+", "+a", "+a/b", "a/+b", "++", "a/b+/c"], ["+", "+/+", "a/+/b", "/+"]));

  function expectFilters(refused: readonly string[], sent: readonly string[]): void {
    const world = new ClientWorld();
    world.connect();
    for (const topicFilter of refused) {
      expect(() => world.subscribe(topicFilter)).toThrow(
        expect.objectContaining({ code: "invalid-topic-filter" }),
      );
    }
    world.server.expectNothing();
    for (const topicFilter of sent) world.subscribe(topicFilter);
    expect(world.grant()).toEqual(sent);
  }
});

describe("topic names and topic filters", () => {
  test("that are empty are refused before a byte leaves [MQTT-4.7.3-1]", () => {
    const world = new ClientWorld();
    world.connect();
    expect(() => world.publish("x", 0, { topicName: "" })).toThrow("topic name is empty");
    expect(() => world.subscribe("")).toThrow("topic filter is empty");
    const will = { topicName: "", payload: new Uint8Array(0), qos: 0, retain: false } as const;
    expect(() => new ClientWorld({ mqtt: { will } })).toThrow("topic name is empty");
    world.server.expectNothing();
  });

  test("of 65,535 bytes are sent, and of one more are refused [MQTT-4.7.3-3]", () => {
    // Three bytes each.
    const longest = "日".repeat(21_845);
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connect();
    expect(() => world.publish("x", 0, { topicName: `${longest}a` })).toThrow("65536 bytes");
    expect(() => world.subscribe(`${longest}a`)).toThrow("65536 bytes");
    world.server.expectNothing();
    world.publish("x", 0, { topicName: longest });
    expect(world.server.expectPacket({ cmd: "publish" }).topic).toBe(longest);
    world.subscribe(longest);
    expect(world.grant()).toEqual([longest]);
  });
});

describe("the connection", () => {
  test("is closed at once, and by the client, for anything that no server may send [MQTT-4.8.0-1]", () => {
    for (let first = 0; first < 256; first += 1) {
      if (FROM_SERVER.includes(first)) continue;
      const world = new ClientWorld();
      world.connectSubscribed("#", 2);
      world.news();
      world.server.send(Uint8Array.of(first, 2, 0, 1));
      world.server.expectEnd();
      expect(world.news()[0]).toMatch("disconnected from mqtt: protocol-error (connected)");
    }
  });
});

describe("want of memory", () => {
  /** From now on no array of `byteLength` bytes can be made. */
  function exhaust(byteLength: number): void {
    const construct = (made: typeof Uint8Array, given: readonly unknown[]): object => {
      if (given[0] === byteLength) throw new RangeError("out of memory");
      return Reflect.construct(made, given);
    };
    vi.stubGlobal("Uint8Array", new Proxy(Uint8Array, { construct }));
  }

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  // The packet is 1,944 bytes long, and comes in two parts, so that only the client needs an array for all of it.
  const long = `34 95 0f 00 01 "a" 20 00 "${"x".repeat(936)}"`;

  for (const [what, byteLength, before, first, rest] of [
    ["a long PUBLISH", 1944, "", long, `"${"x".repeat(1000)}"`],
    // It is far from one that is open, which is what a segment of the set is for.
    ["the identifier of a QoS 2 message", 128, '34 06 00 01 "a" 00 01 "w"', '34 06 00 01 "a" 20 00 "x"', ""],
  ] as const) {
    test(`for ${what} closes the connection without an acknowledgement, and it comes again [MQTT-4.8.0-2]`, () => {
      const world = new ClientWorld();
      world.connectSubscribed("a", 2);
      if (before !== "") {
        world.server.send(before);
        world.server.expect("50 02 00 01");
      }
      const { length } = world.messages;
      exhaust(byteLength);
      world.server.send(first);
      if (rest !== "") world.server.send(rest);
      world.server.expectEnd();
      vi.unstubAllGlobals();
      expect(world.messages).toHaveLength(length);
      world.reconnect(true);
      world.server.send(`${first} ${rest}`);
      world.server.expect("50 02 20 00");
      expect(world.messages).toHaveLength(length + 1);
    });
  }
});
