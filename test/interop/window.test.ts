/** Many messages at once: never more under way than the in-flight window, none lost, in order. */

import { describe, expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.js";
import { parsePacket } from "../support/server-codec.js";
import { Device, serverOptions } from "./support/device.js";
import type { Gate } from "./support/gate.js";
import { openGate } from "./support/gate.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { numbered } from "./support/received.js";

const PUBLISH = 3;
const COUNT = 500;

/** Watches how many PUBLISH of QoS 1 and 2 from the client are not completed; returns the most there ever were. */
function watchInFlight(gate: Gate): () => number {
  const inFlight = new Set<number | undefined>();
  let most = 0;
  gate.watch((from, type, bytes) => {
    if (from === "client" && type !== PUBLISH) return;
    const packet = parsePacket(bytes);
    if (from === "client") inFlight.add(packet.messageId);
    else if (packet.cmd === "puback" || packet.cmd === "pubcomp") inFlight.delete(packet.messageId);
    most = Math.max(most, inFlight.size);
  });
  return () => most;
}

describe("several hundred messages at once", () => {
  for (const qos of [1, 2] as const) {
    test(`leave with never more than 20 of QoS ${qos} under way, which is all mosquitto takes`, async () => {
      const { port } = await startMosquitto({ config: ["max_queued_messages 0"] });
      const peer = await connectMqttJs(port);
      await peer.subscribe("out", 2);
      const gate = await openGate(port);
      const most = watchInFlight(gate);
      const sensor = new Device(serverOptions(gate.port));
      await sensor.connect();
      const sent = numbered("message", COUNT);
      for (const payload of sent) sensor.send("out", payload, qos);
      expect(await sensor.outcomes()).toEqual(sent.map(() => "acknowledged"));
      await peer.take(COUNT);
      expect(peer.texts).toEqual(sent);
      expect(most()).toBe(20);
      expect(sensor.client.pending).toBe(0);
    });
  }

  test("go both ways at both QoS with a window of one", async () => {
    const { port } = await startMosquitto({ config: ["max_queued_messages 0", "max_inflight_messages 1"] });
    const peer = await connectMqttJs(port);
    await peer.subscribe("out", 2);
    const gate = await openGate(port);
    const most = watchInFlight(gate);
    const sensor = new Device(serverOptions(gate.port, { maximumInFlight: 1 }));
    await sensor.connect();
    const inbox = await sensor.subscribe("in", 2);
    const sent = numbered("message", 150);
    for (const [index, payload] of sent.entries()) {
      sensor.send("out", payload, index % 2 === 0 ? 1 : 2);
    }
    // MQTT.js heeds no window of its own: with one message at a time it keeps to the broker's.
    for (const [index, payload] of sent.entries()) await peer.publish("in", payload, index % 2 === 0 ? 1 : 2);
    await Promise.all([inbox.take(sent.length), peer.take(sent.length)]);
    expect(inbox.texts).toEqual(sent);
    expect(peer.texts).toEqual(sent);
    expect(most()).toBe(1);
  });

  test("of all QoS mixed leave in the order published, when nothing is lost", async () => {
    const { port } = await startMosquitto({ config: ["max_queued_messages 0"] });
    const gate = await openGate(port);
    const left: string[] = [];
    gate.watch((from, type, bytes) => {
      if (from !== "client" || type !== PUBLISH) return;
      const packet = parsePacket(bytes);
      if (packet.cmd === "publish") left.push(packet.payload.toString());
    });
    const sensor = new Device(serverOptions(gate.port));
    await sensor.connect();
    const sent = numbered("message", COUNT);
    for (const [index, payload] of sent.entries()) sensor.send("out", payload, (index % 3) as 0 | 1 | 2);
    await sensor.outcomes();
    expect(left).toEqual(sent);
  });
});
