/** Reed's client, brought to where it can be metered: connected, and subscribed as the work says. */

import { GuestText } from "../../../host-sim/xs/guest/text.js";
import { loadConfig } from "../../../src/config/load.js";
import { serverOptions } from "../../../src/config/server-options.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { ConnectWork, Work } from "../work.js";
import { TOPIC } from "../work.js";
import type { Contestant } from "./bench.js";
import { payloadOf } from "./driver.js";
import { serverAnswers } from "./packets.js";
import type { Stubs } from "./stubs.js";
import { ROOM } from "./stubs.js";

/** The port to the engine's UTF-8, which is the platform's and not the client's. */
const text = new GuestText();

export function makeReed(stubs: Stubs, work: Work): Contestant {
  const { clock, counter, timer, transport } = stubs;
  const ports = { clock, timers: timer, transport, random: () => 0.5, text };
  const client = new MqttClient(ports, optionsFor(work));
  if (work.type === "receive") {
    client.subscribe(TOPIC, counter, work.qos);
    for (let i = 0; i < work.others; i += 1) client.subscribe(otherFilter(i), counter, work.qos);
  }
  if (work.type === "connect") {
    prepare(client, stubs, work);
  } else {
    client.start();
    timer.settle();
    transport.handler?.onWritable(ROOM);
    timer.settle();
    settle(stubs);
  }
  return {
    client,
    get messages() {
      const { acknowledged, sent } = client.counters;
      return work.type === "receive" ? counter.messages : acknowledged + sent;
    },
    get pending() {
      return client.pending;
    },
  };
}

function optionsFor(work: Work): ServerOptions {
  const config = loadConfig([{ values: { mqtt: { enable: true, server: "broker.example.com" } } }]);
  const server = serverOptions(config, "mqtt", "front") as ServerOptions;
  const isHeld = !(work.type === "receive" && work.streamed);
  const longest = 2 * work.payloadLength;
  return isHeld && longest > server.receiveLimit
    ? { ...server, receiveLimit: longest, maximumQueueBytes: Math.max(longest, server.maximumQueueBytes) }
    : server;
}

/** Everything is there, and the transport is about to open. */
function prepare(client: MqttClient, { counter, timer }: Stubs, work: ConnectWork): void {
  for (let i = 0; i < work.subscriptions; i += 1) client.subscribe(`${TOPIC}/${i}`, counter, 1);
  const payload = payloadOf(work.payloadLength);
  for (let i = 0; i < work.messages; i += 1) client.publish({ topicName: TOPIC, payload, qos: 1 });
  client.start();
  timer.settle();
}

/** Answers until nothing is asked any more. */
function settle({ timer, transport }: Stubs): void {
  while (transport.sentLength > 0) {
    const answers = serverAnswers(transport.sent, transport.sentLength);
    transport.begin();
    transport.feed(answers);
    timer.settle();
  }
}

/** Filters that begin as the one that matches does; every other one has a wildcard. */
function otherFilter(index: number): string {
  if (index % 2 === 0) return `reed/footprint/door/other/${index}`;
  return index % 4 === 1 ? `reed/footprint/+/other/${index}` : `reed/footprint/window/${index}/#`;
}
