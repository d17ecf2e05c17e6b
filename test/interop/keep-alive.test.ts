/** Keep alive with mosquitto, in real time: an idle link stays up, and a dead one is found. */

import { describe, expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.js";
import { Device, serverOptions } from "./support/device.js";
import { signal } from "./support/signal.js";

describe("a keep alive of 1 s", () => {
  test("keeps an idle connection up beyond the 1.5 s after which the broker would end it [MQTT-3.1.2-24]", async () => {
    const broker = await startMosquitto();
    const sensor = new Device(serverOptions(broker.port, { keepAlive: 1, responseTimeout: 10_000 }));
    await sensor.connect();
    const pings = () => broker.log.split("Received PINGREQ from device").length - 1;
    await expect.poll(pings, { timeout: 10_000, interval: 20 }).toBeGreaterThanOrEqual(3);
    expect(sensor.client.connected).toBe(true);
    expect(sensor.eventsOf("disconnected")).toEqual([]);
    expect(broker.log).toContain("Sending PINGRESP to device");
  });

  test("finds a broker that hangs, by the missing PINGRESP, and comes back when it goes on", async () => {
    const broker = await startMosquitto();
    const sensor = new Device(serverOptions(broker.port, { keepAlive: 1, responseTimeout: 300 }));
    await sensor.connect();
    // The system still accepts bytes and connections for a stopped process: the link is half open.
    signal(broker, "SIGSTOP");
    const stopped = performance.now();
    await sensor.until(() => sensor.eventsOf("disconnected").length > 0);
    const elapsed = performance.now() - stopped;
    signal(broker, "SIGCONT");
    expect(sensor.eventsOf("disconnected")[0]).toMatchObject({ stage: "connected", reason: "ping-timeout" });
    // Keep alive and response timeout together, less the second by which a ping may come early; and a busy machine.
    expect(elapsed).toBeGreaterThan(290);
    expect(elapsed).toBeLessThan(1_300 + 3_000);
    await sensor.until(() => sensor.client.connected);
  });
});
