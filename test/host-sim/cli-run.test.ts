/** `reed-sim run`: a simulated device on a real mosquitto, seen by mosquitto_sub exactly as a device. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { Cli, reedSim } from "../support/cli.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";

const NAME = ["--set", "device.id=front"];

describe("reed-sim run --app door-sensor", () => {
  test("opens, closes and says goodbye as its list says, and a subscriber sees a device", async () => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["front/#"], qos: 2 });
    const { status, stdout } = await reedSim([
      ...["run", "--app", "door-sensor", "--set", `mqtt.server=127.0.0.1:${port}`, ...NAME],
      ...["--do", "300ms open, 600ms close, 900ms exit"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain("door open, event 1");
    await sub.take(7);
    const texts = sub.messages.map(({ topicName, text }) => [topicName, text] as const);
    expect(texts.filter(([topic]) => topic === "front/status").map(([, text]) => text)).toEqual([
      "online",
      "offline",
    ]);
    expect(texts.filter(([topic]) => topic === "front/door/state").map(([, text]) => text)).toEqual([
      "closed",
      "open",
      "closed",
    ]);
    const events = texts
      .filter(([topic]) => topic === "front/door/event")
      .map(([, text]) => JSON.parse(text) as { seq: number; state: string });
    expect(events.map(({ seq, state }) => [seq, state])).toEqual([
      [1, "open"],
      [2, "closed"],
    ]);
  });

  test("crash drops the link without DISCONNECT: the server publishes the will", async () => {
    const broker = await startMosquitto();
    const sub = await mosquittoSub({ port: broker.port, topics: ["front/status"], qos: 1 });
    const { status } = await reedSim([
      ...["run", "--app", "door-sensor", "--set", `mqtt.server=127.0.0.1:${broker.port}`, ...NAME],
      ...["--do", "500ms crash"],
    ]);
    expect(status).toBe(0);
    await sub.take(2);
    expect(sub.texts).toEqual(["online", "offline"]);
    expect(broker.log).not.toContain("Client front disconnected.");
  });

  test("--flash keeps events that no server has for the next run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reed-run-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const flash = ["--flash", join(folder, "flash")];
    const port = await freePort();
    const device = [
      "run",
      "--app",
      "door-sensor",
      "--set",
      `mqtt.server=127.0.0.1:${port}`,
      ...NAME,
      ...flash,
    ];
    expect((await reedSim([...device, "--do", "200ms open, 500ms close, 800ms crash"])).status).toBe(1);
    await startMosquitto({ port });
    const sub = await mosquittoSub({ port, qos: 1, topics: "front/door/event" });
    const { status, stdout } = await reedSim([...device, "--do", "700ms exit"]);
    expect(status).toBe(0);
    expect(stdout).toContain("messages from before the restart that are sent now: 2");
    const events = (await sub.take(2)).map(({ text }) => JSON.parse(text) as { seq: number; late: boolean });
    expect(events.map(({ seq, late }) => [seq, late])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  test("--json prints each event as a line with time and type, and the log goes to standard error", async () => {
    const { port } = await startMosquitto();
    const run = new Cli([
      ...["run", "--app", "door-sensor", "--set", `mqtt.server=127.0.0.1:${port}`, ...NAME],
      ...["--do", "300ms open, 600ms exit", "--json"],
    ]);
    const { status, stderr } = await run.result();
    expect(status).toBe(0);
    expect(run.events.map(({ type }) => type)).toEqual([
      "started",
      "connecting",
      "connected",
      "ready",
      "action",
      "action",
      "disconnected",
      "stopped",
    ]);
    for (const { time } of run.events) expect(time).toBeTypeOf("number");
    expect(run.events[0]).toMatchObject({ app: "door-sensor", deviceId: "front" });
    expect(run.events[2]).toMatchObject({ server: "mqtt", sessionPresent: false });
    expect(run.events.at(-1)).toMatchObject({ status: 0, undelivered: 0 });
    expect(stderr).toContain("door open, event 1");
  });

  test("SIGTERM disconnects cleanly", async () => {
    const broker = await startMosquitto();
    const run = new Cli([
      "run",
      "--app",
      "door-sensor",
      "--set",
      `mqtt.server=127.0.0.1:${broker.port}`,
      ...NAME,
    ]);
    await run.prints("connected to mqtt");
    run.signal("SIGTERM");
    expect((await run.result()).status).toBe(0);
    expect(broker.log).toContain("Client front disconnected.");
  });

  test("ends with status 1 when it never connected", async () => {
    const port = await freePort();
    const { status, stderr, stdout } = await reedSim([
      ...["run", "--app", "door-sensor", "--set", `mqtt.server=127.0.0.1:${port}`, "--do", "300ms exit"],
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain("ECONNREFUSED");
    expect(stderr).toContain("never connected");
  });

  test("fails over to mqtt1 when the primary cannot be reached", async () => {
    const dead = await freePort();
    const { port } = await startMosquitto();
    const run = new Cli([
      ...["run", "--app", "door-sensor", "--json", "--do", "10s exit"],
      ...["--set", `mqtt.server=127.0.0.1:${dead}`],
      ...["--set", "mqtt.reconnect_timeout_min=0.1", "--set", "mqtt.reconnect_timeout_max=0.2"],
      ...["--set", "mqtt1.enable=true", "--set", `mqtt1.server=127.0.0.1:${port}`],
      ...["--set", "mqtt1.reconnect_timeout_min=0.1"],
    ]);
    await run.prints('"type":"connected"');
    run.signal("SIGINT");
    expect((await run.result()).status).toBe(0);
    const attempts = run.events.filter(({ type }) => type === "connecting").map(({ server }) => server);
    expect(attempts).toEqual(["mqtt", "mqtt", "mqtt", "mqtt1"]);
  });

  test.each([
    [["run"], "mqtt.server"],
    [["run", "--set", "mqtt.server=x"], "app"],
    [["run", "--app", "toaster"], "toaster"],
    [["run", "--app", "door-sensor"], "mqtt.server"],
    [["run", "--app", "door-sensor", "--set", "mqtt.sever=x"], "mqtt.server"],
    [["run", "--app", "door-sensor", "--set", "mqtt.server=x", "--do", "soon open"], "soon open"],
    [["run", "--app", "alarm", "--set", "mqtt.server=x"], "alarm.doors"],
    [["run", "--app", "door-sensor", "--set", "mqtt.server=mqtts://x"], "mqtt.ssl_ca_cert"],
  ])("refuses %j with status 2", async (args, complaint) => {
    const { status, stderr } = await reedSim(args);
    expect(status).toBe(2);
    expect(stderr).toContain(complaint);
  });
});

describe("reed-sim run --app alarm", () => {
  test("sounds the siren when a watched door opens, and obeys commands", async () => {
    const { port } = await startMosquitto();
    const run = new Cli([
      ...[
        "run",
        "--app",
        "alarm",
        "--json",
        "--set",
        `mqtt.server=127.0.0.1:${port}`,
        "--set",
        "device.id=hall",
      ],
      ...["--set", "alarm.doors=front/door/state", "--set", "alarm.armed=true"],
    ]);
    await run.prints('"topicFilter":"hall/alarm/command"');
    await mosquittoPub({ port, topic: "front/door/state", message: "open", qos: 1 });
    await run.prints('"sounding":true');
    await mosquittoPub({ port, topic: "hall/alarm/command", message: "disarm", qos: 1 });
    await run.prints('"sounding":false');
    run.signal("SIGTERM");
    expect((await run.result()).status).toBe(0);
  });
});

describe("reed-sim run --app climate-sensor", () => {
  test("publishes readings of its weather, retained", async () => {
    const { port } = await startMosquitto();
    const run = new Cli([
      ...[
        "run",
        "--app",
        "climate-sensor",
        "--set",
        `mqtt.server=127.0.0.1:${port}`,
        "--set",
        "device.id=attic",
      ],
      ...["--set", "climate.interval=1", "--set", "climate.average=1"],
    ]);
    await run.prints("connected to mqtt");
    const { stdout, status } = await reedSim([
      "sub",
      "-p",
      `${port}`,
      "-t",
      "attic/climate",
      "-C",
      "1",
      "-W",
      "10",
    ]);
    expect(status).toBe(0);
    const { temperature, humidity } = JSON.parse(stdout) as { temperature: number; humidity: number };
    expect(temperature).toBeGreaterThanOrEqual(19);
    expect(temperature).toBeLessThanOrEqual(23);
    expect(humidity).toBeGreaterThanOrEqual(40);
    expect(humidity).toBeLessThanOrEqual(60);
    run.signal("SIGTERM");
    expect((await run.result()).status).toBe(0);
  });
});
