/** Messages of every QoS, both ways, with mosquitto between the client and clients that are not ours. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { connectMqttJs } from "./support/mqtt-js.js";
import type { Received } from "./support/received.js";
import { numbered, text } from "./support/received.js";

const LEVELS: readonly QoS[] = [0, 1, 2];

/** Every byte there is, in an order that no text has. */
const BINARY = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);

const PAYLOADS: readonly Uint8Array[] = [
  Buffer.from("Tür auf"),
  new Uint8Array(0),
  BINARY,
  Uint8Array.from({ length: 65_536 }, (_, index) => index * 7 + (index >> 8)),
];

/** With the payload as a text, which is compared a thousand times faster. */
function comparable({ topicName, payload, qos, retain }: Received) {
  return { topicName, payload: Buffer.from(payload).toString("base64"), qos, retain };
}

/** What the receiver of `PAYLOADS` should have. */
function allPayloads(topicName: string, qos: QoS) {
  return PAYLOADS.map((payload) => comparable({ topicName, payload, qos, retain: false }));
}

describe("messages through mosquitto", () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto({ config: ["max_queued_messages 0"] });
  });
  afterAll(() => broker.dispose());

  function device(): Device {
    return new Device(serverOptions(broker.port, { receiveLimit: 65_536 }));
  }

  for (const qos of LEVELS) {
    test(`go out at QoS ${qos} to mosquitto_sub, whatever their payload`, async () => {
      const subscriber = await mosquittoSub({ port: broker.port, topics: `out/${qos}`, qos: 2 });
      const sensor = device();
      await sensor.connect();
      for (const payload of PAYLOADS) sensor.send(`out/${qos}`, payload, qos);
      const messages = await subscriber.take(PAYLOADS.length);
      expect(messages.map(comparable)).toEqual(allPayloads(`out/${qos}`, qos));
      expect(await sensor.outcomes()).toEqual(PAYLOADS.map(() => (qos === 0 ? "sent" : "acknowledged")));
    });

    test(`come in at QoS ${qos} from mosquitto_pub, whatever their payload`, async () => {
      const { port } = broker;
      const sensor = device();
      await sensor.connect();
      const inbox = await sensor.subscribe(`in/${qos}`, 2);
      for (const message of PAYLOADS) await mosquittoPub({ port, topic: `in/${qos}`, message, qos });
      const messages = await inbox.take(PAYLOADS.length);
      expect(messages.map(comparable)).toEqual(allPayloads(`in/${qos}`, qos));
    });
  }

  test("go to MQTT.js and come back from it, at each QoS, whatever their payload", async () => {
    const peer = await connectMqttJs(broker.port);
    await peer.subscribe("to/#", 2);
    // MQTT.js sends everything back as it got it.
    peer.client.on("message", (topicName, payload, { qos }) => {
      peer.client.publish(topicName.replace("to/", "back/"), payload, { qos });
    });
    const sensor = device();
    await sensor.connect();
    const inbox = await sensor.subscribe("back/#", 2);
    for (const qos of LEVELS) {
      for (const payload of PAYLOADS) sensor.send(`to/${qos}`, payload, qos);
    }
    await inbox.take(LEVELS.length * PAYLOADS.length);
    for (const qos of LEVELS) {
      // Between different QoS nothing is promised about the order.
      const returned = inbox.messages.filter(({ topicName }) => topicName === `back/${qos}`);
      expect(returned.map(comparable)).toEqual(allPayloads(`back/${qos}`, qos));
    }
  });

  for (const subscribed of LEVELS) {
    test(`come in at QoS ${subscribed} at most when the device asks for no more [MQTT-3.8.4-6]`, async () => {
      const peer = await connectMqttJs(broker.port);
      const sensor = device();
      await sensor.connect();
      const inbox = await sensor.subscribe(`limited/${subscribed}/+`, subscribed);
      expect(inbox.answer).toBe(subscribed);
      for (const qos of LEVELS) await peer.publish(`limited/${subscribed}/${qos}`, "x", qos);
      await inbox.take(3);
      const arrived = Object.fromEntries(inbox.messages.map(({ topicName, qos }) => [topicName, qos]));
      expect(arrived).toEqual(
        Object.fromEntries(LEVELS.map((qos) => [`limited/${subscribed}/${qos}`, Math.min(qos, subscribed)])),
      );
    });
  }

  test("go out at the device's maximum QoS when they ask for more", async () => {
    const peer = await connectMqttJs(broker.port);
    await peer.subscribe("lowered/+", 2);
    const sensor = new Device(serverOptions(broker.port, { maximumQos: 1 }));
    await sensor.connect();
    for (const qos of LEVELS) sensor.send(`lowered/${qos}`, "x", qos);
    await peer.take(3);
    expect(peer.messages.map(({ topicName, qos }) => [topicName, qos])).toEqual([
      ["lowered/0", 0],
      ["lowered/1", 1],
      ["lowered/2", 1],
    ]);
  });

  test("keep topic names of any script, to and from mosquitto's own clients", async () => {
    const { port } = broker;
    const topicNames = [
      "küche/tür",
      "温度/室内",
      "дверь/состояние",
      "🚪/🔔",
      "a b/c\u00a0d",
      "/leading/",
      "\ufeffbom",
    ];
    const subscriber = await mosquittoSub({
      port,
      topics: topicNames.map((topicName) => `out/${topicName}`),
      qos: 1,
    });
    const sensor = device();
    await sensor.connect();
    const inbox = await sensor.subscribe("in/#", 1);
    for (const topicName of topicNames) {
      sensor.send(`out/${topicName}`, topicName, 1);
      await mosquittoPub({ port, topic: `in/${topicName}`, message: topicName, qos: 1 });
    }
    const outgoing = await subscriber.take(topicNames.length);
    expect(outgoing.map((message) => [message.topicName, message.text])).toEqual(
      topicNames.map((topicName) => [`out/${topicName}`, topicName]),
    );
    const incoming = await inbox.take(topicNames.length);
    expect(incoming.map((message) => [message.topicName, text(message.payload)])).toEqual(
      topicNames.map((topicName) => [`in/${topicName}`, topicName]),
    );
  });

  test("keep the longest topic name there is, 65,535 bytes, to and from MQTT.js [MQTT-1.5.3]", async () => {
    const peer = await connectMqttJs(broker.port);
    const longest = (start: string) => start + "ü".repeat((65_535 - start.length) / 2);
    const [out, back] = [longest("out"), longest("inn")];
    await peer.subscribe(out, 1);
    const sensor = device();
    await sensor.connect();
    const inbox = await sensor.subscribe(back, 1);
    sensor.send(out, "there", 1);
    await peer.take(1);
    await peer.publish(back, "and back", 1);
    await inbox.take(1);
    expect([peer.messages[0]?.topicName === out, inbox.messages[0]?.topicName === back]).toEqual([
      true,
      true,
    ]);
  });

  for (const qos of LEVELS) {
    test(`arrive in the order they were published, 300 of QoS ${qos} both ways at once [MQTT-4.6.0-6]`, async () => {
      const peer = await connectMqttJs(broker.port);
      await peer.subscribe(`ordered/${qos}/out`, 2);
      const sensor = device();
      await sensor.connect();
      const inbox = await sensor.subscribe(`ordered/${qos}/in`, 2);
      const sent = numbered("message", 300);
      for (const payload of sent) sensor.send(`ordered/${qos}/out`, payload, qos);
      await peer.publishAll(sent.map((payload) => ({ topicName: `ordered/${qos}/in`, payload, qos })));
      await Promise.all([inbox.take(sent.length), peer.take(sent.length)]);
      expect(inbox.texts).toEqual(sent);
      expect(peer.texts).toEqual(sent);
    });
  }
});
