/** The firmware on the SDK's own engine, in its Linux simulator, against mosquitto over TCP. */

import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/schema.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import {
  BUILD_TIMEOUT,
  buildForLinux,
  MODDABLE,
  needsSdk,
  ownWarnings,
  preloadsOf,
  temporaryFolder,
} from "./support/sdk.js";
import type { Simulator } from "./support/simulator.js";
import { startSimulator } from "./support/simulator.js";

const LIMIT = { timeout: 20_000 };

/** Builds in `folder`, and runs what was built. */
async function startDevice(folder: string, values: PartialConfig, files: Record<string, string>) {
  const device = JSON.stringify({ sntp: { server: "" }, ...values });
  const build = buildForLinux(folder, [`folder=${folder}`, `device=${device}`]);
  expect(ownWarnings(build)).toEqual([]);
  expect(preloadsOf(build)).toContain("firmware/main");
  const simulator = await startSimulator(build.app, folder);
  for (const [name, text] of Object.entries(files)) simulator.set(name, text);
  return simulator;
}

function expectLog(simulator: Simulator, line: string) {
  return expect.poll(() => simulator.log, LIMIT).toContain(line);
}

describe.skipIf(MODDABLE === undefined)(needsSdk("the firmware in the Linux simulator"), () => {
  test(
    "a door sensor connects, publishes, fails over, and leaves its will",
    async () => {
      const primary = await startMosquitto();
      const backup = await startMosquitto();
      const topics = ["front/status", "front/door/#"];
      const watcher = await mosquittoSub({ port: primary.port, qos: 2, topics });
      const watcher1 = await mosquittoSub({ port: backup.port, qos: 2, topics });
      const waits = { reconnect_timeout_min: 0.2, reconnect_timeout_max: 0.4 };
      const folder = temporaryFolder();
      const device = await startDevice(
        folder,
        {
          device: { id: "front" },
          app: "door-sensor",
          mqtt: { enable: true, server: `127.0.0.1:${primary.port}`, ...waits },
          mqtt1: { enable: true, server: `127.0.0.1:${backup.port}`, ...waits },
        },
        { "pin-4": "0" },
      );
      await expectLog(device, "connected to mqtt");
      expect(device.log.slice(0, 6)).toEqual([
        "config: the one of this build was stored",
        "config: stored",
        "door closed",
        "app: door-sensor as front",
        "wifi: connected, address 127.0.0.1",
        `connecting to mqtt at 127.0.0.1:${primary.port}, attempt 1`,
      ]);
      await watcher.take(2);

      device.set("pin-4", "1");
      const seen = (await watcher.take(4)).map(({ topicName, qos, text }) => `${topicName} ${qos} ${text}`);
      expect(seen[2]).toMatch(/^front\/door\/event 1 \{"seq":1,"state":"open","time":"20.*Z","uptime":\d+,/);
      expect([...seen.slice(0, 2), seen[3]]).toEqual([
        "front/status 1 online",
        "front/door/state 1 closed",
        "front/door/state 1 open",
      ]);
      expect(primary.log).toMatch(/New client connected from \S+ as front \(p2, c1, k60\)/);
      expect(primary.log).toContain("Will message specified (7 bytes) (r1, q1)");

      // What the server has not acknowledged would go to the other one, too.
      await expect.poll(() => primary.log, LIMIT).toContain("Sending PUBACK to front (m4, rc0)");
      await primary.kill();
      // While it has no server.
      device.set("pin-4", "0");
      await expectLog(device, "door closed, event 2");
      await expectLog(device, "connected to mqtt1");
      const later = (await watcher1.take(3)).map(({ topicName }) => topicName);
      expect(later).toEqual(["front/door/event", "front/status", "front/door/state"]);

      await device.kill();
      const will = (await watcher1.take(4)).at(-1);
      expect(will).toMatchObject({ topicName: "front/status", text: "offline", qos: 1 });
    },
    BUILD_TIMEOUT,
  );

  test(
    "an alarm subscribes and obeys, and a climate sensor publishes with QoS 2",
    async () => {
      const { port } = await startMosquitto();
      const mqtt = { enable: true, server: `127.0.0.1:${port}` };
      const watcher = await mosquittoSub({ port, qos: 2, topics: "#" });
      const folder = temporaryFolder();
      const alarm = await startDevice(
        folder,
        { device: { id: "hall" }, app: "alarm", mqtt, alarm: { doors: ["front/door/state"] } },
        {},
      );
      await expectLog(alarm, 'subscribed to "hall/alarm/command", QoS 1');
      await mosquittoPub({ port, qos: 2, topic: "hall/alarm/command", message: "arm" });
      await expectLog(alarm, 'alarm armed: command on "hall/alarm/command"');
      await mosquittoPub({ port, qos: 1, topic: "front/door/state", message: "open" });
      await expect.poll(() => watcher.texts, LIMIT).toContain("triggered");
      await alarm.kill();

      const climate = await startDevice(
        folder,
        {
          device: { id: "cellar" },
          app: "climate-sensor",
          mqtt,
          climate: { topic_qos: 2, topic_retain: false, interval: 1, average: 1, temperature_dead_band: 1 },
        },
        { climate: "21.5 48" },
      );
      await expect
        .poll(() => watcher.messages, LIMIT)
        .toContainEqual(
          expect.objectContaining({
            topicName: "cellar/climate",
            qos: 2,
            text: expect.stringMatching(/^\{"temperature":21\.5,"humidity":48,"time":"20.*Z"\}$/),
          }),
        );
      climate.set("climate", "23 48.2");
      await expect
        .poll(() => watcher.texts, LIMIT)
        .toContainEqual(expect.stringMatching(/^\{"temperature":23,"humidity":48\.2,/));
    },
    BUILD_TIMEOUT,
  );

  test(
    "the config outlives a restart without one, and Wi-Fi that comes late is waited for",
    async () => {
      const { port } = await startMosquitto();
      const watcher = await mosquittoSub({ port, qos: 1, topics: "#" });
      const folder = temporaryFolder();
      const first = await startDevice(
        folder,
        {
          device: { id: "front" },
          app: "door-sensor",
          mqtt: { enable: true, server: `127.0.0.1:${port}` },
          wifi: { sta: { ssid: "home", pass: "long enough" } },
        },
        { "pin-4": "0" },
      );
      await expectLog(first, "config: the one of this build was stored");
      await first.kill();

      const { app } = buildForLinux(folder, [`folder=${folder}`]);
      const second = await startSimulator(app, folder);
      second.set("wifi", "off");
      await expectLog(second, 'warning: wifi: "home" not found, or it refused; check its name and password');
      second.set("pin-4", "1");
      await expectLog(second, "door open, event 1");
      second.set("wifi", "on");
      await expectLog(second, "connected to mqtt");
      expect(second.log).not.toContain("config: the one of this build was stored");
      await expect
        .poll(() => watcher.texts, LIMIT)
        .toContainEqual(expect.stringContaining('"seq":1,"state":"open"'));
    },
    BUILD_TIMEOUT,
  );

  test(
    "events that no server had outlive a loss of power",
    async () => {
      const broker = await startMosquitto();
      const { port } = broker;
      await broker.kill();
      const folder = temporaryFolder();
      const first = await startDevice(
        folder,
        {
          device: { id: "front" },
          app: "door-sensor",
          mqtt: { enable: true, server: `127.0.0.1:${port}`, reconnect_timeout_max: 2 },
        },
        { "pin-4": "0" },
      );
      await expectLog(first, "door closed");
      first.set("pin-4", "1");
      await expectLog(first, "door open, event 1");
      await first.kill();

      await startMosquitto({ port });
      const watcher = await mosquittoSub({ port, qos: 1, topics: "front/door/event" });
      const { app } = buildForLinux(folder, [`folder=${folder}`]);
      const second = await startSimulator(app, folder);
      await expectLog(second, "messages from before the restart that are sent now: 1");
      const [event] = await watcher.take(1);
      expect(JSON.parse(event?.text ?? "{}")).toMatchObject({ seq: 1, state: "open", late: true });
    },
    BUILD_TIMEOUT,
  );
});
