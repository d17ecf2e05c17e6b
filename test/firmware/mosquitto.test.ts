/** The two devices on a real mosquitto, over real sockets, as mosquitto's own clients see them. */

import { expect, onTestFinished, test } from "vitest";
import { Device } from "../../firmware/apps/device.js";
import { NodeClock } from "../../host-sim/io/node-clock.js";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { FakeBoard } from "./fake-board.js";
import { FRONT, HALL, OPEN } from "./world.js";

/** Without connect reports, whose times differ from run to run. */
function startDevice(values: PartialConfig, port: number) {
  const mqtt = { enable: true, server: `127.0.0.1:${port}` };
  const board = new FakeBoard(new VirtualClock());
  board.setTime("2026-03-04T05:06:07.000Z");
  const transport = new NodeTransportProvider();
  const timers = new NodeTimers();
  const device = new Device(
    loadConfig([{ values: { ...values, mqtt, device: { ...values.device, report: false } } }]),
    {
      transport,
      clock: new NodeClock(),
      timers,
      random: Math.random,
      pins: board,
      wallClock: board,
      log: board,
      deviceId: "unused",
    },
  );
  const stop = () => new Promise<void>((resolve) => device.stop(resolve));
  /** As a power cut. */
  const crash = () => {
    timers.powerOff();
    transport.destroyAll();
  };
  onTestFinished(crash);
  device.start();
  return { board, device, stop, crash };
}

test("mosquitto and its clients see a door sensor and an alarm", async () => {
  const { port } = await startMosquitto();
  const watcher = await mosquittoSub({ port, qos: 1, topics: "#" });
  const hall = startDevice(HALL, port);
  await expect.poll(() => watcher.texts).toEqual(["online", "armed"]);
  const front = startDevice(FRONT, port);
  await watcher.take(4);
  front.board.set(4, OPEN);
  await watcher.take(7);
  expect(hall.board.level(18)).toBe(1);
  await mosquittoPub({ port, topic: "hall/alarm/command", message: "disarm" });
  await expect.poll(() => hall.board.level(18)).toBe(0);
  await front.stop();
  await hall.stop();

  const seen = (await watcher.take(11)).map(({ topicName, text, qos }) => `${topicName} ${qos} ${text}`);
  const event = seen.find((line) => line.startsWith("front/door/event"));
  expect(event).toMatch(
    /^front\/door\/event 1 {"seq":1,"state":"open","time":"2026-03-04T05:06:0\d.\d{3}Z","uptime":\d+,"boot":"[0-9a-f]{8}","late":false}$/,
  );
  expect(seen.filter((line) => line !== event)).toEqual([
    "hall/status 1 online",
    "hall/alarm/state 1 armed",
    "front/status 1 online",
    "front/door/state 1 closed",
    "front/door/state 1 open",
    "hall/alarm/state 1 triggered",
    "hall/alarm/command 0 disarm",
    "hall/alarm/state 1 disarmed",
    "front/status 1 offline",
    "hall/status 1 offline",
  ]);
});

test("mosquitto keeps the state and the status, and publishes the will of a device that is cut off", async () => {
  const { port } = await startMosquitto();
  const front = startDevice(FRONT, port);
  await expect.poll(() => front.device.client.connected && front.device.client.pending).toBe(0);
  const watcher = await mosquittoSub({ port, qos: 1, topics: ["front/status", "front/door/state"] });
  await watcher.take(2);
  front.crash();
  const messages = await watcher.take(3);
  expect(messages.map(({ text, retain }) => [text, retain])).toEqual([
    ["online", true],
    ["closed", true],
    ["offline", false],
  ]);
});
