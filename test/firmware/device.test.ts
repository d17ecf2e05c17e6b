/** A whole device: its making, its birth, its will, and how it stops. */

import { describe, expect, test } from "vitest";
import { Alarm } from "../../firmware/apps/alarm.js";
import type { WifiReport } from "../../firmware/apps/attempt-text.js";
import type { Device } from "../../firmware/apps/device.js";
import { DoorSensor } from "../../firmware/apps/door-sensor.js";
import type { PartialConfig } from "../../src/config/schema.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { FRONT, HALL, OPEN, World } from "./world.js";

function statuses(world: World): readonly string[] {
  return world.broker.texts("front/status");
}

describe("the making of a device", () => {
  test("gives it the application that the config asks for", () => {
    const world = new World();
    expect(world.createDevice(FRONT).device.app).toBeInstanceOf(DoorSensor);
    expect(world.createDevice(HALL).device.app).toBeInstanceOf(Alarm);
  });

  test("names it after device.id, or as the platform does", () => {
    const world = new World();
    expect(world.createDevice(FRONT).device.id).toBe("front");
    const { device } = world.startDevice({ ...FRONT, device: { id: "" } });
    expect(device.id).toBe("reed-4a5b6c");
    expect(world.retained("reed-4a5b6c/door/state")).toBe("closed");
    expect(world.broker.connected).toEqual(["reed-4a5b6c"]);
  });

  test("refuses a config that does not say what the device is for", () => {
    expect(() => new World().createDevice({ ...FRONT, app: "" })).toThrow(
      'app: expected door-sensor, alarm or climate-sensor, got ""',
    );
  });

  test("refuses a config without a server", () => {
    expect(() => new World().createDevice({ ...FRONT, mqtt: { enable: false } })).toThrow(
      "mqtt.enable: expected true, got false",
    );
  });

  test("uses the topics, the pin and the levels that the config names", () => {
    const world = new World();
    const { board } = world.startDevice({
      ...FRONT,
      door: {
        pin: 27,
        active_low: false,
        debounce: 10,
        state_topic: "home/doors/front",
        event_topic: "home/log",
        status_topic: "home/status/front",
      },
    });
    board.set(27, 1);
    world.clock.advance(1000);
    expect([...world.broker.retained.keys()].sort()).toEqual([
      "home/doors/front",
      "home/status/front",
      "home/status/front/connection",
    ]);
    expect(world.broker.texts("home/doors/front")).toEqual(["open", "closed"]);
    expect(world.broker.texts("home/log")).toHaveLength(1);
  });
});

describe("the status of a device", () => {
  test("is online, retained and with QoS 1, at each connection", () => {
    const world = new World();
    const { provider } = world.startDevice(FRONT);
    const birth = world.broker.published.find(({ topicName }) => topicName === "front/status");
    expect(birth).toMatchObject({ text: "online", retain: true, qos: 1 });
    provider.drop();
    world.clock.advance(5000);
    expect(statuses(world)).toEqual(["online", "offline", "online"]);
    expect(world.retained("front/status")).toBe("online");
  });

  test("is offline by the will when the link breaks", () => {
    const world = new World();
    const { provider } = world.startDevice(FRONT);
    provider.drop();
    world.clock.advance(1000);
    expect(world.broker.published.at(-1)).toMatchObject({
      topicName: "front/status",
      text: "offline",
      retain: true,
      qos: 1,
    });
  });

  test("does not fill the queue when a server accepts and drops, over and over", () => {
    const world = new World();
    const { device, board } = world.startDevice({
      ...FRONT,
      mqtt: { enable: true, server: "broker", reconnect_timeout_max: 2, max_queue_length: 4 },
    });
    world.broker.fault = (direction, packet) => direction === "in" && packet.cmd === "publish";
    for (let i = 0; i < 50; i += 1) {
      world.broker.kick("front");
      world.clock.advance(3000);
      expect(device.client.pending).toBeLessThanOrEqual(2);
    }
    world.broker.fault = undefined;
    board.set(4, OPEN);
    world.broker.kick("front");
    world.clock.advance(3000);
    expect(world.broker.texts("front/door/event")).toHaveLength(1);
    expect(world.retained("front/door/state")).toBe("open");
    expect(board.lines.filter((line) => line.includes("lost"))).toEqual([]);
  });

  test("leaves a will of the config alone, and warns that online would stay", () => {
    const world = new World();
    const { board, provider } = world.startDevice({
      ...FRONT,
      mqtt: { enable: true, server: "broker", will_topic: "obituaries", will_message: "front is gone" },
    });
    expect(board.lines).toContain(
      'warn: mqtt.will_topic is not the device\'s own: "online" stays on front/status when the link breaks',
    );
    provider.drop();
    world.clock.advance(100);
    expect(world.broker.published.at(-1)).toMatchObject({ topicName: "obituaries", text: "front is gone" });
  });

  test("does not warn of a will that says the same", () => {
    const mqtt = { enable: true, server: "broker", will_topic: "front/status", will_message: "offline" };
    const { board } = new World().createDevice({ ...FRONT, mqtt: { ...mqtt, will_retain: true } });
    expect(board.lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  });
});

describe("a device that is stopped", () => {
  function stop(world: World, device: Device): { readonly at: number | undefined } {
    const stopped: { at: number | undefined } = { at: undefined };
    const start = world.clock.now();
    device.stop(() => {
      stopped.at = world.clock.now() - start;
    });
    expect(stopped.at).toBe(undefined);
    return stopped;
  }

  test("says offline itself, and disconnects when that is acknowledged", () => {
    const world = new World();
    const { device, events } = world.startDevice(FRONT);
    const stopped = stop(world, device);
    world.clock.advance(1000);
    expect(stopped.at).toBe(20);
    expect(statuses(world)).toEqual(["online", "offline"]);
    expect(world.retained("front/status")).toBe("offline");
    expect(world.broker.connectionEvents.at(-1)).toMatchObject({ type: "disconnected by the client" });
    expect(events.at(-1)).toMatchObject({ type: "disconnected", reason: "requested" });
    world.clock.advance(3_600_000);
    expect(world.broker.connected).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });

  test("waits 2 s at most for the acknowledgement", () => {
    const world = new World();
    const { device } = world.startDevice(FRONT);
    world.broker.fault = (direction, packet) => direction === "out" && packet.cmd === "puback";
    const stopped = stop(world, device);
    world.clock.advance(10_000);
    expect(stopped.at).toBe(2000);
    expect(world.retained("front/status")).toBe("offline");
  });

  test("leaves it to the will to say offline when the server does not get it in time", () => {
    const world = new World();
    const { device } = world.startDevice(FRONT);
    world.broker.fault = (direction, packet) => direction === "in" && packet.cmd === "publish";
    const stopped = stop(world, device);
    world.clock.advance(10_000);
    expect(stopped.at).toBe(2000);
    expect(world.retained("front/status")).toBe("offline");
    expect(world.broker.connectionEvents.at(-1)).not.toMatchObject({ type: "disconnected by the client" });
  });

  test("sends what was waiting before it says offline", () => {
    const world = new World();
    const { device, board } = world.startDevice(FRONT);
    board.set(4, OPEN);
    world.clock.advance(50);
    stop(world, device);
    world.clock.advance(1000);
    expect(world.broker.texts().slice(-2)).toEqual(["open", "offline"]);
    expect(world.broker.texts("front/door/event")).toHaveLength(1);
  });

  test("is done when the link breaks before that, and leaves the rest to the will", () => {
    const world = new World();
    const { device, provider } = world.startDevice(FRONT);
    const stopped = stop(world, device);
    provider.drop();
    world.clock.advance(60_000);
    expect(stopped.at).toBe(0);
    expect(world.retained("front/status")).toBe("offline");
    expect(world.broker.connected).toEqual([]);
  });

  test("is done although the link is half open", () => {
    const world = new World();
    const { device } = world.startDevice(FRONT);
    world.network.down("broker");
    const stopped = stop(world, device);
    // The broker's own keep alive included.
    world.clock.advance(120_000);
    expect(stopped.at).toBe(2000);
    expect(world.clock.pending).toBe(0);
  });

  test("is done at once while it waits for the next attempt", () => {
    const world = new World();
    world.broker.stop();
    const { device } = world.startDevice(FRONT);
    const stopped = stop(world, device);
    world.clock.advance(60_000);
    expect(stopped.at).toBe(0);
    expect(world.clock.pending).toBe(0);
  });

  test("is done in the middle of an attempt", () => {
    const world = new World();
    world.network.setHost("broker", "silent");
    const { device, events } = world.startDevice(FRONT);
    const stopped = stop(world, device);
    world.clock.advance(60_000);
    expect(stopped.at).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(["connecting", "disconnected"]);
  });

  test("is done although it was never started, and cannot be started any more", () => {
    const world = new World();
    const { device, events } = world.createDevice(FRONT);
    const stopped = stop(world, device);
    device.start();
    world.clock.advance(60_000);
    expect(stopped.at).toBe(0);
    expect(events).toEqual([]);
  });

  test("is stopped once: who asks again changes nothing", () => {
    const world = new World();
    const { device } = world.startDevice(FRONT);
    const stopped = stop(world, device);
    device.stop(() => {
      throw new Error("not asked first");
    });
    world.clock.advance(60_000);
    expect(stopped.at).toBe(20);
    expect(statuses(world)).toEqual(["online", "offline"]);
  });

  for (const type of ["connecting", "connected", "subscribed", "disconnected", "waiting"] as const) {
    test(`may be stopped by its observer, at ${type}`, () => {
      const world = new World();
      let stoppedAt: number | undefined;
      const { device, provider } = world.createDevice(HALL, (event: ClientEvent, self: Device) => {
        if (event.type === type) {
          self.stop(() => {
            stoppedAt = world.clock.now();
          });
        }
      });
      device.start();
      world.clock.advance(1000);
      provider.drop();
      world.clock.advance(3_600_000);
      expect(stoppedAt).toBeLessThan(type === "disconnected" || type === "waiting" ? 1200 : 200);
      expect(world.broker.connected).toEqual([]);
      expect(world.clock.pending).toBe(0);
    });
  }

  test("silences its siren", () => {
    const world = new World();
    const { device, board } = world.startDevice(HALL);
    world.broker.publish("front/door/state", "open");
    world.clock.advance(100);
    expect(board.level(18)).toBe(1);
    device.stop();
    expect(board.level(18)).toBe(0);
    world.broker.publish("front/door/state", "open");
    world.clock.advance(10_000);
    expect(board.level(18)).toBe(0);
  });
});

describe("a device whose application fails", () => {
  test("logs it, and stays connected", () => {
    const world = new World();
    const { board, device, events } = world.startDevice(HALL);
    board.failing = true;
    world.broker.publish("front/door/state", "open");
    world.clock.advance(3_600_000);
    expect(events.at(-1)).toMatchObject({ type: "handler-failed" });
    expect(board.lines).toContain("error: a message handler failed: pin 18 is broken");
    expect(device.client.connected).toBe(true);
    expect(world.retained("hall/alarm/state")).toBe("triggered");
  });

  test("logs it also when that is at the connection", () => {
    const world = new World();
    const { board, device } = world.createDevice(FRONT);
    device.app.onConnected = () => {
      throw new Error("no such table");
    };
    device.start();
    world.clock.advance(3_600_000);
    expect(board.lines).toContain("error: the application failed: no such table");
    expect(device.client.connected).toBe(true);
    expect(statuses(world)).toEqual(["online"]);
  });

  test("logs it also when it is stopped, and says offline all the same", () => {
    const world = new World();
    const { board, device } = world.startDevice(HALL);
    board.failing = true;
    device.stop();
    world.clock.advance(1000);
    expect(board.lines).toContain("error: the application failed: pin 18 is broken");
    expect(world.retained("hall/status")).toBe("offline");
  });
});

describe("the connect report of a device", () => {
  const REPORT = "front/status/connection";

  test("is published, retained, in the words of the log, with the answers to the subscriptions awaited", () => {
    const world = new World();
    const { board } = world.startDevice(HALL);
    const text = "mqtt ready in 60 ms: tcp 20 ms, connack 20 ms, suback 20 ms";
    expect(world.retained("hall/status/connection")).toBe(`${text}\nmessages: 0 sent, 2 acknowledged`);
    expect(board.lines).toContain(`info: ${text}`);
  });

  test("tells how the attempt before failed, once", () => {
    const world = new World();
    world.broker.stop();
    const { board } = world.startDevice(FRONT);
    world.broker.start();
    world.clock.advance(10_000);
    const lines = board.lines.filter((line) => line.startsWith("warn: cannot reach mqtt"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/check mqtt.server and the network \(tcp failed after [0-9]+ ms\)$/);
    const ready = "mqtt ready in 40 ms: tcp 20 ms, connack 20 ms";
    expect(world.retained(REPORT)?.split("\n")).toEqual([
      ready,
      lines[0]?.slice("warn: ".length),
      "messages: 0 sent, 0 acknowledged",
    ]);
    world.broker.kick("front");
    world.clock.advance(10_000);
    expect(world.retained(REPORT)).toBe(`${ready}\nmessages: 1 sent, 2 acknowledged`);
  });

  test("begins with the Wi-Fi where there is one, and blames it while it is down", () => {
    const world = new World();
    let wifi: WifiReport = { isUp: false };
    const { board, device } = world.createDevice(FRONT, undefined, { wifi: () => wifi });
    world.broker.stop();
    device.start();
    world.clock.advance(1000);
    expect(board.lines).toContain(
      "warn: no Wi-Fi to reach mqtt over; check wifi.sta.ssid and wifi.sta.pass (wifi failed)",
    );
    wifi = { isUp: true, joinTime: 1234 };
    world.broker.start();
    world.clock.advance(10_000);
    expect(board.lines).toContain("info: mqtt ready in 1274 ms: wifi 1234 ms, tcp 20 ms, connack 20 ms");
  });

  test("is not published when the config does not want it", () => {
    const world = new World();
    world.startDevice({ ...FRONT, device: { id: "front", report: false } });
    expect(world.retained(REPORT)).toBeUndefined();
  });

  test("does not pile up at a server that accepts and drops", () => {
    const world = new World();
    const { device } = world.startDevice(FRONT);
    for (let i = 0; i < 20; i += 1) {
      world.broker.kick("front");
      world.clock.advance(70_000);
    }
    expect(device.client.pending).toBe(0);
  });
});

describe("a device that accepts any server", () => {
  test("says so loudly", () => {
    const world = new World();
    const { board } = world.startDevice({
      ...FRONT,
      mqtt: { enable: true, server: "broker:1883", ssl_ca_cert: "*" },
    });
    expect(board.lines).toContain(
      'error: mqtt.ssl_ca_cert is "*": ANY server is accepted, whoever it is; this is for tests only',
    );
  });
});

describe("the log of a device", () => {
  test("tells its life in lines", () => {
    const world = new World();
    const { device, board } = world.startDevice(FRONT);
    board.set(4, OPEN);
    world.clock.advance(100);
    device.stop();
    world.clock.advance(100);
    expect(board.lines).toEqual([
      "info: door closed",
      "info: connecting to mqtt at broker:1883, attempt 1",
      "info: connected to mqtt",
      "info: mqtt ready in 40 ms: tcp 20 ms, connack 20 ms",
      "info: door open, event 1",
      "info: disconnected from mqtt",
    ]);
  });

  test("has no password in it", () => {
    const world = new World();
    const values: PartialConfig = {
      ...FRONT,
      mqtt: { enable: true, server: "mqtt://front:hunter2@broker", user: "front" },
    };
    const { board } = world.startDevice(values);
    world.broker.stop();
    world.clock.advance(300_000);
    expect(board.lines.join("\n")).not.toContain("hunter2");
  });
});

describe("a device with require_time", () => {
  const values: PartialConfig = { ...FRONT, mqtt: { enable: true, server: "broker", require_time: true } };

  test("connects at once when the time of day is known, as in the simulator", () => {
    const world = new World();
    const { board, device } = world.createDevice(values);
    board.setTime("2026-11-21T12:00:00Z");
    device.start();
    world.clock.advance(100);
    expect(device.client.connected).toBe(true);
  });

  test("waits until it is, and says once that it waits", () => {
    const world = new World();
    const { board, device } = world.createDevice(values);
    device.start();
    device.start();
    world.clock.advance(60_000);
    expect(device.client.connected).toBe(false);
    expect(board.lines.filter((line) => line.includes("require_time"))).toHaveLength(1);
    board.setTime("2026-11-21T12:00:00Z");
    world.clock.advance(1000);
    expect(device.client.connected).toBe(true);
  });

  test("can be stopped while it waits", () => {
    const world = new World();
    const { board, device } = world.createDevice(values);
    let stopped = 0;
    device.start();
    world.clock.advance(1000);
    device.stop(() => {
      stopped += 1;
    });
    board.setTime("2026-11-21T12:00:00Z");
    world.clock.advance(60_000);
    expect([stopped, device.client.connected, world.clock.pending]).toEqual([1, false, 0]);
  });

  test("waits for the sake of an enabled backup too, not of one that is not", () => {
    const world = new World();
    const backup = { server: "backup", require_time: true };
    const idle = world.startDevice({ ...FRONT, mqtt1: { enable: false, ...backup } });
    expect(idle.device.client.connected).toBe(true);
    const waiting = world.startDevice({
      ...FRONT,
      device: { id: "back" },
      mqtt1: { enable: true, ...backup },
    });
    expect(waiting.device.client.connected).toBe(false);
  });
});
