/** From a TLS primary whose certificate has expired to a backup with a pre-shared key, on real brokers. */

import { afterAll, expect, onTestFinished, test } from "vitest";
import { Device } from "../../firmware/apps/device.js";
import { FileFolder } from "../../host-sim/io/file-folder.js";
import { NodeClock } from "../../host-sim/io/node-clock.js";
import { nodeNetwork } from "../../host-sim/io/node-network.js";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { loadConfig } from "../../src/config/load.js";
import { FakeBoard } from "../firmware/fake-board.js";
import { makeAuthority } from "../support/authority.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoSub } from "../support/mosquitto-clients.js";
import { pskArgs, pskListener, tlsListener } from "../support/mosquitto-tls.js";
import { HEX_KEY } from "../support/no-secrets.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

const expired = authority.cases.find(({ expected }) => expected === "certificate-expired");

test("a device leaves a primary whose certificate has expired for a backup with a pre-shared key, and says why", async () => {
  if (expired === undefined) throw new Error("the authority has no expired certificate");
  const primary = await startMosquitto(tlsListener(expired));
  const backup = await startMosquitto(pskListener({ front: HEX_KEY, watcher: "00ff" }));
  const watcher = await mosquittoSub({
    port: backup.port,
    qos: 1,
    topics: "#",
    args: [...pskArgs("watcher", "00ff")],
  });
  const waits = { reconnect_timeout_min: 0.05, reconnect_timeout_max: 0.1 };
  const config = loadConfig([
    {
      values: {
        device: { id: "front" },
        app: "door-sensor",
        mqtt: {
          enable: true,
          server: `127.0.0.1:${primary.port}`,
          ssl_ca_cert: expired.caFile,
          ...waits,
        },
        mqtt1: {
          enable: true,
          server: `127.0.0.1:${backup.port}`,
          ssl_psk_identity: "front",
          ssl_psk_key: HEX_KEY,
          ...waits,
        },
      },
    },
  ]);
  const board = new FakeBoard(new VirtualClock());
  const network = new NodeTransportProvider();
  const timers = new NodeTimers();
  const device = new Device(config, {
    transport: nodeNetwork(network, new FileFolder("/"), timers),
    clock: new NodeClock(),
    timers,
    random: Math.random,
    pins: board,
    wallClock: board,
    log: board,
    deviceId: "unused",
  });
  onTestFinished(() => {
    timers.powerOff();
    network.destroyAll();
  });
  device.start();
  await expect.poll(() => watcher.texts, { timeout: 20_000 }).toContain("online");
  board.set(4, 1);
  await expect.poll(() => watcher.texts.some((text) => text.includes('"state":"open"'))).toBe(true);
  const report = watcher.texts.find((text) => text.includes("ready")) ?? "";
  expect(report).toMatch(/^mqtt1 ready in [0-9]+ ms: tcp [0-9]+ ms, tls [0-9]+ ms, connack [0-9]+ ms/);
  expect(report).toMatch(/\ncannot reach mqtt: .*expired.*; check mqtt\.server \(tcp [0-9]+ ms, tls failed/);
  await new Promise<void>((resolve) => device.stop(resolve));
});
