/** What goes along from one server to the other: messages, subscriptions, and what each server still knows. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

/** One wait of 1 s at each server, so that every failed attempt is followed by one at the other. */
const ONE_WAIT = { reconnectMinimum: 1000, reconnectMaximum: 1000 } as const;

class FailOverWorld extends ClientWorld {
  constructor() {
    super({ mqtt: ONE_WAIT, mqtt1: ONE_WAIT });
  }

  /** The primary goes down, and the backup is connected. */
  failOver(sessionPresent = false): void {
    this.network.setHost("broker", "refusing");
    this.network.setHost("backup", "up");
    this.network.cut("broker");
    this.clock.runUntil(() => this.backup.waitingCount > 0, 10_000);
    this.backup.greet({ sessionPresent });
  }

  /** The other way round. */
  failBack(sessionPresent: boolean): void {
    this.network.setHost("broker", "up");
    this.network.setHost("backup", "refusing");
    this.network.cut("backup");
    this.clock.runUntil(() => this.server.waitingCount > 0, 10_000);
    this.server.greet({ sessionPresent });
  }
}

describe("messages", () => {
  test("queued while no server is there are delivered by the first that is, in order", () => {
    const world = new FailOverWorld();
    for (const host of ["broker", "backup"]) world.network.setHost(host, "refusing");
    world.client.start();
    for (const payload of ["a", "b", "c"]) {
      world.publish(payload);
      world.advance(1000);
    }
    world.network.setHost("backup", "up");
    world.clock.runUntil(() => world.backup.waitingCount > 0, 10_000);
    world.backup.greet();
    world.backup.expect('32 06 00 01 "t" 00 01 "a" 32 06 00 01 "t" 00 02 "b" 32 06 00 01 "t" 00 03 "c"');
    world.backup.send("40 02 00 01 40 02 00 02 40 02 00 03");
    expect(world.outcomes).toEqual(["a: acknowledged", "b: acknowledged", "c: acknowledged"]);
  });

  test("in flight at the primary go to the backup as new, before queued ones", () => {
    const world = new FailOverWorld();
    world.connect();
    world.publish("a", 1);
    world.publish("b", 2);
    world.advance(0);
    world.network.cut("broker");
    world.network.setHost("broker", "refusing");
    world.publish("c", 1);
    world.failOver();
    world.backup.expect('32 06 00 01 "t" 00 01 "a" 34 06 00 01 "t" 00 02 "b" 32 06 00 01 "t" 00 03 "c"');
    expect([world.outcomes, world.client.pending]).toEqual([[], 3]);
  });

  test("that the primary has taken on with PUBREC are done, and are released when it is back", () => {
    const world = new FailOverWorld();
    world.connect();
    world.publish("a", 2);
    world.publish("b", 2);
    world.advance(0);
    world.server.send("50 02 00 02 50 02 00 01");
    world.failOver();
    world.backup.expectNothing();
    expect(world.outcomes).toEqual(["b: acknowledged", "a: acknowledged"]);
    expect(world.client.pending).toBe(0);
    world.failBack(true);
    world.server.expect("62 02 00 02 62 02 00 01");
    world.server.send("70 02 00 02 70 02 00 01");
    world.server.expectNothing();
    expect(world.outcomes).toHaveLength(2);
  });

  test("that went to the backup are not sent to the primary again", () => {
    const world = new FailOverWorld();
    world.connect();
    world.publish("a", 1);
    world.publish("b", 2);
    world.advance(0);
    world.failOver();
    world.backup.send("40 02 00 01 50 02 00 02");
    world.backup.send("70 02 00 02");
    expect(world.outcomes).toEqual(["a: acknowledged", "b: acknowledged"]);
    world.failBack(true);
    world.server.expectNothing();
  });

  test("that come back with it do not use identifiers under which the primary may hold a QoS 2 message", () => {
    const world = new FailOverWorld();
    world.connect();
    world.publish("a", 1);
    world.publish("b", 2);
    world.advance(0);
    world.server.expect('32 06 00 01 "t" 00 01 "a" 34 06 00 01 "t" 00 02 "b"');
    world.failOver();
    world.failBack(true);
    world.server.expect('32 06 00 01 "t" 00 03 "a" 34 06 00 01 "t" 00 04 "b"');
    // The primary repeats its answer to what it holds: it is released, and nothing else happens.
    world.server.send("50 02 00 02");
    world.server.expect("62 02 00 02");
    world.server.send("70 02 00 02");
    expect([world.outcomes, world.client.pending]).toEqual([[], 2]);
  });

  test("keep their order over several changes of server", () => {
    const world = new FailOverWorld();
    const payloads = ["a", "b", "c", "d", "e", "f"];
    world.connect();
    for (const payload of payloads.slice(0, 2)) world.publish(payload);
    world.advance(0);
    world.failOver();
    for (const payload of payloads.slice(2, 4)) world.publish(payload);
    world.advance(0);
    world.failBack(true);
    for (const payload of payloads.slice(4)) world.publish(payload);
    world.advance(0);
    const sent = world.server.received.flatMap((packet) =>
      packet.cmd === "publish" ? [`${packet.payload} ${packet.dup}`] : [],
    );
    expect(sent).toEqual(payloads.map((payload) => `${payload} false`));
  });
});

describe("what the server sends", () => {
  test("with QoS 2 is remembered for each server by itself", () => {
    const world = new FailOverWorld();
    world.connectSubscribed("a", 2);
    world.server.send('34 06 00 01 "a" 00 07 "1"');
    world.server.expect("50 02 00 07");
    world.failOver();
    world.grant(world.backup);
    world.backup.send('34 06 00 01 "a" 00 07 "2"');
    world.backup.expect("50 02 00 07");
    world.failBack(true);
    world.server.send('3c 06 00 01 "a" 00 07 "1"');
    world.server.expect("50 02 00 07");
    expect(world.messages).toEqual(['a "1", QoS 2', 'a "2", QoS 2']);
  });
});

describe("subscriptions", () => {
  test("are made at the backup, and are still there at the primary when it has kept them", () => {
    const world = new FailOverWorld();
    world.subscribe("a", 1);
    world.connectSubscribed("b", 1);
    world.failOver();
    expect(world.grant(world.backup)).toEqual(["a", "b"]);
    world.failBack(true);
    world.server.expectNothing();
    world.failOver(true);
    world.backup.expectNothing();
    world.failBack(false);
    expect(world.grant()).toEqual(["a", "b"]);
  });

  test("that changed at the backup are brought up to date at the primary", () => {
    const world = new FailOverWorld();
    world.subscribe("kept", 1);
    world.connectSubscribed("dropped", 1);
    world.failOver();
    world.grant(world.backup);
    world.client.unsubscribe("dropped");
    const { messageId = 0 } = world.backup.expectPacket({ cmd: "unsubscribe", unsubscriptions: ["dropped"] });
    world.backup.sendPacket({ cmd: "unsuback", messageId });
    world.subscribe("added", 1);
    world.grant(world.backup);
    world.failBack(true);
    expect(world.grant()).toEqual(["added"]);
    world.server.expectPacket({ cmd: "unsubscribe", unsubscriptions: ["dropped"] });
  });

  test("that the primary refused are asked for at the backup, and not again at the primary", () => {
    const world = new FailOverWorld();
    world.subscribe("a", 1);
    world.connect();
    world.server.expectPacket({ cmd: "subscribe", messageId: 1 });
    world.server.send("90 03 00 01 80");
    world.failOver();
    expect(world.grant(world.backup)).toEqual(["a"]);
    world.failBack(false);
    world.server.expectNothing();
  });
});
