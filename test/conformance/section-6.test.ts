/** Section 6: a whole client over WebSocket. The rules of WebSocket itself are tested in `test/transport`. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { Endpoint, TransportHandler } from "../../src/mqtt/ports.js";
import { LayerTransport } from "../../src/transport/layer-transport.js";
import { WebSocketLayer } from "../../src/transport/websocket/websocket-layer.js";
import { bytesFromHex, hexFromBytes, joined } from "../mqtt/support/hex.js";
import { ManualTransport } from "../mqtt/support/manual-transport.js";
import { CONNECT, OPTIONS } from "../mqtt/support/server-options.js";
import { eventText } from "../scenario/support/event-text.js";
import { clientFrames, frame, response, SampleCrypto } from "../support/websocket-bytes.js";

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

const PAYLOAD = Uint8Array.from({ length: 3000 }, (_, index) => index);

class World {
  readonly clock = new VirtualClock();
  /** The stream that the frames are on. */
  readonly below = new ManualTransport();
  readonly log: string[] = [];
  readonly messages: string[] = [];
  readonly client: MqttClient;

  constructor() {
    const open = (endpoint: Endpoint, handler: TransportHandler) =>
      new LayerTransport(
        new WebSocketLayer({ host: "broker", port: 80, path: "/mqtt", secure: false }, new SampleCrypto()),
        (above) => this.below.open(endpoint, above),
        this.clock,
        handler,
      );
    const observer = { onEvent: (event: Parameters<typeof eventText>[0]) => this.log.push(eventText(event)) };
    const ports = { transport: { open }, clock: this.clock, timers: this.clock, random: () => 0.5, observer };
    this.client = new MqttClient(ports, OPTIONS);
  }

  /** The upgrade request. */
  request(): string {
    this.client.start();
    return Buffer.from(this.#taken()).toString("latin1");
  }

  /** What the client sent since the last call: data as it is, and the opcodes of its frames. */
  sent(): { readonly bytes: string; readonly opcodes: readonly number[] } {
    const frames = clientFrames(this.#taken());
    const data = frames.filter(({ opcode }) => opcode < CLOSE).map(({ payload }) => payload);
    return { bytes: hexFromBytes(joined(data)), opcodes: [...new Set(frames.map(({ opcode }) => opcode))] };
  }

  arrive(...frames: readonly Uint8Array[]): void {
    this.below.arrive(hexFromBytes(joined(frames)));
    this.clock.advance(0);
  }

  /** Connected, and subscribed to "a". */
  connected(): this {
    this.client.subscribe("a", {
      onMessage: ({ payload }) => this.messages.push(Buffer.from(payload).toString()),
    });
    this.request();
    this.arrive(response());
    this.sent();
    this.arrive(frame(BINARY, "20 02 00 00"));
    this.sent();
    this.arrive(frame(BINARY, "90 03 00 01 01"));
    return this;
  }

  #taken(): Uint8Array {
    this.clock.advance(0);
    this.below.drain(1500);
    this.clock.advance(0);
    return bytesFromHex(this.below.taken());
  }
}

describe("a client over WebSocket", () => {
  test('offers the sub-protocol "mqtt", once, and nothing else [MQTT-6.0.0-3]', () => {
    const offers = new World()
      .request()
      .split("\r\n")
      .filter((line) => line.toLowerCase().startsWith("sec-websocket-protocol"));
    expect(offers).toEqual(["Sec-WebSocket-Protocol: mqtt"]);
  });

  test("sends every byte of MQTT in binary frames [MQTT-6.0.0-1]", () => {
    const world = new World();
    world.request();
    world.arrive(response());
    expect(world.sent()).toEqual({ bytes: hexFromBytes(bytesFromHex(CONNECT)), opcodes: [BINARY] });
    world.arrive(frame(BINARY, "20 02 00 00"));
    world.client.publish({ topicName: "t", payload: PAYLOAD, qos: 1 });
    world.client.subscribe("b", { onMessage() {} });
    const { bytes, opcodes } = world.sent();
    expect([bytes.length, opcodes]).toEqual([3 * (3 + 3000 + 5 + 8) - 1, [BINARY]]);
    world.arrive(frame(BINARY, '32 06 00 01 "a" 00 07 "x"'));
    expect(world.sent()).toEqual({ bytes: "40 02 00 07", opcodes: [BINARY] });
    world.client.stop();
    const { bytes: goodbye } = world.sent();
    expect(goodbye).toBe("e0 00");
  });

  test("ends the connection for a text frame, whatever stands in it [MQTT-6.0.0-1]", () => {
    for (const frames of [
      [frame(TEXT, "d0 00")],
      [frame(TEXT, "")],
      [frame(TEXT, "d0", { final: false }), frame(CONTINUATION, "00")],
    ]) {
      const world = new World().connected();
      world.arrive(...frames, frame(BINARY, '32 06 00 01 "a" 00 07 "x"'));
      expect(world.sent()).toEqual({ bytes: "", opcodes: [CLOSE] });
      world.clock.advance(1000);
      expect([world.log.at(-2), world.messages, world.below.closed]).toEqual([
        "disconnected from mqtt: network (connected)",
        [],
        true,
      ]);
    }
  });

  test("takes packets that are cut and joined by frames as it likes [MQTT-6.0.0-2]", () => {
    const packets = bytesFromHex('32 06 00 01 "a" 00 07 "x" 30 03 00 01 "a" d0 00 32 06 00 01 "a" 00 08 "y"');
    for (let length = 1; length <= packets.length; length += 1) {
      const world = new World().connected();
      for (let at = 0; at < packets.length; at += length) {
        const part = packets.subarray(at, at + length);
        // Every second message of WebSocket is in fragments itself.
        if (at % 2 === 0) world.arrive(frame(BINARY, part));
        else world.arrive(frame(BINARY, part, { final: false }), frame(CONTINUATION, ""));
      }
      expect([world.messages, world.sent().bytes]).toEqual([["x", "", "y"], "40 02 00 07 40 02 00 08"]);
    }
  });
});
