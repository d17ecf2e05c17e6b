/** Two clients with one client identifier at mosquitto, which throws out the older one each time. */

import { describe, expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";

/** Connections that are thrown out count when they end within twice the longest wait. */
const OPTIONS = { clientIdentifier: "twin", reconnectMinimum: 10, reconnectMaximum: 5_000 } as const;

describe("a client identifier that somebody else uses too", () => {
  test("is named by the devices when they have thrown each other out a few times [MQTT-3.1.4-2]", async () => {
    const { port } = await startMosquitto();
    const first = new Device(serverOptions(port, OPTIONS));
    const second = new Device(serverOptions(port, OPTIONS));
    await first.connect();
    await second.connect();
    const named = { type: "client-identifier-in-use", server: "mqtt", clientIdentifier: "twin" };
    for (const device of [first, second]) {
      await device.until(() => device.eventsOf("client-identifier-in-use").length > 0);
      expect(device.eventsOf("client-identifier-in-use")[0]).toEqual(named);
      const ends = device.eventsOf("disconnected").slice(0, 3);
      expect(ends.map(({ stage, reason }) => `${stage} ${reason}`)).toEqual(
        Array(3).fill("connected closed-by-server"),
      );
    }
  });

  test("is named by a device whose rival is another program", async () => {
    const { port } = await startMosquitto();
    const sensor = new Device(serverOptions(port, OPTIONS));
    await sensor.connect();
    await connectMqttJs(port, { clientId: "twin", reconnectPeriod: 10 });
    await sensor.until(() => sensor.eventsOf("client-identifier-in-use").length > 0);
    expect(sensor.eventsOf("connected").length).toBeGreaterThanOrEqual(3);
  });
});
