/** `reed-sim pub`, `sub` and `config check` as people use them, against a real mosquitto. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { Cli, reedSim } from "../support/cli.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";

function configFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "reed-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "device.json");
  writeFileSync(file, text);
  return file;
}

describe("reed-sim pub", () => {
  test.each([0, 1, 2] as const)("publishes with QoS %i what mosquitto_sub sees", async (qos) => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["door/#"], qos: 2 });
    const args = ["pub", "-p", `${port}`, "-t", "door/é", "-m", "open 😀", "-q", `${qos}`];
    const { status, stdout, stderr } = await reedSim(args);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    await sub.take(1);
    expect(sub.texts).toEqual(["open 😀"]);
  });

  test("--early does not wait for CONNACK", async () => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["door/#"], qos: 2 });
    const args = ["pub", "-p", `${port}`, "-t", "door/a", "-m", "open", "-q", "1", "--early"];
    expect((await reedSim(args)).status).toBe(0);
    await sub.take(1);
    expect(sub.texts).toEqual(["open"]);
  });

  test("-r makes the server keep the message, -n -r deletes it", async () => {
    const { port } = await startMosquitto();
    await reedSim(["pub", "-p", `${port}`, "-t", "state", "-m", "kept", "-r", "-q", "1"]);
    const first = await reedSim(["sub", "-p", `${port}`, "-t", "state", "-C", "1", "-W", "5"]);
    expect(first).toEqual({ status: 0, stdout: "kept\n", stderr: "" });
    await reedSim(["pub", "-p", `${port}`, "-t", "state", "-n", "-r", "-q", "1"]);
    const second = await reedSim(["sub", "-p", `${port}`, "-t", "state", "-C", "1", "-W", "1"]);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain("0 of 1 messages in 1 s");
  });

  test("-s takes standard input as the message", async () => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: ["t"] });
    expect((await reedSim(["pub", "-p", `${port}`, "-t", "t", "-s"], "from stdin")).status).toBe(0);
    await sub.take(1);
    expect(sub.texts).toEqual(["from stdin"]);
  });

  test("ends with status 1 and says why when there is no server", async () => {
    const port = await freePort();
    const { status, stderr } = await reedSim([
      "pub",
      "-h",
      "127.0.0.1",
      "-p",
      `${port}`,
      "-t",
      "t",
      "-m",
      "x",
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain("ECONNREFUSED");
  });

  test("ends with status 1 on wrong credentials, which it does not repeat", async () => {
    const { port } = await startMosquitto({ config: ["allow_anonymous false"] });
    const { status, stderr } = await reedSim([
      "pub",
      "-p",
      `${port}`,
      "-t",
      "t",
      "-m",
      "x",
      "-u",
      "me",
      "-P",
      "hunter2",
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain("return code 5: not authorized");
    expect(stderr).not.toContain("hunter2");
  });

  test.each([
    [["pub", "-m", "x"], "--topic"],
    [["pub", "-t", "t"], "--message"],
    [["pub", "-t", "t", "-m", "x", "-n"], "--null-message"],
    [["pub", "-t", "t", "-m", "x", "-q", "3"], "--qos is 3"],
    [["pub", "-t", "a/+", "-m", "x"], "MQTT-3.3.2-2"],
    [["pub", "-t", "t", "-m", "x", "-p", "70000"], "70000"],
    [["pub", "-t", "t", "-m", "x", "--what"], "--what"],
    [["sub", "-t", "a/#/b"], "MQTT-4.7.1-2"],
    [["sub", "-t", "t", "-C", "0"], "--count is 0"],
    [["fly"], "fly"],
  ])("refuses %j with status 2 and names what is wrong", async (args, complaint) => {
    const { status, stdout, stderr } = await reedSim(args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(complaint);
  });
});

describe("reed-sim sub", () => {
  test("prints messages of several filters with their topic names until the count is reached", async () => {
    const { port } = await startMosquitto();
    const sub = new Cli(["sub", "-p", `${port}`, "-t", "a/+", "-t", "b/#", "-q", "2", "-v", "-C", "3", "-d"]);
    while (!sub.stderr.includes('subscribed to "b/#"')) await new Promise(setImmediate);
    await mosquittoPub({ port, topic: "a/1", message: "one", qos: 0 });
    await mosquittoPub({ port, topic: "b/2/3", message: "two", qos: 1 });
    await mosquittoPub({ port, topic: "c", message: "not for us", qos: 2 });
    await mosquittoPub({ port, topic: "a/", message: "", qos: 2 });
    const { status, stdout } = await sub.result();
    expect({ status, stdout }).toEqual({ status: 0, stdout: "a/1 one\nb/2/3 two\na/ \n" });
  });

  test("ends cleanly on SIGTERM, and the server knows it", async () => {
    const broker = await startMosquitto();
    const sub = new Cli(["sub", "-p", `${broker.port}`, "-t", "t", "-i", "leaver", "-d"]);
    while (!sub.stderr.includes('subscribed to "t"')) await new Promise(setImmediate);
    sub.signal("SIGTERM");
    expect((await sub.result()).status).toBe(0);
    expect(broker.log).toContain("Client leaver disconnected");
  });
});

describe("reed-sim config check", () => {
  test("prints the effective config of a good file, with secrets masked", async () => {
    const file = configFile(`{
      // a comment, as in Mongoose's documentation
      "app": "door-sensor",
      "mqtt": { "enable": true, "server": "mqtt://me:hunter2@broker.lan", "keep_alive": 30 }
    }`);
    const { status, stdout, stderr } = await reedSim(["config", "check", file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toContain("hunter2");
    const config = JSON.parse(stdout) as {
      app: string;
      mqtt: { keep_alive: number; clean_session: boolean };
    };
    expect(config.app).toBe("door-sensor");
    expect(config.mqtt.keep_alive).toBe(30);
    expect(config.mqtt.clean_session).toBe(true);
  });

  test("reports every problem of a bad file at once, with status 2", async () => {
    const file = configFile(`{
      "mqtt": { "enable": true, "server": "broker.lan", "keep_alve": 30, "max_qos": 3, "pass": "hunter2" }
    }`);
    const { status, stdout, stderr } = await reedSim(["config", "check", file]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("mqtt.keep_alve");
    expect(stderr).toContain("keep_alive");
    expect(stderr).toContain("mqtt.max_qos");
    expect(stderr).toContain("MQTT-3.1.2-22");
    expect(stderr).not.toContain("hunter2");
  });

  test("TLS without somebody to vouch for the server is refused", async () => {
    const file = configFile(`{ "mqtt": { "enable": true, "server": "mqtts://broker.lan" } }`);
    const { status, stderr } = await reedSim(["config", "check", file]);
    expect(status).toBe(2);
    expect(stderr).toContain("mqtt.ssl_ca_cert");
  });

  test("says so when there is no such file", async () => {
    const { status, stderr } = await reedSim(["config", "check", "/nowhere/device.json"]);
    expect(status).toBe(2);
    expect(stderr).toContain("/nowhere/device.json");
  });
});

describe("help", () => {
  test.each([[[]], [["run"]], [["pub"]], [["sub"]], [["demo"]], [["config", "check"]]])(
    "%j --help says what it does, and ends with status 0",
    async (args) => {
      const { status, stdout, stderr } = await reedSim([...args, "--help"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("Usage: reed-sim");
      if (args.length > 0) expect(stdout).toContain("Exit status:");
    },
  );
});
