/** The client as a pump between its ports and its machines: room, timer, turns. What it does on the wire is in `test/scenario`. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Message } from "../../src/mqtt/message.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { ManualTransport } from "./support/manual-transport.js";
import { OPTIONS } from "./support/server-options.js";
import { refusalOf } from "./support/thrown.js";

function hex(text: string): string {
  return hexFromBytes(bytesFromHex(text));
}

class World {
  readonly clock = new VirtualClock();
  readonly transport = new ManualTransport();
  readonly events: ClientEvent[] = [];
  readonly client: MqttClient;
  /** Time that has passed without a timer noticing. */
  lateness = 0;

  constructor() {
    const { clock, transport } = this;
    const observer = { onEvent: (event: ClientEvent) => void this.events.push(event) };
    const late = { now: () => clock.now() + this.lateness };
    const ports = { transport, clock: late, timers: clock, random: () => 0.5, observer };
    this.client = new MqttClient(ports, OPTIONS);
  }

  /** As far as to CONNECT. */
  open(): this {
    this.client.start();
    this.clock.advance(0);
    this.transport.give(18);
    return this;
  }

  /** Connects, and has no room left then. */
  connect(): this {
    this.open();
    this.transport.arrive("20 02 00 00");
    this.transport.taken();
    return this;
  }
}

test("a receive buffer must have room for an acknowledgement", () => {
  const clock = new VirtualClock();
  const make = (byteLength: number) => {
    const receiveBuffer = new ReceiveBuffer(new Uint8Array(byteLength), true);
    const ports = {
      transport: new ManualTransport(),
      clock,
      timers: clock,
      random: () => 0.5,
      shared: { receiveBuffer },
    };
    return new MqttClient(ports, OPTIONS);
  };
  expect(refusalOf(() => make(3))).toBe("invalid-option");
  expect(make(4).connected).toBe(false);
});

describe("a client with little room to write", () => {
  test("sends CONNECT a byte at a time, and nothing else before CONNACK [MQTT-3.1.0-1]", () => {
    const { client, clock, transport } = new World();
    client.publish({ topicName: "t", payload: "x", qos: 1 });
    client.subscribe("t", { onMessage() {} });
    client.start();
    clock.advance(0);
    transport.drain(1);
    expect(transport.taken()).toBe(hex('10 10 00 04 "MQTT" 04 00 00 3c 00 04 "door"'));
    transport.drain(1);
    expect(transport.taken()).toBe("");
    transport.arrive("20 02 00 00");
    transport.drain(1);
    expect(transport.taken()).toBe(hex('82 06 00 01 00 01 "t" 01 32 06 00 01 "t" 00 02 "x"'));
  });

  test("never puts an acknowledgement or a ping into the middle of a long PUBLISH", () => {
    const { client, clock, transport } = new World().connect();
    client.publish({ topicName: "t", payload: new Uint8Array(200) });
    clock.advance(0);
    for (let i = 1; i <= 100; i += 1) transport.give(1);
    transport.arrive('32 05 00 01 "a" 00 07 34 05 00 01 "a" 00 08 62 02 00 09 50 02 00 05');
    clock.advance(59_000);
    transport.drain(1);
    const publish = `30 cb 01 00 01 74 ${hexFromBytes(new Uint8Array(200))}`;
    expect(transport.taken()).toBe(`${publish} 40 02 00 07 50 02 00 08 70 02 00 09 62 02 00 05 c0 00`);
  });

  test("finishes the packet it is in before DISCONNECT, and sends nothing after it [MQTT-3.14.4-2]", () => {
    const { client, clock, transport } = new World().connect();
    client.publish({ topicName: "t", payload: "0123456789", qos: 1 });
    client.publish({ topicName: "t", payload: "next", qos: 1 });
    client.subscribe("a", { onMessage() {} });
    clock.advance(0);
    transport.arrive('32 05 00 01 "a" 00 07');
    transport.give(8 + 4 + 5);
    expect(transport.taken()).toBe(hex('40 02 00 07 82 06 00 01 00 01 "a" 01 32 0f 00 01 "t"'));
    client.stop();
    client.subscribe("b", { onMessage() {} });
    client.publish({ topicName: "t", payload: "", qos: 0 });
    clock.advance(0);
    for (let i = 1; i <= 100 && !transport.closed; i += 1) {
      transport.arrive('32 05 00 01 "a" 00 08');
      client.unsubscribe("a");
      client.subscribe("c", { onMessage() {} });
      clock.advance(1);
      transport.give(1);
    }
    expect(transport.taken()).toBe(hex('00 02 "0123456789" e0 00'));
    expect(transport.closed).toBe(true);
  });

  test("closes after DISCONNECT though that took the last of the room [MQTT-3.14.4-1]", () => {
    const { client, clock, transport, events } = new World().connect();
    client.stop();
    clock.advance(0);
    transport.give(2);
    expect([transport.taken(), transport.closed]).toEqual(["e0 00", false]);
    transport.give(1);
    expect(transport.closed).toBe(true);
    expect([events[events.length - 1]?.type, clock.pending]).toEqual(["disconnected", 0]);
  });

  test("reads on while acknowledgements wait, up to a bound, and then leaves bytes to the transport", () => {
    const { transport } = new World().connect();
    for (let i = 1; i <= 200; i += 1) transport.arrive('32 05 00 01 "a" 00 07');
    expect(transport.unread.length > 200 * 7 - 1200).toBe(true);
    const before = transport.unread.length;
    transport.arrive('32 05 00 01 "a" 00 07');
    expect(transport.unread.length).toBe(before + 7);
    transport.drain(3);
    expect([transport.taken().length, transport.unread.length]).toEqual([201 * 12 - 1, 0]);
  });
});

describe("a client whose timer comes late", () => {
  test("counts the PINGRESP that has come meanwhile", () => {
    const world = pinged();
    world.lateness = 20_000;
    world.transport.arrive("d0 00");
    world.clock.advance(0);
    expect(world.client.connected).toBe(true);
  });

  test("counts the CONNACK that has come meanwhile", () => {
    const world = new World().open();
    world.lateness = 20_000;
    world.transport.arrive("20 02 00 00");
    expect(world.client.connected).toBe(true);
  });

  test("gives up when nothing has come", () => {
    const world = pinged();
    world.lateness = 20_000;
    world.clock.advance(10_000);
    expect([world.client.connected, world.transport.closed]).toEqual([false, true]);
  });

  function pinged(): World {
    const world = new World().connect();
    world.clock.advance(59_000);
    world.transport.give(2);
    expect(world.transport.taken()).toBe("c0 00");
    return world;
  }
});

describe("a client has one timer", () => {
  test("that is set for what falls due next, and for nothing when nothing does", () => {
    const { client, clock } = new World();
    client.publish({ topicName: "t", payload: "x", qos: 1 });
    clock.advance(0);
    expect(clock.pending).toBe(0);
    client.publish({ topicName: "t", payload: "x", qos: 1, expiresAfter: 7000 });
    clock.advance(0);
    expect([clock.pending, clock.deadline]).toEqual([1, 7001]);
    client.start();
    clock.advance(0);
    expect([clock.pending, clock.deadline]).toEqual([1, 7001]);
    clock.advance(7001);
    expect([clock.pending, clock.deadline]).toEqual([1, 15_000]);
  });

  test("that rings once for all that is asked for in one go", () => {
    const { client, clock } = new World().connect();
    clock.advance(0);
    for (let i = 0; i < 10; i += 1) {
      client.publish({ topicName: "t", payload: "x", qos: 1 });
      client.subscribe(`t/${i}`, { onMessage() {} });
      expect([clock.pending, clock.deadline]).toEqual([1, 0]);
    }
    clock.runNext();
    expect(clock.deadline).toBe(59_000);
  });
});

describe("a client refuses", () => {
  const { client } = new World();
  const onMessage = () => {};
  for (const [what, code, call] of [
    ["an empty topic name", "invalid-topic-name [MQTT-4.7.3-1]", () => publish("")],
    ["a wildcard in a topic name", "invalid-topic-name [MQTT-3.3.2-2]", () => publish("a/+")],
    ["U+0000 in a topic name", "invalid-string [MQTT-1.5.3-2]", () => publish("a\0")],
    ["a lone surrogate in a topic name", "invalid-string [MQTT-1.5.3-1]", () => publish("a\ud800")],
    ["a topic name over 65,535 bytes", "invalid-string [MQTT-4.7.3-3]", () => publish("é".repeat(32_768))],
    ["QoS 3", "invalid-qos [MQTT-3.3.1-4]", () => publish("a", { qos: 3 as QoS })],
    ["a lone surrogate in a payload", "invalid-string", () => publish("a", { payload: "\udc00" })],
    ["a time to expire that is no time", "invalid-option", () => publish("a", { expiresAfter: Number.NaN })],
    ["an empty topic filter", "invalid-topic-filter [MQTT-4.7.3-1]", () => subscribe("")],
    ["# that is not the last level", "invalid-topic-filter [MQTT-4.7.1-2]", () => subscribe("a/#/b")],
    ["+ that is not a whole level", "invalid-topic-filter [MQTT-4.7.1-3]", () => subscribe("a+")],
    ["U+0000 in a topic filter", "invalid-string [MQTT-1.5.3-2]", () => subscribe("a\0")],
    ["a requested QoS of 3", "invalid-qos [MQTT-3.8.3-4]", () => subscribe("a", 3 as QoS)],
  ] as const) {
    test(`${what}, at the call and without a trace`, () => {
      expect(refusalOf(call)).toBe(code);
      expect([client.pending, client.connected]).toEqual([0, false]);
    });
  }

  test("an empty client identifier with a session to keep, when it is made [MQTT-3.1.3-7]", () => {
    expect(refusalOf(() => made({ clientIdentifier: "" }))).toBe("invalid-packet [MQTT-3.1.3-7]");
    expect(refusalOf(() => made({ clientIdentifier: "", cleanSession: true }))).toBe(undefined);
  });

  test("a password without a user name, when it is made [MQTT-3.1.2-22]", () => {
    const password = Uint8Array.of(1);
    expect(refusalOf(() => made({ password }))).toBe("invalid-packet [MQTT-3.1.2-22]");
    expect(refusalOf(() => made({ userName: "", password }))).toBe(undefined);
  });

  for (const options of [
    { maximumInFlight: 0 },
    { maximumInFlight: 65_536 },
    { receiveLimit: -1 },
    { maximumQueueLength: 0.5 },
    { maximumQueueBytes: Number.NaN },
    { reconnectMinimum: 2, reconnectMaximum: 1 },
    { reconnectMinimum: 0 },
    { reconnectStable: -1 },
    { connectTimeout: Number.NaN },
    { connectTimeout: 0 },
    { responseTimeout: 0 },
    { endpoint: { host: "broker", port: 0 } },
  ] satisfies Partial<ServerOptions>[]) {
    const [[name, value]] = Object.entries(options) as [[string, unknown]];
    test(`${name} ${typeof value === "object" ? "with port 0" : value}, when it is made`, () => {
      expect(refusalOf(() => made(options))).toBe("invalid-option");
    });
  }

  test("to send at most QoS 3, when it is made", () => {
    expect(refusalOf(() => made({ maximumQos: 3 as QoS }))).toBe("invalid-qos");
  });

  function publish(topicName: string, fields: Partial<Message> = {}): void {
    client.publish({ topicName, payload: "", ...fields });
  }

  function subscribe(topicFilter: string, qos: QoS = 1): void {
    client.subscribe(topicFilter, { onMessage }, qos);
  }

  function made(options: Partial<ServerOptions>): MqttClient {
    const clock = new VirtualClock();
    const ports = { transport: new ManualTransport(), clock, timers: clock, random: () => 0 };
    const wrong = { ...OPTIONS, ...options };
    // As primary and as backup.
    expect(refusalOf(() => new MqttClient(ports, wrong))).toBe(
      refusalOf(() => new MqttClient(ports, OPTIONS, wrong)),
    );
    return new MqttClient(ports, OPTIONS, wrong);
  }
});
