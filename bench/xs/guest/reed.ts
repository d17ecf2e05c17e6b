/** Reed's client, connected to the stubs and subscribed as the work says. */

import { loadConfig } from "../../../src/config/load.js";
import { serverOptions } from "../../../src/config/server-options.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { Work } from "../work.js";
import type { Stubs } from "./driver.js";
import { TOPIC } from "./driver.js";
import { serverAnswers } from "./packets.js";

const ROOM = 65_536;
/** For a burst to be in flight at once. */
const MAXIMUM_IN_FLIGHT = 20;

export class Counter {
  messages = 0;
  bytes = 0;

  onMessage(message: { readonly payload: Uint8Array }): void {
    this.messages += 1;
    this.bytes += message.payload.length;
  }
}

export function options(work: Work): ServerOptions {
  const config = loadConfig([{ values: { mqtt: { enable: true, server: "broker.example.com" } } }]);
  const server = serverOptions(config, "mqtt", "front") as ServerOptions;
  const receiveLimit = Math.max(server.receiveLimit, work.payloadLength);
  return { ...server, maximumInFlight: MAXIMUM_IN_FLIGHT, receiveLimit };
}

export function connectedClient(stubs: Stubs, work: Work, counter: Counter): MqttClient {
  const { clock, timer, transport } = stubs;
  const ports = { clock, timers: timer, transport, random: () => 0.5 };
  const client = new MqttClient(ports, options(work));
  if (work.type === "receive") {
    client.subscribe(TOPIC, counter, work.qos);
    for (let i = 0; i < work.others; i += 1) client.subscribe(otherFilter(i), counter, work.qos);
  }
  client.start();
  timer.settle();
  transport.handler?.onWritable(ROOM);
  timer.settle();
  while (transport.sentLength > 0) {
    const answers = serverAnswers(transport.sent, transport.sentLength);
    transport.begin();
    transport.feed(answers);
    timer.settle();
  }
  return client;
}

/** Filters that begin as the one that matches does; every other one has a wildcard. */
function otherFilter(index: number): string {
  if (index % 2 === 0) return `reed/footprint/door/other/${index}`;
  return index % 4 === 1 ? `reed/footprint/+/other/${index}` : `reed/footprint/window/${index}/#`;
}
