/** `reed-sim run --engine xs`: the same devices, events and exit statuses as with Node, and what XS took for it. */

import { expect, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { Cli, reedSim } from "../support/cli.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { describeOnXs } from "./support/engine-there.js";

const XS = ["--engine", "xs"];

function door(port: number, list: string, ...more: string[]): string[] {
  const config = ["--set", `mqtt.server=127.0.0.1:${port}`, "--set", "device.id=front", ...more];
  return ["run", "--app", "door-sensor", ...config, "--do", list];
}

function hall(port: number, list: string): string[] {
  const config = ["--set", `mqtt.server=127.0.0.1:${port}`, "--set", "device.id=hall"];
  const alarm = ["--set", "alarm.doors=front/door/state", "--set", "alarm.armed=true"];
  return ["run", "--app", "alarm", ...config, ...alarm, "--do", list];
}

function withoutTimes(events: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return events
    .filter(({ type }) => type !== "meter")
    .map(({ time: _, ...rest }) => JSON.parse(JSON.stringify(rest).replace(/("duration"):[\d.]+/g, "$1:0")));
}

await describeOnXs("reed-sim run --engine xs", () => {
  test("a door sensor tells the same events as on Node, and the broker cannot see the difference", async () => {
    const { port } = await startMosquitto();
    const list = "1s open, 1500ms close, 2s exit";
    const seen: string[][] = [];
    const told: Record<string, unknown>[][] = [];
    for (const engine of ["node", "xs"]) {
      const sub = await mosquittoSub({ port, topics: ["front/#"], qos: 2 });
      const run = new Cli([...door(port, list), "--json", "--engine", engine]);
      expect((await run.result()).status).toBe(0);
      await expect.poll(() => sub.texts.at(-1)).toBe("offline");
      const steady = (text: string) =>
        text.replace(/"(time|uptime|boot)":("[^"]*"|\d+)/g, '"$1":…').replace(/\d+ ms/g, "… ms");
      const live = sub.messages.filter(({ retain }) => !retain);
      seen.push(live.map(({ topicName, text, qos }) => `${topicName} ${qos} ${steady(text)}`));
      told.push(withoutTimes(run.events));
      await sub.stop();
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[1]).toHaveLength(8);
    expect(told[1]).toEqual(told[0]);
  });

  test("an alarm hears the door, sounds its siren, obeys, and says goodbye", async () => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["hall/#"], qos: 1 });
    const alarm = new Cli([...hall(port, "6s exit"), ...XS, "--json"]);
    await alarm.prints('"topicFilter":"hall/alarm/command"');
    const sensor = new Cli([...door(port, "300ms open, 700ms exit"), ...XS]);
    await alarm.prints('"type":"siren","sounding":true');
    await mosquittoPub({ port, topic: "hall/alarm/command", message: "disarm" });
    await alarm.prints('"type":"siren","sounding":false');
    expect((await sensor.result()).status).toBe(0);
    alarm.signal("SIGTERM");
    expect((await alarm.result()).status).toBe(0);
    await expect.poll(() => sub.texts.at(-1)).toBe("offline");
    const states = sub.messages.filter(({ topicName }) => topicName === "hall/alarm/state");
    expect(states.map(({ text }) => text)).toEqual(["armed", "triggered", "disarmed"]);
  });

  test("a door event of the time without a broker arrives when it is back", async () => {
    const broker = await startMosquitto();
    const { port } = broker;
    const waits = ["--set", "mqtt.reconnect_timeout_min=0.1"];
    const run = new Cli([...door(port, "1500ms open, 20s exit", ...waits), ...XS, "--json"]);
    await run.prints('"type":"connected"');
    await broker.stop();
    await run.prints('"action":"open"');
    expect(broker.log).not.toContain("'front/door/event'");
    await broker.start();
    await expect.poll(() => broker.log, { timeout: 10_000 }).toMatch(/q1, r0, m\d+, 'front\/door\/event'/);
    const sub = await mosquittoSub({ port, topics: ["front/door/#"], qos: 1 });
    await sub.take(1);
    expect(sub.texts).toEqual(["open"]);
    run.signal("SIGINT");
    expect((await run.result()).status).toBe(0);
  });

  test("crash drops the link without DISCONNECT: the server publishes the will", async () => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["front/status"], qos: 1 });
    const { status } = await reedSim([...door(port, "1500ms crash"), ...XS]);
    expect(status).toBe(0);
    await sub.take(2);
    expect(sub.texts).toEqual(["online", "offline"]);
  });

  test("at the end it says what XS took, and in --json as a meter event before the last", async () => {
    const { port } = await startMosquitto();
    const text = await reedSim([...door(port, "1500ms exit"), ...XS]);
    expect(text.stdout).toMatch(/XS: [\d,]+ compute units; at the end [\d,]+ bytes of heap above the code/);
    const json = new Cli([...door(port, "1500ms exit"), ...XS, "--json"]);
    expect((await json.result()).status).toBe(0);
    const meter = json.events.at(-2);
    expect(meter).toMatchObject({ type: "meter", engine: "xs" });
    const { chunkBytes, compute, heapBytes, slots } = meter as Record<string, number>;
    expect(compute).toBeGreaterThan(100_000);
    expect(heapBytes).toBe((slots as number) * 16 + (chunkBytes as number));
    expect(slots).toBeGreaterThan(300);
    expect(json.events.at(-1)).toMatchObject({ type: "stopped", status: 0 });
  });

  test("a device that never connects exits with 1, a bad name with 2, as on Node", async () => {
    const port = await freePort();
    const { status, stderr } = await reedSim([...door(port, "1500ms exit"), ...XS]);
    expect(status).toBe(1);
    expect(stderr).toContain("never connected");
    const bad = await reedSim([...door(port, "500ms exit", "--set", "device.id=a+b"), ...XS]);
    expect(bad.status).toBe(2);
  });

  test("another engine is refused", async () => {
    const { status, stderr } = await reedSim([...door(1883, "1s exit"), "--engine", "v8"]);
    expect(status).toBe(2);
    expect(stderr).toContain("node, xs");
  });
});
