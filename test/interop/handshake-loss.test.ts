/**
 * The broker is killed at each step of each handshake: the packet named is the first that is lost, and everything
 * after it, in both directions.
 *
 * What mosquitto guarantees over a SIGKILL is what its database holds, which it writes when told to and not before it
 * acknowledges. So a gate between client and broker shuts before the packet named; when the broker has worked off
 * what had passed, it is told to save, and killed. What it knows after its restart is then exactly what it knew when it
 * was killed, and whatever is lost or doubled is the client's fault: with QoS 1 nothing may be lost, with QoS 2
 * nothing may be lost or doubled.
 */

import { describe, expect, test } from "vitest";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import type { Gate, Side } from "./support/gate.js";
import { openGate } from "./support/gate.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import { withoutRepetitions } from "./support/received.js";

const TYPES = { PUBLISH: 3, PUBACK: 4, PUBREC: 5, PUBREL: 6, PUBCOMP: 7 } as const;

type Step = readonly [qos: 1 | 2, packet: keyof typeof TYPES, from: Side];

const OUTBOUND: readonly Step[] = [
  [1, "PUBLISH", "client"],
  [1, "PUBACK", "broker"],
  [2, "PUBLISH", "client"],
  [2, "PUBREC", "broker"],
  [2, "PUBREL", "client"],
  [2, "PUBCOMP", "broker"],
];

const INBOUND: readonly Step[] = OUTBOUND.map(([qos, packet, from]) => [
  qos,
  packet,
  from === "client" ? "broker" : "client",
]);

const SENT = ["one", "two", "three"];

async function startKeepingBroker(): Promise<Mosquitto> {
  return startMosquitto({ persistence: true, config: ["max_queued_messages 0"] });
}

/** With the gate shut: has the broker save, kills it and starts it anew with an open gate. */
async function killAndRestart(broker: Mosquitto, gate: Gate): Promise<void> {
  await gate.brokerSettled();
  await broker.save();
  await broker.kill();
  gate.reopen();
  await broker.start();
}

describe("a broker killed during messages to it", () => {
  for (const [qos, packet, from] of OUTBOUND) {
    test(`at QoS ${qos}, ${packet} from the ${from} being lost`, async () => {
      const broker = await startKeepingBroker();
      const { port } = broker;
      const witness = {
        port,
        topics: "report",
        qos: 2,
        clientIdentifier: "witness",
        persistent: true,
      } as const;
      // It is away while the broker dies: the session kept for it shows what the broker took, and how often.
      await (await mosquittoSub(witness)).stop();
      const gate = await openGate(port);
      const sensor = new Device(serverOptions(gate.port, { cleanSession: false }));
      await sensor.connect();

      const shut = gate.shutBefore(from, TYPES[packet]);
      for (const payload of SENT) sensor.send("report", payload, qos);
      await shut;
      await killAndRestart(broker, gate);

      expect(await sensor.outcomes()).toEqual(SENT.map(() => "acknowledged"));
      expect(sensor.eventsOf("connected").at(-1)).toMatchObject({ sessionPresent: true });
      await mosquittoPub({ port, topic: "report", message: "end", qos: 2 });
      const subscriber = await mosquittoSub(witness);
      const isComplete = () => subscriber.texts.includes("end");
      await expect.poll(isComplete, { timeout: 15_000, interval: 5 }).toBe(true);
      const texts = subscriber.texts;
      expect(qos === 1 ? withoutRepetitions(texts) : texts).toEqual([...SENT, "end"]);
    });
  }
});

describe("a broker killed during messages from it", () => {
  for (const [qos, packet, from] of INBOUND) {
    test(`at QoS ${qos}, ${packet} from the ${from} being lost`, async () => {
      const broker = await startKeepingBroker();
      const gate = await openGate(broker.port);
      const sensor = new Device(serverOptions(gate.port, { cleanSession: false }));
      await sensor.connect();
      const inbox = await sensor.subscribe("command", 2);
      const peer = await connectMqttJs(broker.port);

      const shut = gate.shutBefore(from, TYPES[packet]);
      await peer.publishAll(SENT.map((payload) => ({ topicName: "command", payload, qos })));
      await shut;
      await killAndRestart(broker, gate);

      await sensor.until(() => sensor.eventsOf("connected").length === 2);
      expect(sensor.eventsOf("connected")[1]).toMatchObject({ sessionPresent: true });
      await mosquittoPub({ port: broker.port, topic: "command", message: "end", qos: 2 });
      const texts = await inbox.takeUntil("end");
      expect(qos === 1 ? withoutRepetitions(texts) : texts).toEqual([...SENT, "end"]);
    });
  }
});
