/** `finish`: a device wakes up, says what it has to say, and may sleep again. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/mqtt/errors.js";
import { CONNECT } from "../mqtt/support/server-options.js";
import { ClientWorld } from "./support/client-world.js";

const PUBLISH = '32 06 00 01 "t" 00 01 "x"';

/** The server accepts, and gets the message of `publish`. */
function accept(world: ClientWorld): void {
  world.server.expect(CONNECT);
  world.server.send("20 02 00 00");
  world.server.expect(PUBLISH);
}

describe("finish", () => {
  test("connects, delivers, says DISCONNECT after the acknowledgement, and tells when it is over", () => {
    const world = new ClientWorld();
    world.publish("x");
    world.client.finish();
    accept(world);
    world.advance(60_000);
    world.server.expect("c0 00");
    world.server.send("d0 00");
    expect(world.client.connected).toBe(true);
    world.server.send("40 02 00 01");
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.news()).toEqual([
      "connecting to mqtt, attempt 1",
      "connected to mqtt",
      "disconnected from mqtt: requested (disconnecting)",
      "finished, 0 pending",
    ]);
    expect([world.outcomes, world.clock.pending]).toEqual([["x: acknowledged"], 0]);
  });

  test("waits for the end of each exchange: PUBCOMP at QoS 2", () => {
    const world = new ClientWorld();
    world.publish("x", 2);
    world.client.finish();
    world.server.greet();
    world.server.expectPacket({ cmd: "publish" });
    world.server.send("50 02 00 01");
    world.server.expect("62 02 00 01");
    world.server.expectNothing();
    world.server.send("70 02 00 01");
    world.server.expect("e0 00");
  });

  test("says DISCONNECT behind a message of QoS 0, which nobody acknowledges", () => {
    const world = new ClientWorld({ mqtt: { queueQos0: true } });
    world.publish("x", 0);
    world.client.finish();
    world.server.greet();
    world.server.expect('30 04 00 01 "t" "x" e0 00');
    world.server.expectEnd();
    expect([world.outcomes, world.news().at(-1)]).toEqual([["x: sent"], "finished, 0 pending"]);
  });

  test("does not connect when there is nothing to say", () => {
    const world = new ClientWorld();
    world.client.finish();
    expect([world.news(), world.clock.pending]).toEqual([["finished, 0 pending"], 0]);
    world.server.expectNoConnection();
  });

  test("ends a connection over which there is nothing to say", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.finish();
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.news().at(-1)).toBe("finished, 0 pending");
  });

  test("delivers what a handler publishes on hearing an outcome", () => {
    const world = new ClientWorld();
    const again = { topicName: "t", payload: "y", qos: 1 } as const;
    world.client.publish({ ...again, payload: "x" }, { onOutcome: () => world.client.publish(again) });
    world.client.finish();
    accept(world);
    world.server.send("40 02 00 01");
    world.server.expect('32 06 00 01 "t" 00 02 "y"');
    world.server.send("40 02 00 02");
    world.server.expect("e0 00");
  });

  test("also when the outcome is that of a message refused in between", () => {
    const world = new ClientWorld();
    const publish = (payload: string, onOutcome = () => {}) =>
      world.client.publish({ topicName: "t", payload, qos: 1 }, { onOutcome });
    const tooLong = "y".repeat(20_000);
    publish("x", () => publish(tooLong, () => publish("z")));
    world.client.finish();
    accept(world);
    world.server.send("40 02 00 01");
    world.server.expect('32 06 00 01 "t" 00 02 "z"');
    world.server.send("40 02 00 02");
    world.server.expect("e0 00");
  });

  test("goes on trying, and stops when its time is over: what is left is kept for the next start", () => {
    const world = new ClientWorld();
    world.network.setHost("broker", "refusing");
    world.publish("x");
    world.client.finish(5000);
    world.advance(4999);
    expect(world.news().at(-1)).toBe("waiting 4 s for mqtt");
    world.advance(1);
    expect([world.news(), world.clock.pending]).toEqual([["finished, 1 pending"], 0]);
    world.network.setHost("broker", "up");
    world.client.start();
    accept(world);
  });

  test("stops when its time is over although an acknowledgement is owed, with DISCONNECT", () => {
    const world = new ClientWorld();
    world.publish("x");
    world.client.finish(5000);
    accept(world);
    world.advance(5000);
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(world.news().at(-1)).toBe("finished, 1 pending");
  });

  test("is not over before the connection is, be it that DISCONNECT finds no room", () => {
    const world = new ClientWorld({ mqtt: { maximumQueueBytes: 200_000 } });
    world.connect();
    world.network.links[0]?.stall("up");
    world.publish("x".repeat(70_000));
    world.client.finish(1000);
    world.advance(1000 + 9999);
    expect(world.news().at(-1)).toBe("connected to mqtt");
    world.advance(1);
    expect(world.news()).toEqual([
      "disconnected from mqtt: requested (disconnecting)",
      "finished, 1 pending",
    ]);
  });

  test("is over when the last message has expired", () => {
    const world = new ClientWorld();
    world.network.setHost("broker", "silent");
    world.publish("x", 1, { expiresAfter: 3000 });
    world.client.finish();
    world.advance(3001);
    expect(world.news().slice(1)).toEqual([
      "disconnected from mqtt: requested (open)",
      "finished, 0 pending",
    ]);
    expect([world.outcomes, world.clock.pending]).toEqual([["x: expired"], 0]);
  });

  test("is taken back by start", () => {
    const world = new ClientWorld();
    world.publish("x");
    world.client.finish(5000);
    accept(world);
    world.client.start();
    world.server.send("40 02 00 01");
    world.advance(10_000);
    world.server.expectNothing();
    expect(world.client.connected).toBe(true);
  });

  test("is over sooner with stop and abandon, and it is told", () => {
    for (const how of ["stop", "abandon"] as const) {
      const world = new ClientWorld();
      world.publish("x");
      world.client.finish();
      accept(world);
      world.client[how]();
      if (how === "stop") world.server.expect("e0 00");
      world.server.expectEnd();
      expect(world.news().at(-1)).toBe("finished, 1 pending");
    }
  });

  test("is told once, and may be asked for again by the observer", () => {
    const world = new ClientWorld({
      onEvent: (event, { client, events }) => {
        if (event.type === "finished" && events.length < 20) client.finish();
      },
    });
    world.client.finish();
    world.advance(0);
    expect(world.log.length).toBe(20);
    world.client.finish();
    world.client.finish();
    expect(world.news().slice(20)).toEqual(["finished, 0 pending"]);
  });

  test("refuses a time that is none", () => {
    const world = new ClientWorld();
    for (const within of [-1, Number.NaN]) expect(() => world.client.finish(within)).toThrow(UsageError);
    expect([world.news(), world.clock.pending]).toEqual([[], 0]);
  });
});
