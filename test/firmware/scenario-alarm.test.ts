/** The alarm on the network: doors, commands, ghosts, and brokers that come and go. */

import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/schema.js";
import { CLOSED, FRONT, HALL, OPEN, World } from "./world.js";

const STATE = "hall/alarm/state";
const COMMAND = "hall/alarm/command";
const DISARMED: PartialConfig = { ...HALL, alarm: { doors: ["front/door/state"] } };

describe("an alarm and a door sensor on one broker", () => {
  test("the door sets the alarm off once it is armed, and a command ends it", () => {
    const world = new World();
    const hall = world.startDevice(DISARMED);
    const front = world.startDevice(FRONT);
    const siren = () => hall.board.level(18);
    const wait = () => world.clock.advance(1000);

    front.board.set(4, OPEN);
    wait();
    expect(siren()).toBe(0);
    front.board.set(4, CLOSED);
    wait();
    world.broker.publish(COMMAND, "arm");
    wait();
    expect(world.retained(STATE)).toBe("armed");
    front.board.set(4, OPEN);
    wait();
    expect(siren()).toBe(1);
    expect(world.retained(STATE)).toBe("triggered");
    world.broker.publish(COMMAND, "disarm");
    wait();
    expect(siren()).toBe(0);
    expect(world.broker.texts(STATE)).toEqual(["disarmed", "armed", "triggered", "disarmed"]);
  });

  test("a door that is opened only for a moment is heard too", () => {
    const world = new World();
    const hall = world.startDevice(HALL);
    const front = world.startDevice(FRONT);
    front.board.set(4, OPEN);
    world.clock.advance(51);
    front.board.set(4, CLOSED);
    world.clock.advance(1000);
    expect(hall.board.level(18)).toBe(1);
    expect(world.retained("front/door/state")).toBe("closed");
  });

  test("both find each other again on the backup", () => {
    const world = new World();
    const mqtt1 = { enable: true, server: "backup" };
    const hall = world.startDevice({ ...HALL, mqtt1 });
    const front = world.startDevice({ ...FRONT, mqtt1 });
    world.broker.stop();
    world.clock.advance(600_000);
    expect(world.backup.connected.toSorted()).toEqual(["front", "hall"]);
    expect(hall.board.level(18)).toBe(0);
    front.board.set(4, OPEN);
    world.clock.advance(1000);
    expect(hall.board.level(18)).toBe(1);
    expect(world.backup.texts(STATE)).toEqual(["armed", "triggered"]);
  });
});

describe("an alarm that connects", () => {
  test("is not set off by an open that the broker kept, at no connection", () => {
    const world = new World();
    world.broker.publish("front/door/state", "open", { retain: true });
    const hall = world.startDevice(HALL);
    for (let i = 0; i < 5; i += 1) {
      world.broker.kick("hall");
      world.clock.advance(120_000);
    }
    expect(world.broker.connected).toEqual(["hall"]);
    expect(hall.board.level(18)).toBe(0);
    expect(world.retained(STATE)).toBe("armed");
    world.broker.publish("front/door/state", "open", { retain: true });
    world.clock.advance(1000);
    expect(hall.board.level(18)).toBe(1);
  });

  test("does not obey a command that the broker kept", () => {
    const world = new World();
    const hall = world.startDevice(HALL);
    world.broker.publish(COMMAND, "disarm", { retain: true });
    world.clock.advance(100);
    expect(world.retained(STATE)).toBe("disarmed");
    world.broker.publish(COMMAND, "arm");
    world.clock.advance(100);
    world.broker.kick("hall");
    world.clock.advance(60_000);
    expect(world.retained(STATE)).toBe("armed");
    expect(hall.board.lines).toContain(
      'info: retained message on "hall/alarm/command" ignored, as alarm.trigger_on_retained is false',
    );
  });

  test("takes both as new when alarm.trigger_on_retained is set", () => {
    const world = new World();
    world.broker.publish("front/door/state", "open", { retain: true });
    const alarm = { doors: ["front/door/state"], armed: true, trigger_on_retained: true };
    const hall = world.startDevice({ ...HALL, alarm });
    expect(hall.board.level(18)).toBe(1);
    world.broker.publish(COMMAND, "disarm", { retain: true });
    world.broker.kick("hall");
    world.clock.advance(60_000);
    expect(hall.board.level(18)).toBe(0);
    expect(world.retained(STATE)).toBe("disarmed");
  });

  test("hears what was published while it was away, if the broker keeps its session", () => {
    const world = new World();
    const hall = world.startDevice({
      ...HALL,
      mqtt: { enable: true, server: "broker", clean_session: false },
    });
    hall.provider.drop();
    world.clock.advance(500);
    world.broker.publish("front/door/state", "open", { qos: 1, retain: true });
    world.clock.advance(60_000);
    expect(hall.board.level(18)).toBe(1);
  });

  test("goes on without the doors that the server does not let it read", () => {
    const world = new World();
    const doors = ["secret/door/state", "front/door/state"];
    const hall = world.startDevice({ ...HALL, alarm: { doors, armed: true } });
    expect(hall.board.lines).toContain(
      'warn: mqtt refuses the subscription to "secret/door/state": check what the server allows mqtt.user to read',
    );
    world.broker.publish("front/door/state", "open");
    world.clock.advance(100);
    expect(hall.board.level(18)).toBe(1);
  });
});

describe("an alarm that loses its broker", () => {
  test("keeps its siren sounding, and tells the state when it is back", () => {
    const world = new World();
    const hall = world.startDevice(HALL);
    world.broker.publish("front/door/state", "open");
    world.clock.advance(100);
    world.broker.stop({ loseSessions: true });
    world.clock.advance(3_600_000);
    expect(hall.board.level(18)).toBe(1);
    expect(hall.board.outputs.get(18)).toEqual([0, 1]);
    world.broker.start();
    world.clock.advance(120_000);
    expect(world.retained(STATE)).toBe("triggered");
    world.broker.publish(COMMAND, "silence");
    world.clock.advance(100);
    expect(hall.board.level(18)).toBe(0);
    expect(world.retained(STATE)).toBe("armed");
  });

  test("stays silent when it was silent", () => {
    const world = new World();
    const hall = world.startDevice(HALL);
    world.network.down("broker");
    world.clock.advance(3_600_000);
    world.network.up("broker");
    world.clock.advance(120_000);
    expect(hall.board.outputs.get(18)).toEqual([0]);
    expect(world.retained(STATE)).toBe("armed");
  });
});

describe("an alarm among strangers", () => {
  test("is not harmed by payloads of all kinds and lengths, and still hears the door", () => {
    const world = new World();
    const hall = world.startDevice(HALL);
    const payloads = ["", "\0", "\uffff", "ARM", "x".repeat(3072), "x".repeat(100_000)];
    for (const topicName of ["front/door/state", COMMAND]) {
      for (const payload of payloads) {
        world.broker.publish(topicName, payload, { qos: 1 });
        const bytes = new Uint8Array([0xff, 0xfe, 0xed, 0xa0, 0x80]);
        world.broker.onMessage({ topicName, payload: bytes, qos: 2, retain: false }, "stranger");
      }
    }
    world.clock.advance(60_000);
    expect(hall.board.level(18)).toBe(0);
    expect(world.retained(STATE)).toBe("armed");
    expect(hall.events.filter(({ type }) => type === "message-refused")).toHaveLength(2);
    expect(hall.events.filter(({ type }) => type === "disconnected")).toEqual([]);
    world.broker.publish("front/door/state", "open");
    world.clock.advance(100);
    expect(hall.board.level(18)).toBe(1);
  });

  test("answers each unknown command with its state", () => {
    const world = new World();
    world.startDevice(HALL);
    for (let i = 0; i < 3; i += 1) world.broker.publish(COMMAND, "please");
    world.clock.advance(1000);
    expect(world.broker.texts(STATE)).toEqual(["armed", "armed", "armed", "armed"]);
  });
});
