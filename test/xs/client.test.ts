/** The client on XS against a real mosquitto: all three QoS, both ways, over a restart of the broker. */

import { expect, test } from "vitest";
import type { QoS } from "../../src/mqtt/packet.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { ClientOnXs } from "./support/client-on-xs.js";
import { describeOnXs } from "./support/engine-there.js";

const ALL: readonly QoS[] = [0, 1, 2];

await describeOnXs("a client on XS", () => {
  test.each(ALL)("publishes at QoS %i, and mosquitto_sub has each message once", async (qos) => {
    const { port } = await startMosquitto();
    const sub = await mosquittoSub({ port, topics: "out", qos: 2 });
    const client = await ClientOnXs.connect({ server: `127.0.0.1:${port}` });
    for (const text of ["a", "b", "ü😀", ""]) client.publish("out", text, qos);
    const outcome = qos === 0 ? "sent" : "acknowledged";
    await client.settles({ outcomes: [outcome, outcome, outcome, outcome] });
    await sub.take(4);
    expect(sub.messages.map(({ qos: granted, text }) => [granted, text])).toEqual([
      [qos, "a"],
      [qos, "b"],
      [qos, "ü😀"],
      [qos, ""],
    ]);
  });

  test.each(ALL)("receives at QoS %i what mosquitto_pub sends, a payload of 3 KB too", async (qos) => {
    const { port } = await startMosquitto();
    const client = await ClientOnXs.connect({ server: `127.0.0.1:${port}` });
    client.subscribe("in/#", qos);
    await client.reaches(1, "subscribed");
    await mosquittoPub({ port, topic: "in/a", message: "short", qos });
    await mosquittoPub({ port, topic: "in/b", message: "x".repeat(3072), qos });
    await client.settles({ received: [`in/a: ${qos}: short`, `in/b: ${qos}: ${"x".repeat(3072)}`] });
  });

  test.each([1, 2] as const)(
    "delivers at QoS %i what was published while the broker was down, once and in order, and is subscribed again",
    async (qos) => {
      const broker = await startMosquitto({ persistence: true });
      const { port } = broker;
      const watcher = { clientIdentifier: "watcher", persistent: true };
      const sub = await mosquittoSub({ port, topics: "out", qos: 2, ...watcher });
      const client = await ClientOnXs.connect({ server: `127.0.0.1:${port}` });
      client.subscribe("in", qos);
      client.publish("out", "before", qos);
      await client.settles({ outcomes: ["acknowledged"] });
      await client.reaches(1, "subscribed");
      await broker.stop();
      await client.reaches(1, "disconnected");
      for (const text of ["one", "two", "three"]) client.publish("out", text, qos);
      await broker.start();
      await client.reaches(2, "connected");
      await client.settles({ outcomes: ["acknowledged", "acknowledged", "acknowledged", "acknowledged"] });
      await mosquittoPub({ port, topic: "in", message: "after", qos });
      await client.settles({ received: [`in: ${qos}: after`] });
      client.publish("out", "last", qos);
      await sub.take(5);
      expect(sub.texts).toEqual(["before", "one", "two", "three", "last"]);
    },
  );

  test("at QoS 0 goes on after the broker was restarted", async () => {
    const broker = await startMosquitto();
    const client = await ClientOnXs.connect({ server: `127.0.0.1:${broker.port}` });
    await broker.restart();
    await client.reaches(2, "connected");
    const sub = await mosquittoSub({ port: broker.port, topics: "out" });
    client.publish("out", "again", 0);
    await sub.take(1);
    expect(sub.texts).toEqual(["again"]);
  });
});
