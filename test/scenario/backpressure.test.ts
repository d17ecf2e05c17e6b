/** Links on which one direction does not move: nothing is lost, and memory stays bounded. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

/** What the virtual transport takes without any of it arriving, and what it holds for an application that does not read. */
const WINDOW = 65_536;

describe("a server that floods and does not read", () => {
  test("has its messages delivered only as fast as it takes the acknowledgements, and all of them", () => {
    const world = new ClientWorld();
    let count = 0;
    world.connectSubscribed("a", 1, {
      onMessage: () => {
        count += 1;
      },
    });
    world.messages.length = 0;
    const { link } = world.server.connection;
    link.stall("up");
    const total = 60_000;
    const message = Uint8Array.of(0x32, 6, 0, 1, 0x61, 0, 7, 0x78);
    for (let sent = 0; sent < total; sent += 1) link.server.write(message);
    world.advance(1000);
    // The acknowledgements that the transport and the client hold, and no message more.
    expect(count).toBeLessThanOrEqual((WINDOW + 256) / 4);
    expect(link.client.unreadByteLength).toBeLessThanOrEqual(WINDOW);
    expect(link.server.undeliveredByteLength).toBeGreaterThan(200_000);
    link.resume("up");
    world.advance(0);
    expect([count, world.client.connected]).toEqual([total, true]);
    const acknowledged = world.server.received.filter(({ cmd }) => cmd === "puback");
    expect(acknowledged).toHaveLength(total);
  });

  test("is given up when it does not read for keep alive + 10 s, and sends everything again", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    const { link } = world.server.connection;
    link.stall("up");
    for (let id = 1; id <= 20_000; id += 1) {
      link.server.write(Uint8Array.of(0x34, 5, 0, 1, 0x61, id >> 8, id & 255));
    }
    world.advance(70_000);
    expect(world.log).toContain("disconnected from mqtt: ping-timeout (connected)");
    const before = world.messages.length;
    expect(before).toBeLessThan(20_000);
    world.advance(2000);
    world.server.greet({ sessionPresent: true });
    for (let id = 1; id <= 20_000; id += 1) {
      world.server.connection.link.server.write(Uint8Array.of(0x3c, 5, 0, 1, 0x61, id >> 8, id & 255));
    }
    world.advance(0);
    expect(world.messages).toHaveLength(20_000);
    expect(world.server.received.filter(({ cmd }) => cmd === "pubrec")).toHaveLength(20_000);
  });

  test("that ends the stream while acknowledgements wait: what was not read is not delivered, and comes again", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1);
    const { link } = world.server.connection;
    link.stall("up");
    for (let sent = 0; sent < 17_000; sent += 1) {
      link.server.write(Uint8Array.of(0x32, 5, 0, 1, 0x61, 0, 7));
    }
    link.server.close();
    world.advance(0);
    expect(world.log.at(-2)).toBe("disconnected from mqtt: closed-by-server (connected)");
    expect(world.network.links.filter(({ client }) => client.state !== "closed")).toEqual([]);
    world.reconnect(true);
    world.server.send('32 05 00 01 "a" 00 07');
    world.server.expect("40 02 00 07");
  });
});

describe("a link that takes nothing", () => {
  test("lets messages wait by the bounds of the queue, and then go out in order", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000, maximumInFlight: 1000 } });
    world.connect();
    const { link } = world.server.connection;
    link.stall("up");
    const payloads = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(900, "."));
    for (const payload of payloads) world.publish(payload);
    world.advance(0);
    expect(link.client.undeliveredByteLength).toBe(WINDOW);
    expect(world.client.pending).toBe(200);
    link.resume("up");
    world.advance(0);
    const arrived = world.server.received.flatMap((packet) =>
      packet.cmd === "publish" ? [`${packet.payload}`] : [],
    );
    expect(arrived).toEqual(payloads);
  });

  test("does not lose an acknowledgement while a long message is on its way", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connectSubscribed("a", 2);
    const { link } = world.server.connection;
    link.stall("up");
    const payload = "x".repeat(150_000);
    world.publish(payload);
    world.advance(0);
    world.server.send('32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08 62 02 00 09');
    link.resume("up");
    world.server.expectPacket({ cmd: "publish", payload, messageId: 2 });
    world.server.expect("40 02 00 07 50 02 00 08 70 02 00 09");
  });
});

describe("DISCONNECT", () => {
  test("waits for the packet that is on its way, and is the last [MQTT-3.14.4-2]", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connectSubscribed("a", 1);
    const { link } = world.server.connection;
    link.stall("up");
    const payload = "x".repeat(150_000);
    world.publish(payload, 0);
    world.publish("next", 1);
    world.advance(0);
    world.server.send('32 05 00 01 "a" 00 07');
    world.client.stop();
    world.publish("later", 1);
    world.subscribe("b");
    world.advance(0);
    world.server.send('32 05 00 01 "a" 00 08');
    world.advance(5000);
    link.resume("up");
    world.server.expectPacket({ cmd: "publish", payload });
    world.server.expect("40 02 00 07 e0 00");
    world.server.expectEnd();
    expect(world.outcomes).toEqual([`${payload}: sent`]);
    expect([world.client.pending, world.clock.pending]).toEqual([2, 0]);
  });

  test("is given up after the response timeout when the server never reads", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connect();
    world.network.links[0]?.stall("up");
    world.publish("x".repeat(150_000), 1);
    world.advance(0);
    world.client.stop();
    world.news();
    world.advance(9999);
    expect(world.news()).toEqual([]);
    world.advance(1);
    expect(world.news()).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
    expect(world.clock.pending).toBe(0);
  });

  test("is not waited for when the network breaks first, and that is no failure", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connect();
    const { link } = world.server.connection;
    link.stall("up");
    world.publish("x".repeat(150_000), 1);
    world.advance(0);
    world.client.stop();
    world.advance(0);
    link.reset();
    world.advance(100_000);
    expect(world.news().slice(2)).toEqual(["disconnected from mqtt: requested (disconnecting)"]);
    expect(world.client.pending).toBe(1);
  });

  test("is left out by abandon, so that the server publishes the will", () => {
    const world = new ClientWorld();
    world.connect();
    world.publish("x");
    world.advance(0);
    world.client.abandon();
    world.server.expect('32 06 00 01 "t" 00 01 "x"');
    world.server.expectEnd();
    world.advance(100_000);
    world.server.expectNoConnection();
    expect(world.news().at(-1)).toBe("disconnected from mqtt: requested (connected)");
  });
});
