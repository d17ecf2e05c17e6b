/** A real mosquitto under a test: it starts, stops, keeps or loses what it should, and never outlives its test. */

import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { Child } from "./child.js";
import type { Mosquitto } from "./mosquitto.js";
import { startMosquitto } from "./mosquitto.js";
import { mosquittoPub, mosquittoSub } from "./mosquitto-clients.js";

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a mosquitto started by a test", () => {
  let earlier: { broker: Mosquitto; pid: number } | undefined;

  test("accepts connections at once, and tells its port, process and log", async () => {
    const broker = await startMosquitto();
    expect(await accepts(broker.port)).toBe(true);
    expect(isAlive(broker.pid)).toBe(true);
    expect(broker.log).toContain("running");
    earlier = { broker, pid: broker.pid };
  });

  test("is gone after the test that started it, with its directory", async () => {
    expect(earlier).toBeDefined();
    expect(isAlive(earlier?.pid ?? process.pid)).toBe(false);
    expect(existsSync(earlier?.broker.directory ?? "/")).toBe(false);
  });

  test("carries messages between mosquitto_pub and mosquitto_sub, of any bytes", async () => {
    const { port } = await startMosquitto();
    await mosquittoPub({ port, topic: "a/kept", message: "früher\n2. Zeile", qos: 1, retain: true });
    const subscriber = await mosquittoSub({ port, topics: ["a/#", "b c"], qos: 2 });
    await subscriber.take(1);
    await mosquittoPub({ port, topic: "a/x", message: Uint8Array.of(0, 255), qos: 2 });
    await mosquittoPub({ port, topic: "b c" });
    expect(await subscriber.take(3)).toMatchObject([
      { topicName: "a/kept", text: "früher\n2. Zeile", qos: 1, retain: true },
      { topicName: "a/x", payload: Uint8Array.of(0, 255), qos: 2, retain: false },
      { topicName: "b c", text: "", qos: 0, retain: false },
    ]);
  });

  test("keeps what it should over a restart, on the same port", async () => {
    const broker = await startMosquitto({ persistence: true });
    const { port, pid } = broker;
    await mosquittoPub({ port, topic: "t", message: "kept", qos: 1, retain: true });
    await broker.restart();
    expect([broker.port, broker.pid === pid, isAlive(pid)]).toEqual([port, false, false]);
    const subscriber = await mosquittoSub({ port, topics: "t" });
    await subscriber.take(1);
    expect(subscriber.texts).toEqual(["kept"]);
  });

  test("loses what was not saved when it is killed", async () => {
    const broker = await startMosquitto({ persistence: true });
    const { port } = broker;
    await mosquittoPub({ port, topic: "saved", message: "1", qos: 1, retain: true });
    await broker.save();
    await mosquittoPub({ port, topic: "unsaved", message: "2", qos: 1, retain: true });
    await broker.kill();
    expect(await accepts(port)).toBe(false);
    await broker.start();
    const subscriber = await mosquittoSub({ port, topics: "#" });
    await mosquittoPub({ port, topic: "last", message: "3", qos: 1 });
    await subscriber.take(2);
    expect(subscriber.texts).toEqual(["1", "3"]);
  });

  test("takes lines of configuration, files and users", async () => {
    const broker = await startMosquitto({
      users: { ann: "secret" },
      config: ["acl_file $DIR/acl"],
      files: { acl: "user ann\ntopic readwrite a/#\n" },
    });
    const { port } = broker;
    const args = ["-u", "ann", "-P", "secret"];
    await expect(mosquittoPub({ port, topic: "a", message: "x" })).rejects.toThrow("not authorised");
    const subscriber = await mosquittoSub({ port, topics: "#", args });
    await mosquittoPub({ port, topic: "b", message: "not allowed", args });
    await mosquittoPub({ port, topic: "a/b", message: "allowed", args });
    await subscriber.take(1);
    expect(subscriber.texts).toEqual(["allowed"]);
  });

  test("says why it does not start", async () => {
    await expect(startMosquitto({ config: ["nonsense 1"] })).rejects.toThrow(
      "Unknown configuration variable",
    );
  });

  test("is told of a port that is taken, when the test insists on it", async () => {
    const { port } = await startMosquitto();
    await expect(startMosquitto({ port })).rejects.toThrow("Address already in use");
  });
});

describe("a program run by a test", () => {
  test("is ended by the system when the process that runs it is killed", async (context) => {
    if (!existsSync("/usr/bin/setpriv")) {
      context.skip();
    }
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", "sleep", "600"]);
      console.log("pid " + child.pid);
      setInterval(() => {}, 1000);
    `;
    const parent = new Child("node", ["-e", script]);
    await parent.until(() => /pid \d+\n/.test(parent.output));
    const pid = Number(parent.output.match(/pid (\d+)/)?.[1]);
    await parent.stop("SIGKILL");
    // A process without anybody to wait for it may stay as a zombie; it does not run.
    const isRunning = () => isAlive(pid) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    await expect.poll(isRunning).toBe(false);
  });

  test("is named when it is not installed", () => {
    expect(() => new Child("no-such-program", [])).toThrow("no-such-program is not installed");
  });
});
