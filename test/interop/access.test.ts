/** Who may connect: refusals by mosquitto as typed events, and users that are let in. */

import { describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";

const PASSWORD = Buffer.from("pässwörd");

/** Connects with these options and resolves with how that was refused, three times in a row. */
async function refusals(port: number, options: Partial<ServerOptions>) {
  const sensor = new Device(serverOptions(port, options));
  sensor.client.start();
  await sensor.until(() => sensor.eventsOf("disconnected").length >= 3);
  sensor.client.stop();
  expect(sensor.eventsOf("connected")).toEqual([]);
  return sensor.eventsOf("disconnected").slice(0, 3);
}

describe("mosquitto with users", () => {
  const REFUSED = {
    type: "disconnected",
    server: "mqtt",
    stage: "connack",
    reason: "refused",
    returnCode: 5,
    stages: [
      { stage: "tcp", duration: expect.any(Number) },
      { stage: "connack", duration: expect.any(Number) },
    ],
  };

  test("refuses a device without a user name: return code 5, tried again as after any failure", async () => {
    const { port } = await startMosquitto({ users: { ann: "secret" } });
    expect(await refusals(port, {})).toEqual([REFUSED, REFUSED, REFUSED]);
  });

  test("refuses a wrong password and an unknown user: return code 5", async () => {
    const { port } = await startMosquitto({ users: { ann: "secret" } });
    const wrong = { userName: "ann", password: Buffer.from("Secret") };
    expect(await refusals(port, wrong)).toEqual([REFUSED, REFUSED, REFUSED]);
    const unknown = { userName: "bob", password: Buffer.from("secret") };
    expect(await refusals(port, unknown)).toEqual([REFUSED, REFUSED, REFUSED]);
  });

  test("lets a device in with its user name and password, and messages flow", async () => {
    const { port } = await startMosquitto({ users: { jürgen: PASSWORD.toString() } });
    const sensor = new Device(serverOptions(port, { userName: "jürgen", password: PASSWORD }));
    expect(await sensor.connect()).toBe(false);
    const inbox = await sensor.subscribe("a", 1);
    sensor.send("a", "from the device", 1);
    const args = ["-u", "jürgen", "-P", PASSWORD.toString()];
    await sensor.outcomes();
    await mosquittoPub({ port, topic: "a", message: "end", qos: 1, args });
    expect(await inbox.takeUntil("end")).toEqual(["from the device", "end"]);
    expect(sensor.eventsOf("disconnected")).toEqual([]);
  });

  test("keeps messages waiting that were published while the device was refused", async () => {
    const refusing = await startMosquitto({ users: { ann: "secret" } });
    const { port } = refusing;
    const sensor = new Device(serverOptions(port));
    const inbox = sensor.listen("a", 1);
    sensor.send("a", "kept", 1);
    sensor.client.start();
    await sensor.until(() => sensor.eventsOf("disconnected").length >= 2);
    await refusing.dispose();
    await startMosquitto({ port });
    expect(await sensor.outcomes()).toEqual(["acknowledged"]);
    expect(await inbox.take(1)).toHaveLength(1);
  });
});

describe("mosquitto that wants a client identifier", () => {
  test("refuses an empty one: return code 2 [MQTT-3.1.3-9]", async () => {
    const { port } = await startMosquitto({ config: ["allow_zero_length_clientid false"] });
    const [first] = await refusals(port, { clientIdentifier: "" });
    expect(first).toMatchObject({ reason: "refused", returnCode: 2 });
  });

  test("makes one up for a device without one, when it may", async () => {
    const { port } = await startMosquitto();
    const sensor = new Device(serverOptions(port, { clientIdentifier: "" }));
    expect(await sensor.connect()).toBe(false);
  });
});
